"""The tables of bench/automl.py: scores, paired differences, time, size and export of every way."""

from __future__ import annotations

import json
import math
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from scipy.stats import t

from shared.core.scenario import Task
from shared.training.intervals import BootstrapComparison
from shared.training.metrics import score


@dataclass(frozen=True, slots=True)
class Lead:
    """How much the score of ours lies above a peer's: the mean over the seeds, and its 95 % interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        """As in the table."""
        return f"{self.mean:+.4f} ({self.low:+.4f} … {self.high:+.4f})"


def tables(cases: Mapping[str, Sequence[Path]], ways: Sequence[str], seconds: float) -> Iterator[str]:
    """Two tables in Markdown."""
    yield f"\nMeans over the seeds, budget {seconds:g} s; differences with 95 % intervals.\n"
    yield "| case | way | score | ours - peer | processor s | peak MB |\n|---|---|---|---|---|---|"
    for name, places in cases.items():
        yield from (_scores(name, way, places) for way in ways)
    yield "\n| case | way | model | served KB | ms for 1000 rows | ms for one row | as ONNX |"
    yield "|---|---|---|---|---|---|---|"
    for name, places in cases.items():
        yield from (_served(name, way, places) for way in ways)


def lead(way: str, places: Sequence[Path]) -> Lead:
    """Ours minus the peer's score on the same rows, as a mean over the seeds.

    The interval is the wider one of two: what the judging rows leave open, and how much the seeds differ.
    """
    differences, widths = [], []
    for place in places:
        actual = _actual(place / "ours")
        ours, peer = (np.load(place / one / "answers.npy") for one in ("ours", way))
        task, metric = _judged_by(ours)
        low, high = BootstrapComparison(task, metric, actual, seed=0).lead(ours, peer)
        differences.append(score(task, metric, actual, ours) - score(task, metric, actual, peer))
        widths.append((high - low) / 2)
    mean, width = statistics.mean(differences), max(math.hypot(*widths) / len(widths), _spread(differences))
    return Lead(mean, mean - width, mean + width)


def _spread(values: Sequence[float]) -> float:
    """Half of the 95 % interval of the mean, after Student; 0 for one value."""
    if len(values) == 1:
        return 0.0
    return float(t.ppf(0.975, len(values) - 1)) * statistics.stdev(values) / math.sqrt(len(values))


def _judged_by(answers: np.ndarray) -> tuple[Task, str]:
    """Task and metric of the scenario: of two classes the area under the ROC curve, of more the accuracy."""
    return ("binary", "auc") if answers.shape[1] == 2 else ("multiclass", "accuracy")


def _scores(name: str, way: str, places: Sequence[Path]) -> str:
    answers = [np.load(place / way / "answers.npy") for place in places]
    pairs = zip(places, answers, strict=True)
    scores = [score(*_judged_by(each), _actual(place / way), each) for place, each in pairs]
    told = "" if way == "ours" or not (places[0] / "ours").exists() else str(lead(way, places))
    facts = _facts(way, places)
    means = [statistics.mean(one[key] for one in facts) for key in ("processor_seconds", "peak_mb")]
    return f"| {name} | {way} | {statistics.mean(scores):.4f} | {told} | {means[0]:.0f} | {means[1]:.0f} |"


def _served(name: str, way: str, places: Sequence[Path]) -> str:
    facts = _facts(way, places)
    models = Counter(one["model"].split(" of ")[0] for one in facts)
    told = ", ".join(f"{model} {count}x" for model, count in models.most_common())
    numbers = [statistics.median(one[key] for one in facts) for key in ("ms_1000_rows", "ms_one_row")]
    size = statistics.median(one["size"] for one in facts) / 1000
    return f"| {name} | {way} | {told} | {size:.0f} | {numbers[0]:.0f} | {numbers[1]:.1f} | {_exports(facts)} |"


def _exports(facts: Sequence[Mapping[str, Any]]) -> str:
    """How many of the fitted models became graphs; a whole one takes rows as they come."""
    if facts[0]["onnx"] == "whole":
        return "whole"
    found = [told for one in facts for told in one["onnx"].values()]
    return f"{sum(told == 'equal' for told in found)} of {len(found)} models, not what encodes"


def _facts(way: str, places: Sequence[Path]) -> list[dict[str, Any]]:
    return [json.loads((place / way / "facts.json").read_text()) for place in places]


def _actual(folder: Path) -> np.ndarray:
    return pq.read_table(folder / "judge.parquet").column(-1).to_numpy()
