"""A column of texts: the count of each value, and the lengths of values and words; parts of a column merge.

Up to `keep` distinct values a merged part is exact. Beyond, it keeps the `keep` / 2 most frequent; a count it reports
may miss up to `count_error` rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shared.adapters.profiling.counting import counts_of
from shared.adapters.profiling.distinct import estimate, hash_texts, union
from shared.adapters.profiling.lengths import Lengths, lengths_of
from shared.profiles.profile import BinCounts, Bins, ColumnProfile

TOP = 20
LISTED = 200
_NEW = 5


@dataclass(frozen=True, slots=True)
class TextPart:
    """Distinct `values` with their `counts`; `known` counts a baseline's `listed` values and, last, all others."""

    nulls: int
    values: pa.Array
    counts: np.ndarray
    lengths: Lengths
    count_error: int = 0
    sketch: np.ndarray | None = None
    listed: tuple[str, ...] | None = None
    known: np.ndarray | None = None

    def merge(self, other: TextPart, keep: int) -> TextPart:
        """Both parts together."""
        values, counts = _joined(self, other)
        merged = TextPart(
            self.nulls + other.nulls,
            values,
            counts,
            self.lengths.merge(other.lengths),
            self.count_error + other.count_error,
            _joined_sketch(self, other),
            self.listed,
            None if self.known is None or other.known is None else self.known + other.known,
        )
        return merged if len(values) <= keep else _thinned(merged, keep // 2)

    def profile(self) -> ColumnProfile:
        """The column's profile."""
        distinct = len(self.values) if self.sketch is None else estimate(self.sketch)
        head = ColumnProfile("text", self.lengths.count, self.nulls, distinct)
        if not self.lengths.count:
            return head
        listed = _pairs(self.values, self.counts, LISTED)
        counts = [count for _, count in listed]
        bins = Bins((*counts, self.lengths.count - sum(counts)), values=tuple(value for value, _ in listed))
        lengths = self.lengths.statistics()
        return replace(head, **lengths, top=listed[:TOP], count_error=self.count_error, histogram=bins)

    def baseline_counts(self) -> BinCounts | None:
        """The counts in the baseline's bins, and the most frequent values it does not list."""
        if self.listed is None or self.known is None:
            return None
        if not self.known[-1]:
            return BinCounts(tuple(self.known.tolist()), ())
        unknown = pc.invert(pc.is_in(self.values, value_set=pa.array(self.listed, pa.string())))
        counts = self.counts[unknown.to_numpy(zero_copy_only=False)]
        return BinCounts(tuple(self.known.tolist()), _pairs(self.values.filter(unknown), counts, _NEW))


def fitting(part: TextPart, size: int) -> TextPart:
    """The part with about so many bytes of its most frequent values, or fewer."""
    if part.values.nbytes <= size:
        return part
    lengths = pc.binary_length(part.values).to_numpy()[np.argsort(-part.counts, kind="stable")]
    return _thinned(part, int(np.searchsorted(np.cumsum(lengths), size, side="right")))


def describe_texts(column: pa.ChunkedArray, listed: Sequence[str] | None) -> TextPart:
    """The column of texts, plain or dictionary-encoded."""
    encoded = column if pa.types.is_dictionary(column.type) else column.cast(pa.string()).dictionary_encode()
    unified = encoded.unify_dictionaries()
    codes = [_codes(chunk) for chunk in unified.chunks]
    dictionary = unified.chunk(0).dictionary if codes else pa.array([], pa.string())
    counts = counts_of(codes, len(dictionary))
    used = counts > 0
    values = dictionary.cast(pa.string()).filter(pa.array(used))
    counts = counts[used]
    names = None if listed is None else tuple(listed)
    known = None if names is None else _counted(values, counts, names)
    nulls = len(column) - sum(map(len, codes))
    return TextPart(nulls, values, counts, lengths_of(values, counts), listed=names, known=known)


def _codes(chunk: pa.DictionaryArray) -> np.ndarray:
    codes: np.ndarray = (chunk.indices.drop_null() if chunk.null_count else chunk.indices).to_numpy()
    return codes


def _counted(values: pa.Array, counts: np.ndarray, listed: Sequence[str]) -> np.ndarray:
    places = pc.index_in(values, value_set=pa.array(listed, pa.string())).fill_null(len(listed)).to_numpy()
    return np.bincount(places, weights=counts, minlength=len(listed) + 1).astype(np.int64)


def _pairs(values: pa.Array, counts: np.ndarray, size: int) -> tuple[tuple[str, int], ...]:
    """(value, count) of the most frequent values, most frequent first, equal counts by value."""
    frequent = _most(values, counts, size)
    pairs = [
        (value, int(counts[place])) for place, value in zip(frequent, values.take(frequent).to_pylist(), strict=True)
    ]
    return tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))


def _most(values: pa.Array, counts: np.ndarray, size: int) -> np.ndarray:
    """The places of the `size` most frequent values; of equally frequent ones the first by value."""
    if len(counts) <= size:
        return np.arange(len(counts))
    least = np.partition(counts, -size)[-size]
    above, ties = np.flatnonzero(counts > least), np.flatnonzero(counts == least)
    tied = pa.table({"value": values.take(ties)})
    first = pc.select_k_unstable(tied, k=size - len(above), sort_keys=[("value", "ascending")]).to_numpy()
    return np.concatenate((above, ties[first]))


def _joined(a: TextPart, b: TextPart) -> tuple[pa.Array, np.ndarray]:
    both = pa.concat_arrays([a.values, b.values]).dictionary_encode()
    counts = np.bincount(both.indices.to_numpy(), weights=np.concatenate((a.counts, b.counts)))
    return both.dictionary, counts.astype(np.int64)


def _joined_sketch(a: TextPart, b: TextPart) -> np.ndarray | None:
    if a.sketch is None and b.sketch is None:
        return None
    return union(*(hash_texts(part.values) if part.sketch is None else part.sketch for part in (a, b)))


def _thinned(part: TextPart, size: int) -> TextPart:
    kept = _most(part.values, part.counts, size)
    dropped = np.delete(part.counts, kept)
    error = part.count_error + int(dropped.max(initial=0))
    sketch = hash_texts(part.values) if part.sketch is None else part.sketch
    return TextPart(
        part.nulls, part.values.take(kept), part.counts[kept], part.lengths, error, sketch, part.listed, part.known
    )
