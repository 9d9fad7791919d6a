"""Labels in SQL: one table and one view per scenario. A label that changes is kept beside the one that replaced it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    and_,
    case,
    func,
    insert,
    inspect,
    literal,
    select,
    update,
)

from shared.adapters.sql.engine import read, take_turn, write
from shared.adapters.sql.schema import prediction_commit, prediction_table
from shared.adapters.sql.tables_lineage import prediction_revision
from shared.adapters.sql.types import BigId, Instant, Key, LongText
from shared.adapters.sql.views import show_as
from shared.domain.actuals import actual_table_name, comparison_view_name, key_column
from shared.domain.predictions import label_columns, label_kind, sql_name
from shared.domain.scenario import Kind, Scenario

if TYPE_CHECKING:
    import pyarrow as pa

# SQL Server takes at most 2 100 parameters in one statement.
_SLICE = 500
_BATCH = 5_000
_ALWAYS = (datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))
_TYPES: Mapping[Kind, Any] = {"int": BigInteger, "float": Float(53), "text": LongText, "time": Instant}


class SqlActuals:
    """Port `Actuals`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ready: dict[str, Table] = {}

    def prepare(self, scenario: Scenario) -> None:
        """Create the scenario's table of actuals and its view when they are not there."""
        self._table(scenario)

    def merge(self, scenario: Scenario, labels: pa.Table, source: str, at: datetime) -> tuple[int, int]:
        """Add labels in one transaction; (new, changed) counts. Equal labels again change nothing."""
        table = self._table(scenario)
        rows = labels.to_pylist()

        def work(connection: Connection) -> tuple[int, int]:
            take_turn(connection, f"labels of {scenario.name}")
            new = changed = 0
            for part in batched(rows, _SLICE, strict=False):
                added, replaced = _merge(connection, table, scenario, part, source, at)
                new, changed = new + added, changed + replaced
            return new, changed

        return write(self._engine, work)

    def joined(self, scenario: Scenario, first_id: int, last_id: int) -> pa.Table:
        """Predictions with ids in first_id..last_id with `actual` and `labelled_at` (null: not known)."""
        import pyarrow as pa

        table = self._table(scenario)
        found, columns = _compared(scenario, table, first=True)
        answers = ("prediction_id", "prediction", "probability", *(each.name for each in label_columns(scenario)))
        shown = [columns[name] for name in (*answers, "actual", "labelled_at")]
        query = found.with_only_columns(*shown).where(columns["prediction_id"].between(first_id, last_id))
        rows = read(self._engine, lambda connection: connection.execute(query).all())
        values = list(zip(*rows, strict=True)) if rows else [()] * len(shown)
        return pa.table({column.name: list(each) for column, each in zip(shown, values, strict=True)})

    def epochs(self, scenario: Scenario, keys: Sequence[str]) -> Sequence[tuple[str, int]]:
        """Of these entity keys, every (key, restart epoch) that was predicted."""
        self._table(scenario)
        predicted = _predicted(scenario, first=True).subquery()
        found: set[tuple[str, int]] = set()
        for some in batched(dict.fromkeys(keys), _SLICE, strict=False):
            query = select(predicted.c.entity_key, predicted.c.epoch).where(predicted.c.entity_key.in_(some))
            rows = read(self._engine, lambda connection, query=query: connection.execute(query).all())  # type: ignore[misc]
            found.update((row.entity_key, row.epoch) for row in rows)
        return sorted(found)

    def _table(self, scenario: Scenario) -> Table:
        if scenario.name not in self._ready:
            table = _actual_table(scenario)
            write(self._engine, lambda connection: _create(connection, scenario, table))
            self._ready[scenario.name] = table
        return self._ready[scenario.name]


def _actual_table(scenario: Scenario) -> Table:
    """One row per label that was ever said; `is_current` 1 marks those that hold."""
    by, name = key_column(scenario), actual_table_name(scenario)
    key = Column(by, Key if by == "entity_key" else BigInteger, nullable=False)
    return Table(
        name,
        MetaData(),
        Column("actual_id", BigId, primary_key=True, autoincrement=True),
        key,
        Column("epoch", BigInteger, nullable=False),
        Column("actual", _TYPES[label_kind(scenario)], nullable=False),
        Column("source", LongText, nullable=False),
        Column("labelled_at", Instant, nullable=False),
        Column("valid_from", Instant, nullable=False),
        Column("valid_to", Instant, nullable=False),
        Column("is_current", Integer, nullable=False),
        Index(f"ix_{name}", by, "epoch", "is_current"),
    )


def _create(connection: Connection, scenario: Scenario, table: Table) -> None:
    take_turn(connection, "mlops schema")
    prediction_table(scenario).create(connection, checkfirst=True)
    table.create(connection, checkfirst=True)
    view = comparison_view_name(scenario)
    if view not in inspect(connection).get_view_names():
        query, _ = _compared(scenario, table, first=False)
        show_as(connection, view, query)


