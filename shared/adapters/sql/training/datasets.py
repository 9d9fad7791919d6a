"""Dataset versions in SQL: every part is kept once, and named by number in the versions and heads that hold it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, Engine, Row, Select, bindparam, insert, select, update

from shared.adapters.sql.connection.transactions import read, rows_changed, take_turn, write
from shared.adapters.sql.schema.tables import dataset_head, dataset_part, dataset_version
from shared.datasets.head import Head, head_of_version
from shared.datasets.version import DatasetTable, DatasetVersion, Part, table_from_json, with_sources

_C = dataset_version.c
_P = dataset_part.c
_H = dataset_head.c
_PART = (
    _P.path,
    _P.sha256,
    _P.sources,
    _P.kind,
    _P.role,
    _P.rows,
    _P.drop_name,
    _P.position,
    _P.first_time,
    _P.last_time,
)
_SCENARIO: BindParameter[str] = bindparam("scenario")
_ALL = select(dataset_version).order_by(_C.created_at, _C.id)
_OF_SCENARIO = _ALL.where(_C.scenario == _SCENARIO)
_BY_ID = _OF_SCENARIO.where(_C.id == bindparam("id"))
_BY_DIGEST = _OF_SCENARIO.where(_C.digest == bindparam("digest"))
_IDS = select(_C.id).where(_C.scenario == _SCENARIO).order_by(_C.created_at, _C.id)
_LAST = select(_C.id).where(_C.scenario == _SCENARIO).order_by(_C.created_at.desc(), _C.id.desc()).limit(1)
_NEWEST = _OF_SCENARIO.where(_C.id == _LAST.scalar_subquery())
_HEAD = select(dataset_head).where(_H.scenario == _SCENARIO)
_HEADED = select(_H.dataset).where(_H.scenario == _SCENARIO)
_OF_HEAD = _OF_SCENARIO.where(_C.id == _HEADED.scalar_subquery())
_PARTS = select(_P.number, _P.table_name, *_PART).where(_P.scenario == _SCENARIO)
# (table, part) by number.
_Numbered = Mapping[int, tuple[str, Part]]
type _Versions = Select[Any]
_DROP = 2


class SqlDatasets:
    """Port `DatasetVersions`: one version per (scenario, digest), one head per scenario."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, dataset: DatasetVersion) -> DatasetVersion:
        """Store the version; when the digest is known, return the existing one."""
        return write(self._engine, lambda connection: _add(connection, dataset, _Numbers(connection, dataset.scenario)))

    def find(self, scenario: str, dataset_id: str) -> DatasetVersion | None:
        """The version, or None."""
        return self._first(_BY_ID, {"scenario": scenario, "id": dataset_id})

    def by_digest(self, scenario: str, digest: str) -> DatasetVersion | None:
        """The version with that content, or None."""
        return self._first(_BY_DIGEST, {"scenario": scenario, "digest": digest})

    def list(self, scenario: str | None = None) -> Sequence[DatasetVersion]:
        """All versions, oldest first; of a scenario the version that its head was made into comes last."""
        return read(self._engine, lambda connection: _listed(connection, scenario))

    def ids(self, scenario: str) -> Sequence[str]:
        """The ids of all versions of the scenario, in the order of `list`."""
        return read(self._engine, lambda connection: _ids(connection, scenario))

    def newest(self, scenario: str) -> DatasetVersion | None:
        """The last version of `list`, or None."""
        return read(self._engine, lambda connection: _newest(connection, scenario))

    def holding(self, scenario: str, drop: str) -> Sequence[DatasetVersion]:
        """The versions that hold a part of the drop, in the order of `list`."""
        return read(self._engine, lambda connection: _holding(connection, scenario, drop))

    def head(self, scenario: str) -> Head:
        """The parts that stand; where none were ever accepted, those of the newest version there is."""
        return read(self._engine, lambda connection: _head(connection, scenario))

    def move(self, head: Head, dataset: DatasetVersion | None) -> bool:
        """Compare-and-set by generation, together with the version made of the head; False when somebody was faster."""
        written = False

        def work(connection: Connection) -> bool:
            nonlocal written
            take_turn(connection, f"datasets of {head.scenario}")
            if written and _head(connection, head.scenario) == head:
                return True  # written a moment ago by this very call, whose answer to COMMIT was lost
            generation = select(_H.generation).where(_H.scenario == head.scenario)
            if (connection.scalar(generation) or 0) != head.generation - 1:
                return False
            numbers = _Numbers(connection, head.scenario)
            if dataset is not None:
                _add(connection, dataset, numbers)
            _put_head(connection, head, numbers)
            written = True
            return True

        return write(self._engine, work)

    def _first(self, query: _Versions, values: Mapping[str, str]) -> DatasetVersion | None:
        return read(self._engine, lambda connection: next(iter(_versions(connection, query, values)), None))


