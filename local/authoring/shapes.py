"""The distributions of a draft's columns, for its generator: quantiles, shares and made-up names, and no row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from local.authoring.columns import Described, is_prose
from local.authoring.draft import Draft
from local.authoring.people import looks_like_mail
from local.authoring.ranges import LEAST_ROWS, frequent
from model_training.generators.shapes import Categories, Names, Nothing, Numbers, Shape, Shapes, Times, Words

# The least and the greatest value belong to one row each: the outermost points lie inside.
_POINTS = np.linspace(0.01, 0.99, 9)
_DIGITS = 4
_BANDS = (0.25, 0.5, 0.75)
_MOST_GROUPS, _MOST_VALUES, _MOST_WORDS = 12, 40, 30
_WORD = re.compile(r"[^\W\d_]{3,}")


def shapes_of(draft: Draft) -> Shapes:
    """The shapes of the columns, in the groups that the answers make."""
    groups = _groups(draft)
    rows = sum(map(len, groups))
    shares = tuple(round(len(group) / rows, 3) or 0.001 for group in groups)
    return Shapes(shares, tuple(_shape(draft, one, groups) for one in draft.columns))


def _groups(draft: Draft) -> list[np.ndarray]:
    """The rows of each group: of each answer, or of each quarter of a number."""
    columns = [draft.rows.column(name) for name in draft.named.targets]
    if draft.answer.task == "regression":
        values = columns[0].to_numpy()
        keys: Any = np.digitize(values, np.unique(np.quantile(values, _BANDS)))
        return [np.flatnonzero(keys == key) for key in np.unique(keys)]
    answers = list(zip(*(map(str, column.to_pylist()) for column in columns), strict=True))
    if draft.answer.task == "multilabel":
        kept = [key for key, _ in Counter(answers).most_common(_MOST_GROUPS)]
    else:
        kept = [(label,) for label in draft.answer.labels]
    return [np.array([row for row, key in enumerate(answers) if key == one]) for one in kept]


def _shape(draft: Draft, one: Described, groups: Sequence[np.ndarray]) -> Shape:
    values, kind = draft.rows.column(one.name), one.guess.column.kind
    missing = _missing(values, groups) if values.null_count else ()
    if values.null_count == len(values):
        return Nothing(one.name)
    if one.use == "target":
        return _answers(draft, one, values, groups)
    if kind == "time":
        return _times(one.name, values, missing)
    if one.use == "key" or (one.use == "time" and kind == "int"):
        return _names(one, values, missing, 0)
    if kind != "text":
        return _names(one, values, missing, _repeated(values)) if one.names else _numbers(one, values, groups, missing)
    return _text(one, values, groups, missing)


def _answers(draft: Draft, one: Described, values: pa.ChunkedArray, groups: Sequence[np.ndarray]) -> Shape:
    """Each group has one answer, or the numbers of its quarter."""
    if draft.answer.task == "regression":
        return _numbers(one, values, groups, ())
    firsts = [values[int(group[0])].as_py() for group in groups]
    if one.guess.column.kind == "int":
        return Numbers(one.name, tuple((int(first),) for first in firsts), whole=True)
    labels = draft.answer.labels
    return Categories(one.name, labels, tuple(tuple(float(label == first) for label in labels) for first in firsts))


def _text(one: Described, values: pa.ChunkedArray, groups: Sequence[np.ndarray], missing: tuple[float, ...]) -> Shape:
    different = pc.count_distinct(values).as_py()
    if one.names or (one.personal and one.use != "category"):
        return _names(one, values, missing, _repeated(values))
    if is_prose(values, different):
        return _words(one, values, groups, missing)
    found = tuple(frequent(values, LEAST_ROWS))[:_MOST_VALUES]
    if not found or (one.use != "category" and different > 1):
        return _names(one, values, missing, different)
    return _categories(one, values, groups, missing, found)


def _numbers(one: Described, values: pa.ChunkedArray, groups: Sequence[np.ndarray], missing: Any) -> Numbers:
    whole, cells = one.guess.column.kind == "int", values.cast(pa.float64(), safe=False).to_numpy()
    points = partial(_quantiles, everything=cells, whole=whole)
    return Numbers(one.name, tuple(points(cells[group]) for group in groups), whole, missing)


def _quantiles(cells: np.ndarray, everything: np.ndarray, *, whole: bool) -> tuple[float, ...]:
    there = cells[~np.isnan(cells)]
    values = there if len(there) else everything[~np.isnan(everything)]
    return tuple(int(point) if whole else _rounded(point) for point in np.quantile(values, _POINTS))


def _rounded(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")


def _categories(
    one: Described, values: pa.ChunkedArray, groups: Sequence[np.ndarray], missing: Any, found: tuple[str, ...]
) -> Categories:
    shares = []
    for group in groups:
        counts = Counter(values.take(pa.array(group)).to_pylist())
        total = sum(counts[value] for value in found)
        shares.append(tuple(round(counts[value] / total, 3) if total else 1 / len(found) for value in found))
    return Categories(one.name, found, tuple(shares), missing)


def _names(one: Described, values: pa.ChunkedArray, missing: Any, different: int) -> Names:
    if one.guess.column.kind != "text":
        return Names(one.name, different=different, missing=missing)
    if looks_like_mail(values):
        return Names(one.name, "person", "@example.org", different, missing)
    return Names(one.name, f"{one.name}-", "", different, missing)


def _repeated(values: pa.ChunkedArray) -> int:
    """How many different names there are; 0 where each row has its own."""
    different = int(pc.count_distinct(values).as_py())
    return 0 if different == len(values) - values.null_count else different


def _times(name: str, values: pa.ChunkedArray, missing: Any) -> Times:
    """Whole days where the file has whole days, else whole seconds."""
    first, last = pc.min(values).as_py(), pc.max(values).as_py()
    step = (last - first).total_seconds() / max(len(values) - 1, 1)
    return Times(name, first.replace(microsecond=0).isoformat(), max(float(round(step)), 1.0), missing)


def _words(one: Described, values: pa.ChunkedArray, groups: Sequence[np.ndarray], missing: Any) -> Shape:
    """The most frequent words of each group; a word that few rows have is none of them."""
    texts = [_word_sets(values.take(pa.array(group))) for group in groups]
    counts = Counter(word for group in texts for words in group for word in words)
    per_group = []
    for group in texts:
        here = Counter(word for words in group for word in words if counts[word] >= LEAST_ROWS)
        ranked = sorted(here, key=lambda word: (-here[word] / counts[word] * min(here[word], 50), word))
        per_group.append(tuple(ranked[:_MOST_WORDS]))
    length = int(pc.mean(pc.add(pc.count_substring(values, " "), 1)).as_py())
    return Words(one.name, tuple(per_group), min(length, 60), missing) if all(per_group) else Nothing(one.name)


def _word_sets(values: pa.ChunkedArray) -> list[set[str]]:
    return [set(_WORD.findall(text.casefold())) for text in values.to_pylist() if text]


def _missing(values: pa.ChunkedArray, groups: Sequence[np.ndarray]) -> tuple[float, ...]:
    gone = pc.is_null(values).to_numpy()
    return tuple(round(float(gone[group].mean()), 3) for group in groups)
