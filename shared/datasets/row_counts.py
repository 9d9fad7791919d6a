"""How many rows of each part stand, counted anew only where parts came or went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.core.errors import Corrupt, Missing
from shared.datasets.reading import index_path, read_indexes, restarting_labels, standing_rows

if TYPE_CHECKING:
    import numpy as np

    from shared.core.ports import Lake
    from shared.core.scenario import Scenario
    from shared.datasets.row_index import Array, Index
    from shared.datasets.row_standing import HashFilter
    from shared.datasets.version import Part

    # How many rows of each part stand, in order of position.
    Counts = Mapping[Part, int]
    Near = Mapping[Part, Index]
    Span = tuple[datetime, datetime]
    Spans = Sequence[Span | None]


# Indexes that are read at the same time, and from how many on there is one more reader.
_READERS, _PER_READER = 8, 8


@dataclass(frozen=True, slots=True)
class _Change:
    """How many rows more stand of each part, and whether those that stand are the same ones."""

    by: Mapping[Part, int]
    same: bool


@dataclass(frozen=True, slots=True)
class RowCounts:
    """Counts the rows of one table that stand; `own` are the indexes by sha256 of parts that are not read again."""

    lake: Lake
    scenario: Scenario
    table: str
    own: Mapping[str, Index]
    _near: dict[frozenset[Part], dict[Part, Index]] = field(default_factory=dict)
    _changes: list[tuple[tuple[Part, ...], tuple[Part, ...], _Change]] = field(default_factory=list)

    def count(self, known: Counts, parts: Sequence[Part]) -> dict[Part, int]:
        """How many rows of each of these parts stand, when it is `known` of the parts that were there before."""
        if known and tuple(known) == tuple(parts):
            return dict(known)
        if len(parts) < 2 or restarting_labels(self.scenario, self.scenario.table(self.table)):  # noqa: PLR2004
            return {part: part.rows for part in parts}
        if len(known) < 2:  # noqa: PLR2004 - nothing is known of parts that gave way to each other
            indexes = [self._index(part) for part in parts]
            return dict(zip(parts, _sums(self._masks(indexes)), strict=True))
        change = self._change(known, parts)
        return {part: known.get(part, 0) + change.by[part] for part in parts}

    def same(self, known: Counts, parts: Sequence[Part]) -> bool:
        """Whether the rows of these parts that stand are those of the parts before."""
        if tuple(known) == tuple(parts) or not (known and parts):
            return len(known) == len(parts)
        return self._change(known, parts).same

    def _change(self, known: Counts, parts: Sequence[Part]) -> _Change:
        """What becomes of the rows that equal one of a part that came or went: nothing becomes of the others."""
        wanted = (tuple(known), tuple(parts))
        found = next((change for *which, change in self._changes if tuple(which) == wanted), None)
        if found is None:
            found = self._changed(known, parts)
            self._changes.append((*wanted, found))
        return found

    def _changed(self, known: Counts, parts: Sequence[Part]) -> _Change:
        from shared.datasets.row_standing import standing

        near = self._rows_near(known, parts)
        before, after = [near[part] for part in known], [near[part] for part in parts]
        stood, stand = self._masks(before), self._masks(after)
        by = dict(zip(parts, _sums(stand), strict=True))
        for part, rows in zip(known, _sums(stood), strict=True):
            by[part] = by.get(part, 0) - rows
        return _Change(by, standing(before, stood) == standing(after, stand))

    def held(self, own: Part, known: Counts) -> int:
        """How many of the rows that stand the part holds, each as often as both do."""
        from shared.datasets.row_standing import held

        near = self._rows_near(known, (*known, own))
        others = [near[part] for part in known]
        return held(self._index(own), others, self._masks(others))

    def _masks(self, indexes: Sequence[Index]) -> list[np.ndarray]:
        return standing_rows(indexes, self.scenario.table(self.table), self.scenario)

    def _rows_near(self, known: Counts, parts: Sequence[Part]) -> Near:
        """Of every part the rows that equal one of a part that came or went, and few others."""
        from shared.datasets.row_standing import NO_ROWS, filter_of

        changed = frozenset(set(known) ^ set(parts))
        near = self._near.setdefault(changed, {})
        wanted = [part for part in dict.fromkeys((*known, *parts)) if part not in near]
        if wanted:
            passing = filter_of([self._index(part) for part in changed])
            spans = self._spans(changed)
            added = changed.isdisjoint(known)
            # What gave way as a whole stays so while parts only come.
            left = {part for part in wanted if (added and known.get(part) == 0) or _apart(part, spans)}
            near |= dict.fromkeys(left, NO_ROWS)
            near |= self._every_narrowed([part for part in wanted if part not in left], passing)
        return near

    def _every_narrowed(self, parts: Sequence[Part], passing: HashFilter) -> dict[Part, Index]:
        """Many indexes are read at the same time: in a lake that is far away, each is a request to wait for."""
        order = [(copy_context(), part) for part in parts]
        with ThreadPoolExecutor(min(_READERS, 1 + len(parts) // _PER_READER)) as pool:
            found = pool.map(lambda one: one[0].run(self._narrowed, one[1], passing), order)
            return dict(zip(parts, found, strict=True))

    def _index(self, part: Part) -> Index:
        if part.sha256 in self.own:
            return self.own[part.sha256]
        (index,) = read_indexes(self.lake, self.scenario, self.table, [part])
        return index

    def _narrowed(self, part: Part, passing: HashFilter) -> Index:
        """The rows of the part that pass; an index that is not what was written is made again."""
        from shared.datasets.row_standing import narrowed

        if part.sha256 not in self.own:
            try:
                return narrowed(self._read(part), passing)
            except (Corrupt, Missing):
                pass
        return narrowed(self._index(part).blocks(), passing)

    def _read(self, part: Part) -> Iterator[Array]:
        from shared.datasets.row_index import checked_blocks

        with self.lake.open(index_path(self.scenario.name, self.table, part.sha256)) as source:
            yield from checked_blocks(source, part.rows, self.scenario.table(self.table))

    def _spans(self, parts: Iterable[Part]) -> Spans:
        """From when to when the rows of each part are; empty where rows of different times may be equal."""
        declared, time = self.scenario.table(self.table), self.scenario.time
        timed = any(column.name == time and not (column.nulls or column.optional) for column in declared.columns)
        if not timed or (declared.key and time not in declared.key):
            return ()
        return [span_of(part) for part in parts]


def _sums(masks: Iterable[np.ndarray]) -> list[int]:
    return [int(mask.sum()) for mask in masks]


def span_of(part: Part) -> Span | None:
    """From when to when its rows are, by their time column; None when nobody knows."""
    if not part.first:
        return None
    first, last = (datetime.fromisoformat(end) for end in (part.first, part.last))
    return tuple(end if end.tzinfo else end.replace(tzinfo=UTC) for end in (first, last))  # type: ignore[return-value]


def _apart(part: Part, spans: Spans) -> bool:
    """Whether no row of the part can equal one inside the spans, by its time."""
    own = span_of(part)
    return bool(spans) and own is not None and all(span and (own[1] < span[0] or span[1] < own[0]) for span in spans)