def _add(connection: Connection, dataset: DatasetVersion, numbers: _Numbers) -> DatasetVersion:
    same = _versions(connection, _BY_DIGEST, {"scenario": dataset.scenario, "digest": dataset.digest})
    if same:
        return same[0]
    values = {
        "scenario": dataset.scenario,
        "id": dataset.id,
        "digest": dataset.digest,
        "tables": numbers.told(dataset.tables),
        "sources": list(dataset.sources),
        "created_at": dataset.created_at,
    }
    connection.execute(insert(dataset_version), values)
    return dataset


def _listed(connection: Connection, scenario: str | None) -> Sequence[DatasetVersion]:
    if scenario is None:
        return _versions(connection, _ALL, {})
    here = {"scenario": scenario}
    found, head = _versions(connection, _OF_SCENARIO, here), connection.scalar(_HEADED, here)
    return sorted(found, key=lambda version: version.id == head)


def _ids(connection: Connection, scenario: str) -> list[str]:
    here = {"scenario": scenario}
    head = connection.scalar(_HEADED, here)
    return sorted(connection.scalars(_IDS, here), key=lambda one: one == head)


def _newest(connection: Connection, scenario: str) -> DatasetVersion | None:
    here = {"scenario": scenario}
    found = _versions(connection, _OF_HEAD, here) or _versions(connection, _NEWEST, here)
    return next(iter(found), None)


def _holding(connection: Connection, scenario: str, drop: str) -> Sequence[DatasetVersion]:
    """No version holds a drop without parts, unless no drop was added since the version before."""
    known = select(_P.number).where(_P.scenario == scenario, _P.drop_name == drop).limit(1)
    if connection.scalar(known) is None and connection.scalar(_HEADED, {"scenario": scenario}) is not None:
        return []
    return [version for version in _listed(connection, scenario) if drop in version.drops]


def _versions(connection: Connection, query: _Versions, values: Mapping[str, str]) -> list[DatasetVersion]:
    rows = connection.execute(query, values).all()
    parts = {name: _parts(connection, name) for name in {row.scenario for row in rows}}
    return [_version(row, parts[row.scenario]) for row in rows]


def _parts(connection: Connection, scenario: str) -> _Numbered:
    rows = connection.execute(_PARTS, {"scenario": scenario})
    return {number: (table, _part(*facts)) for number, table, *facts in rows}


def _part(path: str, sha256: str, sources: Iterable[str], kind: str | None, role: str | None, *facts: Any) -> Part:
    rows, drop, position, first, last = facts
    return Part(path, sha256, rows, drop, position, tuple(sources), first, last, kind or "drop", role or "")  # type: ignore[arg-type]


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
    row = connection.execute(_HEAD, {"scenario": scenario}).one_or_none()
    if row is not None:
        parts = _parts(connection, scenario)
        tables = tuple(_table(told, parts, ()) for told in row.tables)
        return Head(scenario, row.generation, row.dataset, tables, dict(row.drops), _standing(row.tables))
    newest = _versions(connection, _NEWEST, {"scenario": scenario})
    return head_of_version(scenario, newest[0].id, newest[0].tables) if newest else Head(scenario, drops={})


def _standing(tables: Iterable[Mapping[str, Any]]) -> dict[str, tuple[int, ...]] | None:
    """How many rows of each part stand; None in a row of the version before, or where rows were erased since."""
    known = {table["name"]: tuple(table["standing"]) for table in tables if "standing" in table}
    return known or None


def _put_head(connection: Connection, head: Head, numbers: _Numbers) -> None:
    tables = numbers.told(head.tables)
    for table in tables:
        if head.standing is not None and table["name"] in head.standing:
            table["standing"] = list(head.standing[table["name"]])
    values = {
        "generation": head.generation,
        "dataset": head.dataset,
        "tables": tables,
        "drops": dict(head.drops or {}),
    }
    changed = connection.execute(update(dataset_head).where(_H.scenario == head.scenario).values(**values))
    if not rows_changed(changed):
        connection.execute(insert(dataset_head), {"scenario": head.scenario, **values})


class _Numbers:
    """The numbers of a scenario's parts, within one transaction."""

    def __init__(self, connection: Connection, scenario: str) -> None:
        self._connection, self._scenario = connection, scenario
        self._known = {part: number for number, part in _parts(connection, scenario).items()}

    def told(self, tables: Iterable[DatasetTable]) -> list[dict[str, Any]]:
        """The tables as they are stored, their parts by number; parts that are new are kept first."""
        found = list(tables)
        self._keep([(table.name, part) for table in found for part in table.parts])
        return [
            {
                "name": table.name,
                "rows": table.rows,
                "replaced": table.replaced,
                "parts": [self._known[table.name, part] for part in table.parts],
            }
            for table in found
        ]

    def _keep(self, named: Iterable[tuple[str, Part]]) -> None:
        new = [one for one in dict.fromkeys(named) if one not in self._known]
        self._known |= {one: number for number, one in enumerate(new, 1 + max(self._known.values(), default=0))}
        if new:
            rows = [_row(self._scenario, self._known[one], *one) for one in new]
            self._connection.execute(insert(dataset_part), rows)


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
