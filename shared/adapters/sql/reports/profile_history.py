"""The historic profile in SQL, with a view for each scenario."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, inspect, literal, select

from shared.adapters.sql.connection.transactions import read, take_turn, write
from shared.adapters.sql.schema.profiles import profile_value as table
from shared.adapters.sql.views.definition import create_or_replace_view
from shared.core.scenario import Scenario
from shared.profiles.historic_values import HistoricDataset, HistoricValue
from shared.serving.prediction_rows import sql_name

_T = table.c


class SqlProfileHistory:
    """Port `ProfileHistory`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ready: set[str] = set()

    def prepare(self, scenario: Scenario) -> None:
        """Create the scenario's view when it is missing."""
        if scenario.name not in self._ready:
            write(self._engine, lambda connection: _create_view(connection, scenario.name))
            self._ready.add(scenario.name)

    def put(self, scenario: Scenario, dataset: HistoricDataset) -> None:
        """Replace the rows of the dataset version; the first one of a scenario makes its view."""
        self.prepare(scenario)
        rows = [_row(dataset, number, value) for number, value in enumerate(dataset.values)]

        def work(connection: Connection) -> None:
            take_turn(connection, f"historic profile of {scenario.name}")
            connection.execute(delete(table).where(_T.scenario == dataset.scenario, _T.dataset == dataset.dataset))
            if rows:
                connection.execute(insert(table), rows)

        write(self._engine, work)

    def list(self, scenario: str) -> Sequence[HistoricDataset]:
        """What is kept of each dataset version, by the time it was made."""
        query = select(table).where(_T.scenario == scenario).order_by(_T.at, _T.dataset, _T.number)
        rows = read(self._engine, lambda connection: connection.execute(query).all())
        return [
            HistoricDataset(scenario, dataset, at, tuple(_value(row) for row in group))
            for (dataset, at), group in groupby(rows, key=attrgetter("dataset", "at"))
        ]


def _create_view(connection: Connection, scenario: str) -> None:
    name = f"v_profile_{sql_name(scenario)}"
    if name in inspect(connection).get_view_names():
        return
    take_turn(connection, "mlops schema")
    shown = (_T.table_name, _T.column_name, _T.statistic, _T.value, _T.dataset, _T.at)
    create_or_replace_view(connection, name, select(*shown).where(_T.scenario == literal(scenario)))


def _row(dataset: HistoricDataset, number: int, value: HistoricValue) -> dict[str, Any]:
    return {
        "scenario": dataset.scenario,
        "dataset": dataset.dataset,
        "number": number,
        "table_name": value.table,
        "column_name": value.column,
        "statistic": value.statistic,
        "value": value.value,
        "at": dataset.at,
    }


def _value(row: Any) -> HistoricValue:
    return HistoricValue(row.table_name, row.column_name, row.statistic, row.value)
