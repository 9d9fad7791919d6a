"""Lineage from SQL alone: every question is a look-up by key or by a range of keys, never a scan of predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, and_, case, func, not_, or_, select

from shared.adapters.sql.connection.transactions import read
from shared.adapters.sql.ledger.history import entry_of
from shared.adapters.sql.schema.lineage import prediction_revision, prediction_source
from shared.adapters.sql.schema.predictions import each_with_commit, prediction_table, whole_rows
from shared.adapters.sql.schema.tables import ledger, prediction_commit, window
from shared.core.ledger import Entry
from shared.core.scenario import Scenario
from shared.prediction.revision import Revision, ScoredWindow
from shared.prediction.window import Commit
from shared.serving.prediction_rows import ID_SHIFT

_C = prediction_commit.c
_R = prediction_revision.c
_S = prediction_source.c
_COMMIT = tuple(column.name for column in prediction_commit.columns)
_JOINED = prediction_commit.outerjoin(
    prediction_revision, and_(_R.scenario == _C.scenario, _R.window == _C.window)
).outerjoin(window, and_(window.c.scenario == _C.scenario, window.c.id == _C.window))
_ROWS_OF_A_WINDOW = 1 << ID_SHIFT
# SQL Server takes at most 2 100 parameters in one statement.
_SLICE = 500


class SqlLineage:
    """Port `Lineage`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def prediction(self, scenario: Scenario, prediction_id: int) -> Mapping[str, Any] | None:
        """The row with its column names, or None."""
        table = prediction_table(scenario)
        rows = select(*whole_rows(scenario, table)).select_from(each_with_commit(scenario.name, table))
        query = rows.where(table.c.prediction_id == prediction_id)

        def work(connection: Connection) -> Mapping[str, Any] | None:
            if not _has_predictions(connection, scenario):
                return None
            row = connection.execute(query).mappings().one_or_none()
            return None if row is None else dict(row)

        return read(self._engine, work)

    def window(self, scenario: Scenario, ordinal: int) -> ScoredWindow | None:
        """The committed window of that number, or None."""
        query = _windows(scenario).where(_C.ordinal == ordinal)
        return next(iter(self._scored(scenario, [query])), None)

    def scored(
        self, scenario: Scenario, *, models: Sequence[str] = (), path: str = "", etag: str = "", most: int | None = None
    ) -> list[ScoredWindow]:
        """Windows scored by one of these models or made of that blob, by number; with `most` the first of them."""
        ours = _windows(scenario)
        queries = [ours.where(_C.model.in_(models[at : at + _SLICE])) for at in range(0, len(models), _SLICE)]
        if path:
            made_of = [_S.scenario == scenario.name, _S.path == path, *([_S.etag == etag] if etag else [])]
            queries.append(ours.where(_C.window.in_(select(_S.window).where(*made_of))))
        return self._scored(scenario, [query.order_by(_C.ordinal).limit(most) for query in queries])[:most]

    def scored_totals(self, scenario: Scenario, models: Sequence[str]) -> tuple[int, int]:
        """How many windows these models scored, and how many rows those have."""
        sums = select(func.count(), func.coalesce(func.sum(_C.rows), 0)).where(_C.scenario == scenario.name)
        some = [models[at : at + _SLICE] for at in range(0, len(models), _SLICE)]

        def work(connection: Connection) -> list[tuple[int, int]]:
            return [tuple(connection.execute(sums.where(_C.model.in_(part))).one()) for part in some]

        found = read(self._engine, work)
        return sum(int(windows) for windows, _ in found), sum(int(rows) for _, rows in found)

    def entries(self, keys: Sequence[tuple[str, str]]) -> list[Entry]:
        """The ledger's entries of those (kind, key) that have one, in the given order."""

        def work(connection: Connection) -> dict[tuple[str, str], Entry]:
            some = (keys[at : at + _SLICE] for at in range(0, len(keys), _SLICE))
            rows = (row for part in some for row in connection.execute(_entries(part)))
            return {(row.kind, row.key): entry_of(row) for row in rows}

        found = read(self._engine, work)
        return [found[key] for key in keys if key in found]

    def _scored(self, scenario: Scenario, queries: Sequence[Any]) -> list[ScoredWindow]:
        def work(connection: Connection) -> list[ScoredWindow]:
            if not _has_predictions(connection, scenario):
                return []
            rows = {row.ordinal: row for query in queries for row in connection.execute(query)}
            inputs = _inputs(connection, scenario.name, [row.window for row in rows.values()])
            return [_read(rows[place], inputs) for place in sorted(rows)]

        return read(self._engine, work)


def _entries(keys: Sequence[tuple[str, str]]) -> Select[Any]:
    """The ledger's rows of these (kind, key)."""
    kinds = {kind for kind, _ in keys}
    of_kind = ((ledger.c.kind == kind) & ledger.c.key.in_([key for one, key in keys if one == kind]) for kind in kinds)
    return select(ledger).where(or_(*of_kind))


def _windows(scenario: Scenario) -> Select[Any]:
    """Committed windows with their version and the ids of their first and last row.

    Ids count the rows of the file, so a window of which no row failed or was erased has an id for each, and its commit
    says which.
    Otherwise an end is one step into the primary key, however many rows lie between.
    """
    key = prediction_table(scenario).c.prediction_id
    start = _C.ordinal * _ROWS_OF_A_WINDOW
    whole = and_(_C.failed_rows == 0, _C.rows > 0, not_(_C.rejected_rows.contains("erased=")))
    inside = select(key).where(key >= start, key < start + _ROWS_OF_A_WINDOW).limit(1).correlate(prediction_commit)
    ends = (
        case((whole, start), else_=inside.order_by(key).scalar_subquery()).label("first_id"),
        case((whole, start + _C.rows - 1), else_=inside.order_by(key.desc()).scalar_subquery()).label("last_id"),
    )
    version = (_R.base, _R.revision, _R.committed_at, _R.superseded_at, _R.generation)
    query = select(prediction_commit, *version, window.c.created_at, *ends).select_from(_JOINED)
    return query.where(_C.scenario == scenario.name)


def _has_predictions(connection: Connection, scenario: Scenario) -> bool:
    """Whether the scenario's table is there: it is created before its first window is committed."""
    any_commit = select(_C.ordinal).where(_C.scenario == scenario.name).limit(1)
    return connection.scalar(any_commit) is not None


def _inputs(connection: Connection, scenario: str, windows: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for start in range(0, len(windows), _SLICE):
        some = windows[start : start + _SLICE]
        query = select(_S.window, _S.path, _S.etag).where(_S.scenario == scenario, _S.window.in_(some))
        for row in connection.execute(query.order_by(_S.window, _S.position)):
            found[row.window] = (*found.get(row.window, ()), f"{row.path}@{row.etag}")
    return found


def _read(row: Row[Any], inputs: Mapping[str, tuple[str, ...]]) -> ScoredWindow:
    facts = row._mapping  # noqa: SLF001 -- SQLAlchemy's public name for a row as a mapping
    commit = Commit(**{name: facts[name] for name in _COMMIT})
    versioned = row.base is not None
    revision = Revision(
        base=row.base if versioned else commit.window,
        number=row.revision if versioned else 1,
        committed_at=row.committed_at if versioned else commit.scored_at,
        inputs=inputs.get(commit.window, ()),
        generation=row.generation if versioned else 0,
    )
    return ScoredWindow(commit, row.created_at, revision, row.superseded_at, row.first_id, row.last_id)
