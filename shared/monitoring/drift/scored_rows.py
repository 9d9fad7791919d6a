"""The inputs and answers of a window, read again: of a batch of files, or of an hour of logged requests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.core.errors import Missing
from shared.core.lake_reading import read_parquet
from shared.core.paths import served_folder
from shared.core.scenario import Scenario
from shared.monitoring.drift.column_comparison import input_names
from shared.monitoring.drift.references import monitored_answers
from shared.monitoring.measures import Source
from shared.prediction.plans import read_plan
from shared.prediction.sharding.sample import sample_shards
from shared.prediction.window import Commit
from shared.prediction.window_inputs import window_table
from shared.training.stored_models import model_by_id

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.monitoring.ports import MonitoringPorts

_SERVED = re.compile(r"served/[^/]+/(?P<hour>\d{8}/\d{2})/[^/]+\.parquet")
# An hour is complete some minutes after its end: instances write the requests they hold with a delay.
SETTLED = timedelta(minutes=10)
_HOUR = timedelta(hours=1)
SERVED_TABLE = "served"


@dataclass(frozen=True, slots=True)
class WindowData:
    """The rows of a window: its tables of inputs, its answers, and the model and dataset behind them.

    `columns` are the monitored columns of each table. `in_order` says whether the order of the rows means something:
    it does in a batch, it does not in requests to many instances.
    """

    window: str
    source: Source
    ordinal: int
    rows: int
    model: str
    dataset: str
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answers: pa.Table | None = None
    in_order: bool = True


def batch_window(ports: MonitoringPorts, scenario: Scenario, commit: Commit) -> WindowData:
    """A committed window of batch predictions, read again from the files of its plan; of a large one some shards."""
    declared = {table.name: table for table in scenario.scoring_tables}
    if commit.is_sharded:
        tables, answers = sample_shards(ports, commit)
    else:
        plan = read_plan(ports, scenario.name, commit.window)
        tables = {name: window_table(ports, scenario, table, plan.inputs) for name, table in declared.items()}
        answers = read_parquet(ports, commit.path)
    return WindowData(
        window=commit.window,
        source=Source.BATCH,
        ordinal=commit.ordinal,
        rows=commit.rows,
        model=commit.model,
        dataset=commit.dataset,
        tables=tables,
        columns={name: input_names(scenario, table) for name, table in declared.items()},
        answers=monitored_answers(answers),
    )


def served_hours(ports: MonitoringPorts, scenario: str, now: datetime) -> list[str]:
    """The complete hours of logged requests, oldest first, as windows `served-YYYYMMDDHH`."""
    hours = {
        match["hour"]
        for blob in ports.core.lake.list(served_folder(scenario))
        if (match := _SERVED.fullmatch(blob.path))
    }
    current = f"{now - SETTLED:%Y%m%d/%H}"
    return [f"served-{hour.replace('/', '')}" for hour in sorted(hours) if hour < current]


def next_served(ports: MonitoringPorts, scenario: str, now: datetime) -> list[datetime]:
    """When the hours of logged requests that have not ended can be measured."""
    current = f"{now - SETTLED:%Y%m%d/%H}"
    found = (_SERVED.fullmatch(blob.path) for blob in ports.core.lake.list(served_folder(scenario)))
    hours = {match["hour"] for match in found if match and match["hour"] >= current}
    return [datetime.strptime(f"{hour}+0000", "%Y%m%d/%H%z") + _HOUR + SETTLED for hour in sorted(hours)]


def served_window(ports: MonitoringPorts, scenario: Scenario, window: str) -> WindowData:
    """An hour of logged requests; Missing when there is none. Its model is the one that answered most of them."""
    hour = window.removeprefix("served-")
    table = hour_table(ports, scenario.name, window)
    name = commonest_model(table)
    model = model_by_id(ports, name)
    inputs = table.select([name for name in table.column_names if name in scenario.features])
    return WindowData(
        window=window,
        source=Source.SERVED,
        ordinal=int(hour),
        rows=table.num_rows,
        model=name,
        dataset=model.dataset if model is not None else "",
        tables={SERVED_TABLE: inputs},
        columns={SERVED_TABLE: scenario.features},
        answers=monitored_answers(table),
        in_order=False,
    )


def hour_table(ports: MonitoringPorts, scenario: str, window: str) -> pa.Table:
    """The rows that were logged in that hour; Missing when there are none."""
    import pyarrow as pa

    hour = window.removeprefix("served-")
    if not re.fullmatch(r"\d{10}", hour):
        raise Missing(f"There is no window {window!r} of {scenario}.")
    parts = [read_parquet(ports, path) for path in _hour_files(ports, scenario, hour)]
    if not parts:
        raise Missing(f"No requests of {scenario} were logged in {window}.")
    return pa.concat_tables(parts, promote_options="permissive")


def _hour_files(ports: MonitoringPorts, scenario: str, hour: str) -> Iterator[str]:
    for blob in ports.core.lake.list(f"{served_folder(scenario)}{hour[:8]}/{hour[8:]}/"):
        if _SERVED.fullmatch(blob.path):
            yield blob.path


def commonest_model(table: pa.Table) -> str:
    """The model that answered most of these rows."""
    counts = table.column("model").value_counts().to_pylist()
    return str(max(counts, key=lambda count: (count["counts"], str(count["values"])))["values"])