def _predicted(scenario: Scenario, *, first: bool) -> Select[Any]:
    """Committed predictions with the restart each belongs to: how often the counting column fell before it.

    The `first` version of each window is what was predicted at the time; otherwise the one that stands now.
    """
    table, version = prediction_table(scenario), prediction_revision.c
    ours = and_(prediction_commit.c.scenario == literal(scenario.name), prediction_commit.c.window == table.c.window)
    versioned = and_(version.scenario == prediction_commit.c.scenario, version.window == prediction_commit.c.window)
    shown = func.coalesce(version.revision, 1) == literal(1) if first else version.superseded_at.is_(None)
    tables = table.join(prediction_commit, ours).outerjoin(prediction_revision, versioned)
    if not scenario.monitoring.restart:
        return select(*table.c, literal(0).label("epoch")).select_from(tables).where(shown)
    counted = _restarts(scenario, table, select().select_from(tables).where(shown)).subquery()
    same = table.c.prediction_id == counted.c.prediction_id
    return select(*table.c, counted.c.epoch).select_from(table.join(counted, same))


def _restarts(scenario: Scenario, table: Table, rows: Select[Any]) -> Select[Any]:
    """The id of each of these rows with its restart; of the columns only those that are ordered and counted by.

    All rows are ordered, whichever are asked for: carrying their other columns along took most of the time.
    """
    timed = scenario.time and sql_name(scenario.time) in table.c
    order = [table.c.prediction_id]
    if timed:
        order.insert(0, table.c[sql_name(scenario.time)])
    counted = table.c[sql_name(scenario.monitoring.restart)]
    fell = case((counted < func.lag(counted).over(order_by=order), 1), else_=0)
    marked = rows.add_columns(*order, fell.label("fell")).subquery()
    placed = [marked.c[column.name] for column in order]
    epoch = func.sum(marked.c.fell).over(order_by=placed, rows=(None, 0))
    return select(marked.c.prediction_id, epoch.label("epoch"))


def _compared(scenario: Scenario, actual: Table, *, first: bool) -> tuple[Select[Any], Mapping[str, Any]]:
    """Every committed prediction with its label, where one is known; and the columns by name."""
    predicted, by = _predicted(scenario, first=first).subquery(), key_column(scenario)
    same = and_(
        actual.c[by] == predicted.c[by],
        actual.c.epoch == predicted.c.epoch,
        actual.c.is_current == literal(1),
        actual.c.valid_from <= predicted.c.scored_at,
        actual.c.valid_to >= predicted.c.scored_at,
    )
    shown = [*predicted.c, actual.c.actual, actual.c.labelled_at]
    query = select(*shown).select_from(predicted.outerjoin(actual, same))
    return query, {column.name: column for column in shown}


def _merge(  # noqa: PLR0917 -- one batch of one merge
    connection: Connection,
    table: Table,
    scenario: Scenario,
    rows: Iterable[Mapping[str, Any]],
    source: str,
    at: datetime,
) -> tuple[int, int]:
    by, within = key_column(scenario), scenario.monitoring.label_within_hours
    wanted = {(row[by], int(row.get("epoch") or 0)): row["actual"] for row in rows}
    valid_from, valid_to = (at - timedelta(hours=within), at) if within else _ALWAYS
    standing = _standing(connection, table, by, wanted, valid_from if within else None)
    changed = {key: standing[key][0] for key in wanted if key in standing and standing[key][1] != wanted[key]}
    for some in batched(changed.values(), _SLICE, strict=False):
        connection.execute(update(table).where(table.c.actual_id.in_(some)).values(is_current=0))
    same = {"source": source, "is_current": 1, "labelled_at": _naive(at)}
    same |= {"valid_from": _naive(valid_from), "valid_to": _naive(valid_to)}
    added = [
        {by: key, "epoch": epoch, "actual": actual, **same}
        for (key, epoch), actual in wanted.items()
        if (key, epoch) not in standing or (key, epoch) in changed
    ]
    if added:
        connection.execute(insert(table), added)
    return len(added) - len(changed), len(changed)


def _standing(
    connection: Connection, table: Table, by: str, wanted: Mapping[tuple[Any, int], Any], since: datetime | None
) -> dict[tuple[Any, int], tuple[int, Any]]:
    """The current labels of these keys: (row id, label); only those of the same outcome, not of an earlier one."""
    columns = table.c
    query = select(columns.actual_id, columns[by], columns.epoch, columns.actual)
    query = query.where(columns[by].in_({key for key, _ in wanted}), columns.is_current == 1)
    if since is not None:
        query = query.where(columns.labelled_at > _naive(since))
    found = connection.execute(query.order_by(columns.actual_id)).all()
    return {(row[1], row[2]): (row[0], row[3]) for row in found}


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)
