"""How the files of a drop differ from the contract of their scenario: what a person may accept, and what nobody may."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from shared.core.blob import Blob
from shared.core.drops import drop_files, without_marker
from shared.core.errors import BadInput, Missing, Quarantined
from shared.core.paths import Landing, table_of
from shared.core.redaction import redact
from shared.core.scenario import Column, Scenario, Table
from shared.core.wording import counted
from shared.datasets.contract_change import Change
from shared.intake.schema_change import MOST_NEW, category_columns, new_values
from shared.profiles.known_values import KnownTables, known_values

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.monitoring.ports import MonitoringPorts

_AREAS: tuple[Literal["incoming", "scoring"], ...] = ("incoming", "scoring")
# More values than this are a text, not a list to accept.
_MOST_VALUES = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """What a drop brings beyond the contract, and the faults that no wider contract heals."""

    where: Landing
    changes: tuple[Change, ...]
    faults: tuple[str, ...]


def find_drop(ports: MonitoringPorts, name: str, scenario: str = "") -> Landing:
    """Where the drop lies, labelled or to score; Missing when nowhere, BadInput when at several places."""
    known = ports.core.scenarios
    wheres = [
        Landing(area, known[one], name, "")
        for area in _AREAS
        for one in known
        if scenario in ("", one) and any(ports.core.lake.list(f"{area}/{one}/{name}/"))
    ]
    if not wheres:
        raise Missing(f"No files of a drop {name[:80]!r} lie in incoming/ or scoring/; see mlops history.")
    if len(wheres) > 1:
        places = ", ".join(where.folder for where in wheres)
        raise BadInput(f"Several drops are called {name!r}: {places}; accepted: --scenario, or another name.")
    return wheres[0]


def difference(ports: MonitoringPorts, where: Landing) -> Difference:
    """Every file of the drop beside the scenario's contract as it is now."""
    known = known_values(ports, where.scenario.name)
    changes: list[Change] = []
    faults: list[str] = []
    for blob in without_marker(where, drop_files(ports, where)):
        try:
            changes += _of_file(ports, where, blob, known)
        except Quarantined as fault:
            faults.append(redact(fault, where.scenario).reason)
    return Difference(where, _together(changes), tuple(faults))


def _of_file(ports: MonitoringPorts, where: Landing, blob: Blob, known: KnownTables) -> Iterator[Change]:
    """What one file brings beyond its contract; Quarantined for what cannot be accepted."""
    table = table_of(blob.name, where.area, where.scenario)
    table = table.labelled if where.area == "incoming" else table
    rows, extra = _read(ports, blob, table)
    yield from (Change(table.name, name, "column", rows=rows.num_rows) for name in extra)
    for column in table.columns:
        yield from _of_column(table, column, rows[column.name])
    declared = where.scenario.table(table.name)
    for name in category_columns(where.scenario, table.name):
        before = known.get(table.name, {}).get(name)
        if before is not None and before.is_category:
            known_here = replace(before, values=before.values.union(declared.column(name).accepted))
            new = new_values(rows[name].drop_null(), known_here)
            if len(new) > MOST_NEW * (rows.num_rows - rows[name].null_count):
                yield Change(table.name, name, "values", _listed(new), rows=len(new))
    _refuse_answers(where.scenario, table, rows)


def _read(ports: MonitoringPorts, blob: Blob, table: Table) -> tuple[pa.Table, list[str]]:
    """The rows under the contract without lists and ranges, and the columns that it does not know."""
    columns = tuple(replace(one, values=(), minimum=None, maximum=None) for one in table.columns)
    open_table, extra = replace(table, columns=columns), list[str]()
    while True:
        try:
            with ports.core.lake.open(blob.path, etag=blob.etag) as source:
                return ports.datasets.tables.read(source, blob.name, open_table), extra
        except Quarantined as fault:
            if fault.reason_code != "extra_column":
                raise
            extra.append(fault.column)
            open_table = replace(open_table, ignored=(*open_table.ignored, fault.column))


def _of_column(table: Table, column: Column, values: pa.ChunkedArray) -> Iterator[Change]:
    import pyarrow as pa
    import pyarrow.compute as pc

    if column.values:
        known = pa.array(column.values, pa.string()).cast(values.type)
        new = values.filter(pc.and_(pc.is_valid(values), pc.invert(pc.is_in(values, value_set=known))))
        if len(new):
            yield Change(table.name, column.name, "values", _listed(new), rows=len(new))
    if column.minimum is not None:
        below = values.filter(pc.less(values, column.minimum))
        if len(below):
            yield Change(table.name, column.name, "minimum", limit=float(pc.min(below).as_py()), rows=len(below))
    if column.maximum is not None:
        above = values.filter(pc.greater(values, column.maximum))
        if len(above):
            yield Change(table.name, column.name, "maximum", limit=float(pc.max(above).as_py()), rows=len(above))


def _listed(values: pa.ChunkedArray) -> tuple[str, ...]:
    return tuple(sorted(str(value) for value in values.unique().to_pylist()))


def _refuse_answers(scenario: Scenario, table: Table, rows: pa.Table) -> None:
    """A new answer is another problem: the scenario's labels are declared."""
    for name in set(scenario.targets).intersection(rows.column_names):
        for change in _of_column(table, table.column(name), rows[name]):
            sentence = (
                f"Table {table.name!r}, column {name!r}: {counted(change.rows, 'row has', 'rows have')} "
                "an answer that is not declared"
            )
            accepted = f"one of {', '.join(map(repr, table.column(name).values))}"
            raise Quarantined("category", f"{sentence}; accepted: {accepted}.", table=table.name, column=name)


def _together(changes: Sequence[Change]) -> tuple[Change, ...]:
    """One change of each column and kind, of all files of the drop; too many values are no list."""
    found: dict[tuple[str, str, str], Change] = {}
    for change in changes:
        place = (change.table, change.column, change.kind)
        found[place] = _joined(found[place], change) if place in found else change
    return tuple(found[place] for place in sorted(found) if len(found[place].values) <= _MOST_VALUES)


def _joined(first: Change, second: Change) -> Change:
    limits = [one.limit for one in (first, second) if one.limit is not None]
    least = min if first.kind == "minimum" else max
    values = tuple(sorted({*first.values, *second.values}))
    return replace(first, values=values, limit=least(limits) if limits else None, rows=first.rows + second.rows)
