"""The head of a scenario's data: the parts that stand, and what one more drop makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.core.scenario import History, Scenario, Table
from shared.datasets.version import DatasetTable, Part, drops_of

Parts = Mapping[str, tuple[Part, ...]]


@dataclass(frozen=True, slots=True)
class Head:
    """What stands: every part that was accepted and not replaced, and the version that was made of them last.

    `generation` counts the changes; who changes it must have seen the newest. `drops` are the positions of all drops
    that were ever accepted: a drop that is sent again keeps its own. `standing` says by table how many rows of each
    part stand; a head of a version before does not know.
    """

    scenario: str
    generation: int = 0
    dataset: str = ""
    tables: tuple[DatasetTable, ...] = ()
    drops: Mapping[str, int] | None = None
    standing: Mapping[str, tuple[int, ...]] | None = None

    @property
    def parts(self) -> Parts:
        """The parts by table."""
        return {table.name: table.parts for table in self.tables}

    def counts(self, table: str) -> dict[Part, int]:
        """How many rows of each part of the table stand; empty where nobody counted."""
        parts, known = self.parts.get(table, ()), (self.standing or {}).get(table, ())
        return dict(zip(parts, known, strict=True)) if len(parts) == len(known) else {}

    def position(self, drop: str) -> int:
        """The place of the drop: of its first acceptance, or after all others."""
        known = self.drops or {}
        return known.get(drop, 1 + max(known.values(), default=0))

    def others(self, table: str, drop: str) -> tuple[Part, ...]:
        """The parts of the table that other drops brought."""
        return tuple(part for part in self.parts.get(table, ()) if part.drop != drop)


def head_of_version(scenario: str, dataset: str, tables: Sequence[DatasetTable]) -> Head:
    """The head of a database of the version before: its newest dataset is the first part of all that follow."""
    return Head(scenario, 0, dataset, tuple(tables), {drop: at for at, drop in enumerate(drops_of(tables))})


def with_drop(head: Head, scenario: Scenario, brought: Mapping[str, Part], snapshots: Sequence[str]) -> Parts:
    """The parts by table when the drop's own have replaced those it brought before, in order of position.

    A table of `snapshots`, or any where the history says `replace`, is the drop's alone.
    """
    drop = next(iter(brought.values())).drop
    placed: dict[str, tuple[Part, ...]] = {}
    for table in scenario.tables:
        own = brought.get(table.name)
        # What the drop brought before and does not bring now is gone with its older bytes.
        others = head.others(table.name, drop)
        if own is None:
            placed[table.name] = others
        elif table.name in snapshots or scenario.history.keep == "replace" or _replaced_whole(table):
            placed[table.name] = _newest(others, own, scenario.history)
        else:
            placed[table.name] = tuple(sorted((*others, own), key=lambda part: part.position))
    return placed


def _replaced_whole(table: Table) -> bool:
    return table.arrives == "carried" and not table.key


def _newest(others: tuple[Part, ...], own: Part, history: History) -> tuple[Part, ...]:
    """The drop's part, unless a later drop has replaced the table already."""
    later = tuple(part for part in others if part.position > own.position)
    if history.keep == "replace":
        return later[-1:] or (own,)
    return (own, *later)


def in_window(parts: Parts, scenario: Scenario) -> Parts:
    """The parts of the drops inside the window, and what came beside their rows; a carried table stays as it is."""
    kept = _kept_positions(parts, scenario)
    if not kept:
        return parts

    def inside(name: str, part: Part) -> bool:
        arrives = scenario.table(name).arrives
        return arrives == "carried" or part.position in kept or (arrives == "later" and part.position > min(kept))

    return {name: tuple(part for part in found if inside(name, part)) for name, found in parts.items()}


def without_old(parts: Parts, joined: Parts, scenario: Scenario) -> Parts:
    """The parts without those that have left the window; `joined` are the parts that can be joined, of any age."""
    inside = in_window(joined, scenario)
    left = {part for name, found in joined.items() for part in set(found).difference(inside[name])}
    return {name: tuple(part for part in found if part not in left) for name, found in parts.items()} if left else parts


