"""The primary metric on slices of the test rows: a good mean may hide a weak slice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shared.core.wording import counted
from shared.training.intervals import BootstrapComparison
from shared.training.metrics import score

# Fewer rows than this say nothing about a model.
LEAST = 30
# So many values of a column get their own slice; the rarer ones share one.
_VALUES = 12
_QUARTERS = (0.25, 0.5, 0.75)
# A number with at most so many values is sliced by value.
_FEW = 8

Groups = Iterator[tuple[str, np.ndarray]]


def score_slices(
    frame: pa.Table, names: tuple[str, ...], answers: np.ndarray, bootstrap: BootstrapComparison, *, time: str = ""
) -> list[dict[str, Any]]:
    """One line for each slice by each named column: `column`, `value`, `rows`, `score`, `interval`.

    The rows of `frame`, `answers` and `bootstrap.actual` are the same. A slice that cannot be judged, or a column
    that is missing, has a `reason` in place of a score. Numbers and `time` (ms, if a number) are cut at quartiles.
    """
    lines: list[dict[str, Any]] = []
    for name in names:
        if name not in frame.column_names:
            reason = f"Not judged by {name!r}: the feature table has no such column."
            lines.append({"column": name, "value": "", "rows": 0, "reason": reason})
            continue
        groups = _groups(frame[name], is_time=name == time)
        lines += [{"column": name, "value": value, **_judged(rows, answers, bootstrap)} for value, rows in groups]
    return lines


def _judged(rows: np.ndarray, answers: np.ndarray, bootstrap: BootstrapComparison) -> dict[str, Any]:
    """The metric on these rows, given as row numbers."""
    if len(rows) < LEAST:
        return {
            "rows": len(rows),
            "reason": f"{counted(len(rows), 'row is', 'rows are')} too few; at least {LEAST} are needed.",
        }
    part = BootstrapComparison(bootstrap.task, bootstrap.metric, bootstrap.actual[rows], bootstrap.seed)
    try:
        value = score(part.task, part.metric, part.actual, answers[rows])
        interval = part.interval(answers[rows])
    except ValueError as error:
        return {"rows": len(rows), "reason": f"Cannot be judged: {error}."}
    return {"rows": len(rows), "score": value, "interval": list(interval), **_label_note(part)}


def _label_note(part: BootstrapComparison) -> dict[str, str]:
    """A note when the mean covers fewer labels than in other slices."""
    if part.task != "multilabel":
        return {}
    varied = int((part.actual != part.actual[0]).any(axis=0).sum())
    every = part.actual.shape[1]
    return {"note": f"mean of {varied} of {every} labels; the others are alike here"} if varied < every else {}


def _groups(column: pa.ChunkedArray, *, is_time: bool) -> Groups:
    """The name of each slice and its row numbers; every row is in exactly one slice."""
    missing = column.is_null(nan_is_null=True).to_numpy()
    kind = column.type
    numeric = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_temporal(kind)
    if numeric and pc.count_distinct(column).as_py() > _FEW:
        yield from _quarters(column, ~missing, is_time=is_time)
    else:
        yield from _values(column.cast(pa.string()), missing)
    if missing.any():
        yield "missing", np.flatnonzero(missing)


def _values(texts: pa.ChunkedArray, missing: np.ndarray) -> Groups:
    """The most frequent values, ties in alphabetical order; the others together."""
    known = texts.filter(pa.array(~missing))
    counts = sorted((-value["counts"], value["values"]) for value in pc.value_counts(known).to_pylist())
    names = [name for _, name in counts]
    values = np.asarray(texts.to_numpy())
    named = names if len(names) <= _VALUES else names[: _VALUES - 1]
    for name in named:
        yield name, np.flatnonzero(values == name)
    if len(named) < len(names):
        others = np.flatnonzero(~missing & ~np.isin(values.astype(str), named))
        yield counted(len(names) - len(named), "rarer value"), others


def _quarters(column: pa.ChunkedArray, known: np.ndarray, *, is_time: bool) -> Groups:
    """Four slices of about equal size, fewer where many rows share a value; each includes its upper end."""
    if pa.types.is_temporal(column.type):
        column, is_time = column.cast(pa.timestamp("ms")).cast(pa.int64()), True
    values = np.asarray(column.cast(pa.float64()).to_numpy())
    text = _moment if is_time else _number
    cuts = np.unique(np.quantile(values[known], _QUARTERS, method="inverted_cdf"))
    place = np.searchsorted(cuts, values, side="left")
    ends = [text(float(cut)) for cut in cuts]
    names = [f"up to {ends[0]}", *(f"{low} to {high}" for low, high in pairwise(ends))]
    for number, name in enumerate([*names, f"above {ends[-1]}"]):
        rows = np.flatnonzero(known & (place == number))
        if len(rows):
            yield name, rows


def _number(value: float) -> str:
    return f"{value:.4g}"


def _moment(milliseconds: float) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1_000, UTC):%Y-%m-%d %H:%M}"
