"""What the card shows, picked from manifest and facts: plain values and pictures for the template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from model_training.evaluation import drawing
from model_training.evaluation.slices import LEAST
from shared.core.scenario import Scenario
from shared.profiles.report.drawing import short
from shared.training.metrics import LARGER_IS_BETTER, better, reaches

# So many labels are drawn; `evaluation.json` has all.
LABELS = 12
_INPUTS = 20

Facts = Mapping[str, Any]


def view(scenario: Scenario, manifest: Facts, facts: Facts) -> Mapping[str, Any]:
    """The template's variables."""
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
        "elsewhere": list(_elsewhere(facts)),
        "candidates": manifest["candidates"],
        "slices": _slices(facts),
        "labels": [_label(name, facts) for name in list(facts.get("roc", {}))[:LABELS] if _told(name, facts)],
        "left_out": max(len(facts["labels"]) - LABELS, 0),
        "confusions": list(_confusions(facts)),
        "thresholds": facts["thresholds"],
        "importance": _importance(facts),
        "contributions": _contributions(facts),
        "residuals": _residuals(facts),
        "short": short,
    }


def _metric(name: str, line: Facts) -> Mapping[str, Any]:
    low, high = line["interval"]
    wins = better(name, low if LARGER_IS_BETTER[name] else high, line["baseline"])
    return {"name": name, **line, "wins": wins, "smaller": not LARGER_IS_BETTER[name]}


def _elsewhere(facts: Facts) -> Iterator[tuple[str, float]]:
    """The primary metric under circumstances that do not decide."""
    for kind, value in facts["splits"].items():
        yield f"fitted and judged on a {kind} split", value
    if facts["with_leakage"] is not None:
        yield f"with {', '.join(facts['leakage'])}, which leaks the answer", facts["with_leakage"]


def _slices(facts: Facts) -> list[Mapping[str, Any]]:
    metric, own = facts["metric"], facts["metrics"].get(facts["metric"])
    if own is None:
        return []
    whole = own["value"]
    scored = [end for one in facts["slices"] if "score" in one for end in (*one["interval"], whole)]
    ends = (min(scored), max(scored)) if scored else (0.0, 1.0)
    found: list[Mapping[str, Any]] = []
    for column, group in groupby(facts["slices"], key=lambda one: one["column"]):
        lines = list(group)
        rows = [_slice(one, whole, metric) for one in lines]
        picture = drawing.whiskers(rows, whole, ends, f"{metric} by {column}") if lines[0]["rows"] else ""
        # That a part is too small is said in the picture; other reasons, and what compares with care, in a sentence.
        told = [one for one in lines if "note" in one or ("reason" in one and not 0 < one["rows"] < LEAST)]
        found.append({"column": column, "picture": picture, "told": told})
    return found


def _slice(one: Facts, whole: float, metric: str) -> dict[str, Any]:
    label = f"{one['value']} ({short(one['rows'])})"
    if "score" not in one:
        return {"label": label, "reason": "too few" if one["rows"] < LEAST else "not judged"}
    end = one["interval"][1 if LARGER_IS_BETTER[metric] else 0]
    return {**one, "label": label, "worse": "note" not in one and better(metric, whole, end)}


def _told(name: str, facts: Facts) -> bool:
    """Of two classes the first is the mirror of the second."""
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
        yield {"name": "", "labels": facts["labels"], "rows": _shared(facts["confusion"], facts["labels"])}
    for label, counts in list(facts.get("confusions", {}).items())[:LABELS]:
        yield {"name": label, "labels": ["0", "1"], "rows": _shared(counts, ["0", "1"])}


def _shared(counts: Sequence[Sequence[int]], labels: Sequence[str]) -> list[Mapping[str, Any]]:
    """Each row of a confusion with the share of every cell in it."""
    return [
        {"label": label, "cells": [(count, count / (sum(row) or 1)) for count in row]}
        for label, row in zip(labels, counts, strict=True)
    ]


def _importance(facts: Facts) -> Any:
    lines = facts.get("importance", ())[:_INPUTS]
    rows = [(one["input"], one["loss"], one["from"], one["to"]) for one in lines]
    return drawing.bars(rows, f"How much worse {facts['metric']} gets") if rows else ""


def _contributions(facts: Facts) -> Any:
    values = [(one["input"], one["contribution"]) for one in facts.get("contributions", ())[:_INPUTS]]
    rows = [(name, value, value, value) for name, value in values]
    return drawing.bars(rows, "Mean absolute contribution") if rows else ""


def _residuals(facts: Facts) -> Mapping[str, Any] | None:
    told = facts.get("residuals")
    if told is None:
        return None
    pictures = {
        "scatter": drawing.scatter(told["points"], ("predicted", "true")),
        "histogram": drawing.histogram(**told["histogram"], name="True minus predicted"),
    }
    return {**told, **pictures}