def _kept_positions(parts: Parts, scenario: Scenario) -> set[int]:
    """The positions of the drops whose rows stay; empty: all of them, without a window."""
    history = scenario.history
    rows = [part for name in _tables_of_rows(scenario) for part in parts.get(name, ())]
    positions = sorted({part.position for part in rows}, reverse=True)
    if history.drops:
        positions = positions[: history.drops]
    if history.rows:
        positions = _filled(positions, rows, history.rows)
    if history.days:
        positions = _recent(positions, rows, timedelta(days=history.days))
    return set(positions) if history.drops or history.rows or history.days else set()


def _tables_of_rows(scenario: Scenario) -> list[str]:
    return [table.name for table in scenario.tables if table.arrives == "with_drop"]


def _recent(positions: Sequence[int], parts: Sequence[Part], span: timedelta) -> list[int]:
    """The drops that reach into the span before the newest time; what has no time stays."""
    last: dict[int, datetime | None] = dict.fromkeys(positions)
    for part in parts:
        if part.last and part.position in last:
            time = datetime.fromisoformat(part.last)
            last[part.position] = max(time, last[part.position] or time)
    newest = max((time for time in last.values() if time is not None), default=None)
    return [at for at, time in last.items() if newest is None or time is None or time >= newest - span]


def _filled(positions: Sequence[int], parts: Sequence[Part], wanted: int) -> list[int]:
    """The newest drops that together hold the wanted rows of their largest tables."""
    largest: dict[int, int] = {}
    for part in parts:
        largest[part.position] = max(part.rows, largest.get(part.position, 0))
    kept, rows = [], 0
    for at in positions:
        if rows >= wanted:
            break
        kept.append(at)
        rows += largest[at]
    return kept


def learnable(parts: Parts, scenario: Scenario) -> Parts:
    """The parts that can be joined: rows whose labels come later are left out until those have come."""
    labels = scenario.table(scenario.label_table)
    if labels.arrives != "later":
        return parts
    until = _labelled_until(parts, scenario)
    rows = _tables_of_rows(scenario)
    return {
        name: tuple(part for part in found if part.position <= until) if name in rows else found
        for name, found in parts.items()
    }


def _labelled_until(parts: Parts, scenario: Scenario) -> int:
    """The last position whose labels have come: its own drop brought them, or a later one did."""
    first: dict[int, str] = {}
    for part in (part for name in _tables_of_rows(scenario) for part in parts.get(name, ()) if part.first):
        first[part.position] = min(part.first, first.get(part.position, part.first))
    last = -1
    for labels in parts.get(scenario.label_table, ()):
        # Labels that all lie before the rows of their drop belong to the rows of the drops before.
        before = bool(labels.last and labels.last < first.get(labels.position, ""))
        last = max(last, labels.position - 1 if before else labels.position)
    return last


def without_rows(parts: Parts, brought: Mapping[str, Part], scenario: Scenario) -> list[str]:
    """The tables of rows, when the drop brings none and nothing that labels those that are there."""
    rows = _tables_of_rows(scenario)
    if not rows or any(name in brought for name in rows):
        return []
    labels = brought.get(scenario.label_table)
    last = max((part.last for name in rows for part in parts.get(name, ())), default="")
    ahead = labels is not None and bool(labels.first and last) and labels.first > last
    return rows if labels is None or ahead else []


def lacking(parts: Parts, scenario: Scenario) -> list[str]:
    """The tables of which there is nothing yet."""
    return [table.name for table in scenario.tables if not parts.get(table.name)]


def moved(
    head: Head,
    tables: Sequence[DatasetTable],
    drop: str,
    dataset: str,
    standing: Mapping[str, tuple[int, ...]] | None = None,
) -> Head:
    """The next head."""
    drops, after = {**(head.drops or {}), drop: head.position(drop)}, head.generation + 1
    return replace(head, generation=after, dataset=dataset, tables=tuple(tables), drops=drops, standing=standing)
