"""Which columns a rule would choose as inputs: few cells missing, then those that tell most about the answer.

What a column tells is its mutual information with the answer, in nats: numbers in ten cells of about equally many
rows, missing cells in one of their own (Cover and Thomas, Elements of Information Theory, 2.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from shared.core.scenario import Selection

_CELLS = 10


def select(frame: pa.Table, answers: np.ndarray, rule: Selection, declared: Sequence[str]) -> dict[str, Any]:
    """What the rule keeps of its pool on these rows, beside what is declared; `answers` are class positions (rows,).

    `kept` are the declared columns that are not dropped, `selected` those that the ranking would choose. `scores` holds
    the nats of every column that was not dropped, most first; equal ones stand in the pool's order.
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
    """How much the numbers (rows,), NaN where missing, tell about the class positions (rows,), in nats."""
    known = ~np.isnan(values)
    edges = np.unique(np.quantile(values[known], np.linspace(0, 1, _CELLS + 1)[1:-1])) if known.any() else np.empty(0)
    cells = np.where(known, np.searchsorted(edges, np.where(known, values, 0.0), side="left"), len(edges) + 1)
    together = np.zeros((len(edges) + 2, int(answers.max()) + 1))
    np.add.at(together, (cells, answers), 1 / len(answers))
    apart = together.sum(axis=1, keepdims=True) * together.sum(axis=0, keepdims=True)
    seen = together > 0
    return float((together[seen] * np.log(together[seen] / apart[seen])).sum())


def _numbers(frame: pa.Table, name: str) -> np.ndarray:
    values: np.ndarray = frame[name].cast(pa.float64()).to_numpy()
    return values
