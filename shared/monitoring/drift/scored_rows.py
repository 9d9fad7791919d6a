"""The inputs and answers of a window, read again: of a batch of files, or of an hour of logged requests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.core.errors import Corrupt, Missing
from shared.core.paths import served_folder
from shared.core.scenario import Scenario
from shared.core.timers.listing_round import Round
from shared.datasets.stored_rows import HELD_BYTES, held_rows
from shared.monitoring.drift.column_comparison import input_names
from shared.monitoring.drift.references import answer_rows
from shared.monitoring.measures import Source
from shared.prediction.commits import answer_blocks
from shared.prediction.plans import read_plan
from shared.prediction.sharding.sample import sample_shards
from shared.prediction.window import Commit
from shared.prediction.window_inputs import window_rows
from shared.serving.prediction_rows import is_answer
from shared.training.stored_models import model_by_id

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.datasets.rows import Rows
    from shared.monitoring.ports import MonitoringPorts

_SERVED = re.compile(r"served/[^/]+/(?P<hour>\d{8}/\d{2})/[^/]+\.parquet")
# An hour is complete some minutes after its end: instances write the requests they hold with a delay.
SETTLED = timedelta(minutes=10)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_HOUR_WINDOW = re.compile(r"served-\d{10}")
# A folder is a request to the store: beyond so many days one listing of them all is less.
_MOST_DAYS = 62
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
    tables: Mapping[str, Rows] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answers: Rows | None = None
    in_order: bool = True


def batch_window(ports: MonitoringPorts, scenario: Scenario, commit: Commit, held: int = HELD_BYTES) -> WindowData:
    """A committed window of batch predictions, read again from the files of its plan; of a large one some shards.

    Tables of more than `held` bytes lie on the local disk.
    """
    declared = {table.name: table for table in scenario.scoring_tables}
    if commit.is_sharded:
        tables, answers = sample_shards(ports, commit)
    else:
        plan = read_plan(ports, scenario.name, commit.window)
        tables = {name: window_rows(ports, scenario, table, plan.inputs, held) for name, table in declared.items()}
        answers = answer_blocks(ports, commit.files)
    return WindowData(
        window=commit.window,
        source=Source.BATCH,
        ordinal=commit.ordinal,
        rows=commit.rows,
        model=commit.model,
        dataset=commit.dataset,
        tables=tables,
        columns={name: input_names(scenario, table) for name, table in declared.items()},
        answers=answer_rows(answers, held),
    )


def served_hours(ports: MonitoringPorts, scenario: str, now: datetime) -> list[str]:
    """The complete hours of logged requests that may be new, oldest first, as windows `served-YYYYMMDDHH`.

    Hours are measured in order: what is older than a day before the newest measured one is listed once a day.
    """
    current = f"{now - SETTLED:%Y%m%d/%H}"
    folders = [served_folder(scenario)]
    if (since := _newest_measured(ports, scenario)) and _are_listed(ports, scenario, now):
        # A clock that was moved ahead may have measured hours that have not come yet.
        folders = _days(scenario, min(since, now) - _DAY, now)
    return [f"served-{hour.replace('/', '')}" for hour in _hours_in(ports, folders) if hour < current]


def note_listed_hours(ports: MonitoringPorts, scenario: str, began: datetime) -> None:
    """Keep that a round of that day has listed all hours and measured those that were new."""
    if not _are_listed(ports, scenario, began):
        ports.core.rounds.save(Round(served_folder(scenario), began, ended_at=began))


def _are_listed(ports: MonitoringPorts, scenario: str, now: datetime) -> bool:
    found = ports.core.rounds.find(served_folder(scenario))
    return found is not None and found.ended_at is not None and found.ended_at.date() == now.date()


def is_complete_hour(ports: MonitoringPorts, scenario: str, window: str, now: datetime) -> bool:
    """Whether requests were logged in that hour, and no more of them come."""
    if not _HOUR_WINDOW.fullmatch(window):
        return False
    return window < f"served-{now - SETTLED:%Y%m%d%H}" and any(True for _ in _hour_files(ports, scenario, window))


def next_served(ports: MonitoringPorts, scenario: str, now: datetime) -> list[datetime]:
    """When the hours of logged requests that have not ended can be measured."""
    current = f"{now - SETTLED:%Y%m%d/%H}"
    hours = [hour for hour in _hours_in(ports, _days(scenario, now - SETTLED, now)) if hour >= current]
    return [_begin(hour.replace("/", "")) + _HOUR + SETTLED for hour in hours]


def _newest_measured(ports: MonitoringPorts, scenario: str) -> datetime | None:
    """The newest hour that was measured; None without one, or when this version of the monitor begins anew."""
    newest = ports.monitoring.due_windows.newest(scenario, Source.SERVED)
    window = f"served-{newest:010d}"
    return _begin(f"{newest:010d}") if ports.monitoring.due_windows.measured(scenario, [window]) else None


def _hours_in(ports: MonitoringPorts, folders: Iterable[str]) -> list[str]:
    blobs = (blob for folder in folders for blob in ports.core.lake.list(folder))
    return sorted({match["hour"] for blob in blobs if (match := _SERVED.fullmatch(blob.path))})


def _days(scenario: str, first: datetime, last: datetime) -> list[str]:
    """The folders of these days; of very many the one above them all."""
    days = (last.date() - first.date()).days + 1
    if days > _MOST_DAYS:
        return [served_folder(scenario)]
    return [f"{served_folder(scenario)}{first + number * _DAY:%Y%m%d}/" for number in range(days)]


def _begin(hour: str) -> datetime:
    return datetime.strptime(f"{hour}+0000", "%Y%m%d%H%z")


def served_window(ports: MonitoringPorts, scenario: Scenario, window: str) -> WindowData:
    """An hour of logged requests; Missing when there is none. Its model is the one that answered most of them."""
    from shared.datasets.rows import ChosenRows

    known = frozenset(("model", *scenario.features))
    rows = hour_rows(ports, scenario.name, window, lambda name: name in known or is_answer(name))
    inputs = tuple(name for name in rows.schema.names if name in scenario.features)
    answers = [name for name in rows.schema.names if is_answer(name)]
    name = commonest_model(rows)
    model = model_by_id(ports, name)
    return WindowData(
        window=window,
        source=Source.SERVED,
        ordinal=int(window.removeprefix("served-")),
        rows=rows.num_rows,
        model=name,
        dataset=model.dataset if model is not None else "",
        tables={SERVED_TABLE: ChosenRows(rows, inputs)},
        columns={SERVED_TABLE: scenario.features},
        answers=answer_rows(rows.blocks(answers)),
        in_order=False,
    )


def hour_rows(
    ports: MonitoringPorts, scenario: str, window: str, wanted: Callable[[str], bool], held: int = HELD_BYTES
) -> Rows:
    """The wanted columns of the rows that were logged in that hour; Missing when there are none.

    Its files may differ in columns and types; Corrupt when no type holds a column of all of them. Of many rows about
    `held` bytes are in memory.
    """
    import pyarrow as pa

    from shared.datasets.rows import JoinedRows

    files = (_logged(ports, path, wanted) for path in _hour_files(ports, scenario, window))
    try:
        parts = [held_rows([some], held) for some in _joined(files, held)]
        rows = parts[0] if len(parts) == 1 else JoinedRows(parts, widened=True)
        if not (rows.num_rows and rows.schema.names):
            raise Missing(f"No requests of {scenario} were logged in {window}.")
    except pa.ArrowTypeError as error:
        raise Corrupt(f"The requests of {scenario} that were logged in {window} differ in type ({error}).") from error
    return rows


def _joined(files: Iterator[pa.Table], most: int) -> Iterator[pa.Table]:
    """The files together, a table for as many as have more than so many bytes."""
    import pyarrow as pa

    waiting, size = list[pa.Table](), 0
    for table in files:
        waiting.append(table)
        size += table.nbytes
        if size > most:
            yield pa.concat_tables(waiting, promote_options="permissive")
            waiting, size = [], 0
    if waiting:
        yield pa.concat_tables(waiting, promote_options="permissive")


def _logged(ports: MonitoringPorts, path: str, wanted: Callable[[str], bool]) -> pa.Table:
    """The wanted columns of a file; texts that are encoded by dictionary as plain ones, like those of other files."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with ports.core.lake.open(path) as source:
        file = pq.ParquetFile(source, page_checksum_verification=True)
        table = file.read([name for name in file.schema_arrow.names if wanted(name)])
    fields = (one.with_type(one.type.value_type) if pa.types.is_dictionary(one.type) else one for one in table.schema)
    return table.cast(pa.schema(fields))


def _hour_files(ports: MonitoringPorts, scenario: str, window: str) -> Iterator[str]:
    hour = window.removeprefix("served-")
    if not _HOUR_WINDOW.fullmatch(window):
        raise Missing(f"There is no window {window!r} of {scenario}.")
    for blob in ports.core.lake.list(f"{served_folder(scenario)}{hour[:8]}/{hour[8:]}/"):
        if _SERVED.fullmatch(blob.path):
            yield blob.path


def commonest_model(rows: Rows) -> str:
    """The model that answered most of these rows."""
    counts: Counter[str | None] = Counter()
    for block in rows.blocks(["model"]):
        counts.update({one["values"]: one["counts"] for one in block.column("model").value_counts().to_pylist()})
    return str(max(counts, key=lambda name: (counts[name], str(name))))
