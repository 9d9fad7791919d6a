"""The columns a rule would choose as inputs: few missing values, then the largest mutual information with the answer.

Mutual information is in nats (Cover and Thomas, Elements of Information Theory, 2.3): numbers fall into ten bins of
about equally many rows, missing values into a bin of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from shared.core.scenario import Selection

_BINS = 10


def select_columns(frame: pa.Table, answers: np.ndarray, rule: Selection, declared: Sequence[str]) -> dict[str, Any]:
    """Apply the rule to its pool of columns, beside the declared ones; `answers` are class positions (rows,).

    `kept` holds the declared columns that are not dropped, `selected` those that the ranking would choose. `scores`
    holds the nats of every column that is not dropped, largest first; equal ones keep the pool's order.
    """
    columns = {name: _numbers(frame, name) for name in rule.pool}
    missing = {name: float(np.isnan(values).mean()) for name, values in columns.items()}
    dropped = [name for name in rule.pool if missing[name] > rule.most_missing]
    scores = {name: mutual_information(columns[name], answers) for name in rule.pool if name not in dropped}
    ranked = sorted(scores, key=lambda name: -scores[name])
    selected = ranked[: rule.keep]
    return {
        "rule": f"at most {rule.most_missing:.0%} missing, then the {rule.keep} of the largest mutual information",
        "dropped": dropped,
        "selected": selected,
        "declared": list(declared),
        "kept": [name for name in declared if name not in dropped],
        "in_both": [name for name in declared if name in selected],
        "scores": {name: round(scores[name], 6) for name in ranked},
    }


def mutual_information(values: np.ndarray, answers: np.ndarray) -> float:
    """The mutual information of the numbers (rows,), NaN where missing, and the class positions (rows,), in nats."""
    known = ~np.isnan(values)
    edges = np.unique(np.quantile(values[known], np.linspace(0, 1, _BINS + 1)[1:-1])) if known.any() else np.empty(0)
    bins = np.where(known, np.searchsorted(edges, np.where(known, values, 0.0), side="left"), len(edges) + 1)
    joint = np.zeros((len(edges) + 2, int(answers.max()) + 1))
    np.add.at(joint, (bins, answers), 1 / len(answers))
    independent = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    occurs = joint > 0
    return float((joint[occurs] * np.log(joint[occurs] / independent[occurs])).sum())


def _numbers(frame: pa.Table, name: str) -> np.ndarray:
    values: np.ndarray = frame[name].cast(pa.float64()).to_numpy()
    return values
