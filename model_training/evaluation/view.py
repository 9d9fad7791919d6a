"""The template's variables for the card: plain values and pictures, picked from manifest and facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from model_training.evaluation import drawing
from model_training.evaluation.slices import LEAST
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.profiles.report.drawing import short
from shared.training.metrics import LARGER_IS_BETTER, better, reaches

# The card draws so many labels; `evaluation.json` has all.
LABELS = 12
_INPUTS = 20
# What a run may be asked for, with the noun of its number, and what ends a search.
_WORDS = {
    "minutes": ("at most {}", "minute"),
    "trials": ("at most {}", "trial"),
    "patience": ("until {} brought no gain", "trial"),
    "metric_reached": ("until the metric is {}", ""),
    "concurrency": ("{} at a time", "trial"),
}
_ENDS = {
    "trials": "the number of trials",
    "patience": "trials without a gain",
    "seconds": "its time",
    "metric": "the metric that was enough",
    "service": "the service",
}

Facts = Mapping[str, Any]


def card_view(scenario: Scenario, manifest: Facts, facts: Facts) -> Mapping[str, Any]:
    """The variables of the template."""
    bar, own = scenario.bar, facts["metrics"].get(facts["metric"])
    reached = facts["metrics"].get(bar.metric, {}).get("value")
    return {
        "scenario": scenario,
        "manifest": manifest,
        "facts": facts,
        "own": own,
        "bar": bar,
        "at_bar": reached is not None and reaches(bar.metric, reached, bar.minimum),
        "smaller": not LARGER_IS_BETTER[facts["metric"]],
        "metrics": [_metric(name, line) for name, line in facts["metrics"].items()],
        "variants": list(_variants(facts)),
        "options": _asked(manifest.get("options", {})),
        "tuning": list(_searched(manifest.get("tuning", {}))),
        "verdicts": manifest.get("verdicts", ()),
        "candidates": manifest["candidates"],
        "slices": _slices(facts),
        "labels": [_label(name, facts) for name in list(facts.get("roc", {}))[:LABELS] if _is_shown(name, facts)],
        "left_out": max(len(facts["labels"]) - LABELS, 0),
        "confusions": list(_confusions(facts)),
        "thresholds": facts["thresholds"],
        "importance": _importance(facts),
        "contributions": _contributions(facts),
        "residuals": _residuals(facts),
        "short": short,
    }


def _asked(options: Facts) -> list[str]:
    """The inputs and limits that the run was asked for."""
    inputs = [f"only {', '.join(options['inputs'])} as inputs"] if "inputs" in options else []
    return inputs + [_limit(*_WORDS[name], value) for name, value in options.items() if name in _WORDS]


def _limit(words: str, noun: str, value: float) -> str:
    return words.format(counted(value, noun) if noun else short(value))


def _searched(tuning: Facts) -> Iterator[str]:
    """What ended the search of each candidate, or why nothing was searched."""
    if tuning.get("skipped"):
        yield tuning["skipped"]
    for name, search in tuning.get("candidates", {}).items():
        yield f"{name}: {counted(search['trials'], 'trial')}, ended by {_ENDS[search['ended_by']]}"


def _metric(name: str, line: Facts) -> Mapping[str, Any]:
    low, high = line["interval"]
    wins = better(name, low if LARGER_IS_BETTER[name] else high, line["baseline"])
    return {"name": name, **line, "wins": wins, "smaller": not LARGER_IS_BETTER[name]}


def _variants(facts: Facts) -> Iterator[tuple[str, float]]:
    """The primary metric on another split and with leaking columns, which do not decide."""
    for kind, value in facts["splits"].items():
        yield f"fitted and judged on a {kind} split", value
    if facts["with_leakage"] is not None:
        yield f"with {', '.join(facts['leakage'])}, which leaks the answer", facts["with_leakage"]


def _slices(facts: Facts) -> list[Mapping[str, Any]]:
    metric, own = facts["metric"], facts["metrics"].get(facts["metric"])
    if own is None:
        return []
    whole = own["value"]
    scored = [end for line in facts["slices"] if "score" in line for end in (*line["interval"], whole)]
    ends = (min(scored), max(scored)) if scored else (0.0, 1.0)
    cards: list[Mapping[str, Any]] = []
    for column, group in groupby(facts["slices"], key=lambda line: line["column"]):
        lines = list(group)
        rows = [_slice(line, whole, metric) for line in lines]
        picture = drawing.whiskers(rows, whole, ends, f"{metric} by {column}") if lines[0]["rows"] else ""
        # The picture says which slices are too small; other reasons and the notes are sentences.
        noted = [line for line in lines if "note" in line or ("reason" in line and not 0 < line["rows"] < LEAST)]
        cards.append({"column": column, "picture": picture, "noted": noted})
    return cards


def _slice(line: Facts, whole: float, metric: str) -> dict[str, Any]:
    label = f"{line['value']} ({short(line['rows'])})"
    if "score" not in line:
        return {"label": label, "reason": "too few" if line["rows"] < LEAST else "not judged"}
    end = line["interval"][1 if LARGER_IS_BETTER[metric] else 0]
    return {**line, "label": label, "worse": "note" not in line and better(metric, whole, end)}


def _is_shown(name: str, facts: Facts) -> bool:
    """Whether the card shows the label: of two classes only the second, because the first mirrors it."""
    return bool(facts["task"] != "binary" or name == facts["labels"][1])


def _label(name: str, facts: Facts) -> Mapping[str, Any]:
    """One label's curves and calibration."""
    roc, pr, calibrated = facts["roc"][name], facts["precision_recall"][name], facts["calibration"]["labels"][name]
    share = facts["shares"][name]
    return {
        "name": name,
        "share": share,
        "metrics": facts["label_metrics"].get(name, {}),
        "calibration": calibrated,
        "roc": drawing.curve(roc["false"], roc["true"], ("false positive rate", "true positive rate"), None),
        "pr": drawing.curve(pr["recall"], pr["precision"], ("recall", "precision"), share),
        "reliability": drawing.reliability(calibrated["bins"], ("predicted probability", "true share")),
    }


