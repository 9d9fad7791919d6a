"""Dataset versions in SQL: every part is kept once, and named by number in the versions and heads that hold it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, insert, select, update

from shared.adapters.sql.connection.transactions import read, rows_changed, take_turn, write
from shared.adapters.sql.schema.tables import dataset_head, dataset_part, dataset_version
from shared.datasets.head import Head, head_of_version
from shared.datasets.version import DatasetTable, DatasetVersion, Part, table_from_json, with_sources

_C = dataset_version.c
_P = dataset_part.c
_H = dataset_head.c
# (table, part) by number.
_Numbered = Mapping[int, tuple[str, Part]]
_DROP = 2


class SqlDatasets:
    """Port `DatasetVersions`: one version per (scenario, digest), one head per scenario."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, dataset: DatasetVersion) -> DatasetVersion:
        """Store the version; when the digest is known, return the existing one."""
        return write(self._engine, lambda connection: _add(connection, dataset))

    def find(self, scenario: str, dataset_id: str) -> DatasetVersion | None:
        """The version, or None."""
        return self._first(_C.scenario == scenario, _C.id == dataset_id)

    def by_digest(self, scenario: str, digest: str) -> DatasetVersion | None:
        """The version with that content, or None."""
        return self._first(_C.scenario == scenario, _C.digest == digest)

    def list(self, scenario: str | None = None) -> Sequence[DatasetVersion]:
        """All versions, oldest first; of a scenario the version that its head was made into comes last."""
        return read(self._engine, lambda connection: _listed(connection, scenario))

    def head(self, scenario: str) -> Head:
        """The parts that stand; where none were ever accepted, those of the newest version there is."""
        return read(self._engine, lambda connection: _head(connection, scenario))

    def move(self, head: Head, dataset: DatasetVersion | None) -> bool:
        """Compare-and-set by generation, together with the version made of the head; False when somebody was faster."""
        written = False

        def work(connection: Connection) -> bool:
            nonlocal written
            take_turn(connection, f"datasets of {head.scenario}")
            current = _head(connection, head.scenario)
            if written and current == head:
                return True  # written a moment ago by this very call, whose answer to COMMIT was lost
            if current.generation != head.generation - 1:
                return False
            if dataset is not None:
                _add(connection, dataset)
            _put_head(connection, head)
            written = True
            return True

        return write(self._engine, work)

    def _first(self, *conditions: ColumnElement[bool]) -> DatasetVersion | None:
        def work(connection: Connection) -> DatasetVersion | None:
            return next(iter(_versions(connection, *conditions)), None)

        return read(self._engine, work)


def _add(connection: Connection, dataset: DatasetVersion) -> DatasetVersion:
    same = _versions(connection, _C.scenario == dataset.scenario, _C.digest == dataset.digest)
    if same:
        return same[0]
    values = {
        "scenario": dataset.scenario,
        "id": dataset.id,
        "digest": dataset.digest,
        "tables": _numbered(connection, dataset.scenario, dataset.tables),
        "sources": list(dataset.sources),
        "created_at": dataset.created_at,
    }
    connection.execute(insert(dataset_version), values)
    return dataset


def _listed(connection: Connection, scenario: str | None) -> Sequence[DatasetVersion]:
    found = _versions(connection, *([] if scenario is None else [_C.scenario == scenario]))
    heads = {(row.scenario, row.dataset) for row in connection.execute(select(_H.scenario, _H.dataset))}
    if scenario is None:
        return found
    return sorted(found, key=lambda version: (scenario, version.id) in heads)


def _versions(connection: Connection, *conditions: ColumnElement[bool]) -> list[DatasetVersion]:
    query = select(dataset_version).where(*conditions).order_by(_C.created_at, _C.id)
    rows = connection.execute(query).all()
    parts = {name: _parts(connection, name) for name in {row.scenario for row in rows}}
    return [_version(row, parts[row.scenario]) for row in rows]


def _parts(connection: Connection, scenario: str) -> _Numbered:
    return {row.number: _part(row) for row in connection.execute(select(dataset_part).where(_P.scenario == scenario))}


def _part(row: Row[Any]) -> tuple[str, Part]:
    part = Part(
        path=row.path,
        sha256=row.sha256,
        rows=row.rows,
        drop=row.drop_name,
        position=row.position,
        sources=tuple(row.sources),
        first=row.first_time,
        last=row.last_time,
        kind=row.kind or "drop",
        role=row.role or "",
    )
    return row.table_name, part


def _version(row: Row[Any], parts: _Numbered) -> DatasetVersion:
    sources = tuple(row.sources)
    tables = tuple(_table(told, parts, sources) for told in row.tables)
    return DatasetVersion(row.scenario, row.id, row.digest, tables, sources, row.created_at)


def _table(told: Mapping[str, Any], parts: _Numbered, sources: tuple[str, ...]) -> DatasetTable:
    """The table; in a row of the format before it is one file, and its drop is that of the version's blobs."""
    if "parts" not in told:
        drop = next((source.split("/")[_DROP] for source in sources if source.count("/") > _DROP), "")
        return with_sources(table_from_json(told), drop, sources)
    named = tuple(parts[number][1] for number in told["parts"])
    return DatasetTable(told["name"], named, int(told["rows"]), int(told["replaced"]))


def _head(connection: Connection, scenario: str) -> Head:
    row = connection.execute(select(dataset_head).where(_H.scenario == scenario)).one_or_none()
    if row is not None:
        parts = _parts(connection, scenario)
        tables = tuple(_table(told, parts, ()) for told in row.tables)
        return Head(scenario, row.generation, row.dataset, tables, dict(row.drops))
    newest = _versions(connection, _C.scenario == scenario)[-1:]
    return head_of_version(scenario, newest[0].id, newest[0].tables) if newest else Head(scenario, drops={})


def _put_head(connection: Connection, head: Head) -> None:
    values = {
        "generation": head.generation,
        "dataset": head.dataset,
        "tables": _numbered(connection, head.scenario, head.tables),
        "drops": dict(head.drops or {}),
    }
    changed = connection.execute(update(dataset_head).where(_H.scenario == head.scenario).values(**values))
    if not rows_changed(changed):
        connection.execute(insert(dataset_head), {"scenario": head.scenario, **values})


def _numbered(connection: Connection, scenario: str, tables: Iterable[DatasetTable]) -> list[dict[str, Any]]:
    """The tables as they are stored, their parts by number; parts that are new are kept first."""
    numbers = {part: number for number, part in _parts(connection, scenario).items()}
    named = [(table.name, part) for table in tables for part in table.parts]
    new = [one for one in dict.fromkeys(named) if one not in numbers]
    first = 1 + max(numbers.values(), default=0)
    numbers |= {one: number for number, one in enumerate(new, first)}
    if new:
        connection.execute(insert(dataset_part), [_row(scenario, numbers[one], *one) for one in new])
    return [
        {
            "name": table.name,
            "rows": table.rows,
            "replaced": table.replaced,
            "parts": [numbers[table.name, part] for part in table.parts],
        }
        for table in tables
    ]


def _row(scenario: str, number: int, table: str, part: Part) -> dict[str, Any]:
    return {
        "scenario": scenario,
        "number": number,
        "table_name": table,
        "path": part.path,
        "sha256": part.sha256,
        "rows": part.rows,
        "drop_name": part.drop,
        "position": part.position,
        "first_time": part.first,
        "last_time": part.last,
        "kind": part.kind,
        "role": part.role,
        "sources": list(part.sources),
    }
