"""Labels in SQL: one table and one view per scenario. A label that was replaced stays beside its replacement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    and_,
    insert,
    literal,
    select,
    update,
)

from shared.adapters.sql.connection.transactions import read, take_turn, write
from shared.adapters.sql.monitoring.actual_tables import ActualTables, matches_prediction
from shared.adapters.sql.monitoring.restarts import (
    Restarts,
    committed_predictions,
    order_columns,
    original_predictions,
    sort_key,
)
from shared.adapters.sql.schema.predictions import prediction_table
from shared.core.scenario import Scenario
from shared.monitoring.actual_labels import key_column
from shared.serving.prediction_rows import label_columns

if TYPE_CHECKING:
    import pyarrow as pa

# SQL Server takes at most 2 100 parameters in one statement.
_SLICE = 500
# So many rows of a join are Python values at once.
_PART = 16_384
_ALWAYS = (datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))
_TOLD = ("actual", "labelled_at", "source")
_NOT_KNOWN = ((None, None, None),)

type Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class JoinQuery:
    """The original predictions of a range of ids, and the condition under which a label may belong to one of them.

    The condition compares key and time and leaves the restart epoch out. Example: batch 7 was predicted on Monday
    (epoch 0) and, after a restart of the plant's counter, again on Friday (epoch 1). A label for batch 7 of epoch 1
    matches both rows; only Friday's row has its epoch, so only that row gets the label.
    """

    scenario: Scenario
    predicted: Table
    actual: Table
    rows: Select[Any]
    answers: Sequence[Column[Any]]
    matches: ColumnElement[bool]


class SqlActuals:
    """Port `Actuals`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._table = ActualTables(engine)
        self._restarts = Restarts()

    def prepare(self, scenario: Scenario) -> None:
        """Create the scenario's table of actuals and its view when they are missing."""
        self._table(scenario)

    def merge(self, scenario: Scenario, labels: pa.Table, source: str, at: datetime) -> tuple[int, int]:
        """Add labels in one transaction; return the counts (new, changed). Equal labels again change nothing."""
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

    def unpredicted(self, scenario: Scenario, labels: pa.Table) -> int:
        """Return how many of these labels have a key, or an id, that no prediction has so far."""
        self._table(scenario)
        by = key_column(scenario)
        named, column = labels.column(by).to_pylist(), prediction_table(scenario).c[by]

        def work(connection: Connection) -> set[Any]:
            found: set[Any] = set()
            for some in batched(dict.fromkeys(named), _SLICE, strict=False):
                found.update(connection.scalars(select(column).distinct().where(column.in_(some))))
            return found

        known = read(self._engine, work)
        return sum(name not in known for name in named)

    def join_predictions(
        self, scenario: Scenario, first_id: int, last_id: int, *, original: bool = True, labelled: bool = False
    ) -> pa.Table:
        """Return the predictions with ids in first_id..last_id, with their label, its time and source."""
        names = ("prediction_id", "prediction", "probability", *(each.name for each in label_columns(scenario)))
        query = _join_query(scenario, self._table(scenario), names, (first_id, last_id), original=original)
        find = self._by_epoch if scenario.monitoring.restart else _without_epochs
        columns = (*names, *_TOLD)
        return read(self._engine, lambda connection: _as_table(columns, find(connection, query, labelled=labelled)))

    def _by_epoch(self, connection: Connection, query: JoinQuery, *, labelled: bool) -> Iterator[Sequence[Row]]:
        """Yield these predictions, each with the labels of its own epoch."""
        size, number = len(query.answers), query.predicted.c.prediction_id
        answers = query.rows.add_columns(*query.answers, *order_columns(query.scenario, query.predicted))
        rows = connection.execute(answers.order_by(number)).all()
        resets = self._restarts.resets(connection, query.scenario)
        epochs = {row[0]: resets.epoch_at(sort_key(connection, row[size:])) for row in rows}
        known = _labels(connection, query, epochs)
        unknown = () if labelled else _NOT_KNOWN
        yield [(*row[:size], *label) for row in rows for label in known.get(row[0], unknown)]

    def epochs(self, scenario: Scenario, keys: Sequence[str]) -> Sequence[tuple[str, int]]:
        """Return every (key, restart epoch) of these entity keys that was predicted."""
        self._table(scenario)
        predicted = prediction_table(scenario)
        key, columns = predicted.c.entity_key, order_columns(scenario, predicted)

        def work(connection: Connection) -> set[tuple[str, int]]:
            resets = self._restarts.resets(connection, scenario, refresh=True)
            found: set[tuple[str, int]] = set()
            for some in batched(dict.fromkeys(keys), _SLICE, strict=False):
                query = original_predictions(scenario, predicted).add_columns(key, *columns).where(key.in_(some))
                found.update(
                    (name, resets.epoch_at(sort_key(connection, at))) for name, *at in connection.execute(query)
                )
            return found

        return sorted(read(self._engine, work))