def _confusions(facts: Facts) -> Iterator[Mapping[str, Any]]:
    if "confusion" in facts:
        yield {"name": "", "labels": facts["labels"], "rows": _with_shares(facts["confusion"], facts["labels"])}
    for label, counts in list(facts.get("confusions", {}).items())[:LABELS]:
        yield {"name": label, "labels": ["0", "1"], "rows": _with_shares(counts, ["0", "1"])}


def _with_shares(counts: Sequence[Sequence[int]], labels: Sequence[str]) -> list[Mapping[str, Any]]:
    """Each row of a confusion with the share of every cell in its row."""
    return [
        {"label": label, "cells": [(count, count / (sum(row) or 1)) for count in row]}
        for label, row in zip(labels, counts, strict=True)
    ]


def _importance(facts: Facts) -> Any:
    lines = facts.get("importance", ())[:_INPUTS]
    rows = [(line["input"], line["loss"], line["from"], line["to"]) for line in lines]
    return drawing.bars(rows, f"How much worse {facts['metric']} gets") if rows else ""


def _contributions(facts: Facts) -> Any:
    values = [(line["input"], line["contribution"]) for line in facts.get("contributions", ())[:_INPUTS]]
    rows = [(name, value, value, value) for name, value in values]
    return drawing.bars(rows, "Mean absolute contribution") if rows else ""


def _residuals(facts: Facts) -> Mapping[str, Any] | None:
    residuals = facts.get("residuals")
    if residuals is None:
        return None
    pictures = {
        "scatter": drawing.scatter(residuals["points"], ("predicted", "true")),
        "histogram": drawing.histogram(**residuals["histogram"], name="True minus predicted"),
    }
    return {**residuals, **pictures}
