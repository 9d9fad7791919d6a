"""Which windows have labels, from SQL: one look-up, or one grouped join of predictions and labels."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Engine, func, select

from shared.adapters.sql.connection.transactions import read
from shared.adapters.sql.monitoring.actual_tables import ActualTables, matches_prediction
from shared.adapters.sql.schema.predictions import prediction_table, with_commit
from shared.adapters.sql.schema.tables import prediction_commit
from shared.core.scenario import Scenario


class SqlWindowLabels:
    """Port `WindowLabels`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._table = ActualTables(engine)

    def newest(self, scenario: Scenario) -> int:
        """Return the number of the newest label that ever came; 0 without one."""
        query = select(func.coalesce(func.max(self._table(scenario).c.actual_id), 0))
        return int(read(self._engine, lambda connection: connection.execute(query).scalar_one()))

    def by_window(self, scenario: Scenario) -> Mapping[int, int]:
        """Return by a window's ordinal the number of the newest label that names one of its rows."""
        actual, predicted = self._table(scenario), prediction_table(scenario)
        ordinal = prediction_commit.c.ordinal
        rows = with_commit(scenario.name, predicted)
        joined = rows.join(actual, matches_prediction(scenario, actual, predicted))
        query = select(ordinal, func.max(actual.c.actual_id)).select_from(joined).group_by(ordinal)

        def work(connection: Connection) -> dict[int, int]:
            return {int(window): int(label) for window, label in connection.execute(query)}

        return read(self._engine, work)

    def named_by(self, scenario: Scenario, source: str) -> frozenset[int]:
        """Return the ordinals of the windows of which a label from that file names a row."""
        actual, predicted = self._table(scenario), prediction_table(scenario)
        rows = with_commit(scenario.name, predicted)
        joined = rows.join(actual, matches_prediction(scenario, actual, predicted))
        query = select(prediction_commit.c.ordinal).select_from(joined).where(actual.c.source == source).distinct()
        return read(self._engine, lambda connection: frozenset(int(one) for one in connection.scalars(query)))