def _join_query(
    scenario: Scenario, actual: Table, names: Sequence[str], ids: tuple[int, int], *, original: bool
) -> JoinQuery:
    predicted = prediction_table(scenario)
    every = original_predictions if original else committed_predictions
    rows = every(scenario, predicted).where(predicted.c.prediction_id.between(*ids))
    matches = matches_prediction(scenario, actual, predicted)
    return JoinQuery(scenario, predicted, actual, rows, [predicted.c[name] for name in names], matches)


def _without_epochs(connection: Connection, query: JoinQuery, *, labelled: bool) -> Iterator[Sequence[Row]]:
    """Yield these predictions with their labels, some at a time, of a source whose counter is never reset."""
    matches = and_(query.matches, query.actual.c.epoch == literal(0))
    joined = query.rows.join(query.actual, matches) if labelled else query.rows.outerjoin(query.actual, matches)
    told = joined.add_columns(*query.answers, *(query.actual.c[name] for name in _TOLD))
    yield from connection.execute(told.execution_options(yield_per=_PART)).partitions()


def _as_table(names: Sequence[str], parts: Iterable[Sequence[Row]]) -> pa.Table:
    """Return the rows of all parts; of one part at a time they are Python values."""
    import pyarrow as pa

    kinds = {"prediction_id": pa.int64(), "labelled_at": pa.timestamp("us")}

    def told(rows: Sequence[Row]) -> pa.Table:
        columns = list(zip(*rows, strict=True)) or [()] * len(names)
        return pa.table({name: pa.array(each, kinds.get(name)) for name, each in zip(names, columns, strict=True)})

    return pa.concat_tables([told(()), *map(told, parts)], promote_options="permissive")


def _labels(connection: Connection, query: JoinQuery, epochs: Mapping[int, int]) -> dict[int, list[Any]]:
    """Return the labels of each prediction: those of its own epoch."""
    found: dict[int, list[Any]] = {}
    if epochs:
        epoch, labels = query.actual.c.epoch, (query.actual.c[name] for name in _TOLD)
        labelled = query.rows.join(query.actual, query.matches)
        labelled = labelled.add_columns(query.predicted.c.prediction_id, epoch, *labels)
        near = epoch.between(min(epochs.values()), max(epochs.values()))
        for prediction_id, label_epoch, *label in connection.execute(labelled.where(near)):
            if epochs[prediction_id] == label_epoch:
                found.setdefault(prediction_id, []).append(label)
    return found


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
    current = _current(connection, table, by, wanted, valid_from if within else None)
    changed = {key: current[key][0] for key in wanted if key in current and current[key][1] != wanted[key]}
    for some in batched(changed.values(), _SLICE, strict=False):
        connection.execute(update(table).where(table.c.actual_id.in_(some)).values(is_current=0))
    origin = {"source": source, "is_current": 1, "labelled_at": _naive(at)}
    validity = {"valid_from": _naive(valid_from), "valid_to": _naive(valid_to)}
    added = [
        {by: key, "epoch": epoch, "actual": actual, **origin, **validity}
        for (key, epoch), actual in wanted.items()
        if (key, epoch) not in current or (key, epoch) in changed
    ]
    if added:
        connection.execute(insert(table), added)
    return len(added) - len(changed), len(changed)


def _current(
    connection: Connection, table: Table, by: str, wanted: Mapping[tuple[Any, int], Any], since: datetime | None
) -> dict[tuple[Any, int], tuple[int, Any]]:
    """Return (row id, label) of the current labels of these keys; `since` leaves out those of an earlier outcome."""
    columns = table.c
    query = select(columns.actual_id, columns[by], columns.epoch, columns.actual)
    query = query.where(columns[by].in_({key for key, _ in wanted}), columns.is_current == 1)
    if since is not None:
        query = query.where(columns.labelled_at > _naive(since))
    found = connection.execute(query.order_by(columns.actual_id)).all()
    return {(row[1], row[2]): (row[0], row[3]) for row in found}


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)
