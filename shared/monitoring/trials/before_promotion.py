"""The trial before a promotion: late labels of the next windows are further fresh rows for an undecided challenger.

The sweep of releases looks at the challenger again when these have grown enough.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from shared.core.errors import Permanent
from shared.core.ledger import Kind, State
from shared.core.paths import trial_labels_folder
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.monitoring.actual_labels import answer_columns
from shared.monitoring.trials.compared_rows import MOST_ROWS, is_labelled
from shared.prediction.plans import read_plan
from shared.prediction.window_inputs import scored_features
from shared.release.gate.growth import GROWTH
from shared.release.looks import undecided_challenger
from shared.serving.prediction_rows import first_id

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.monitoring.ports import MonitoringPorts
    from shared.prediction.window import Commit
    from shared.training.model import Model


def try_challenger(ports: MonitoringPorts, scenario: Scenario) -> None:
    """Keep the labelled rows of the windows since the challenger came, when more labels have come."""
    most = ports.release.policies.of(scenario.name).trial_windows
    found = undecided_challenger(ports, scenario.name) if most and can_try(scenario) else None
    windows = _windows(ports, found[0])[:most] if found else []
    if found is None or not windows:
        return
    model, verdict = found
    newest, key = ports.monitoring.window_labels.newest(scenario), f"{model.id}#tried-{verdict.generation}"
    told = f"{model.id} is undecided and is tried on {len(windows)} of {counted(most, 'window')}; "
    told += f"label {newest} is the newest."
    entry = ports.core.history.find(Kind.TRIAL, key)
    if entry is None or not entry.reason.startswith(told):
        rows = _keep_rows(ports, scenario, model, windows, newest)
        ports.core.ledger.note(Kind.TRIAL, key, State.WAITING, f"{told} {counted(rows, 'row')} can judge it.")


def can_try(scenario: Scenario) -> bool:
    """Whether late labels can compare models: not where only chosen or only positive rows ever get one."""
    return not scenario.feedback.labels_depend_on_decision and scenario.feedback.unlabelled == "dropped"


def _windows(ports: MonitoringPorts, model: Model) -> list[Commit]:
    corrections = {correction.window for correction in ports.prediction.corrections.list(model.name)}
    commits = ports.prediction.predictions.commits(model.name)
    return [one for one in commits if one.window not in corrections and one.scored_at >= model.created_at]


def _keep_rows(ports: MonitoringPorts, scenario: Scenario, model: Model, windows: Sequence[Commit], newest: int) -> int:
    """Write the labelled rows down when they have grown by a quarter; how many there are now."""
    import pyarrow as pa

    found = [rows for one in windows if (rows := _labelled(ports, scenario, one)) is not None]
    table = pa.concat_tables(found, promote_options="permissive").slice(0, MOST_ROWS) if found else None
    before = _kept(ports, model)
    if table is not None and table.num_rows >= max(1, math.ceil(GROWTH * before)):
        _write(ports, model, table, newest)
    return table.num_rows if table is not None else 0


def _labelled(ports: MonitoringPorts, scenario: Scenario, commit: Commit) -> pa.Table | None:
    """The window's inputs and answers of the rows with a label; None with too few, or when they cannot be read."""
    first = first_id(commit.ordinal)
    last = first_id(commit.ordinal + 1) - 1
    known = ports.monitoring.actuals.join_predictions(scenario, first, last, labelled=True).sort_by("labelled_at")
    rows = (number - first for number in known.column("prediction_id").to_pylist())
    labels = dict(zip(rows, known.column("actual").to_pylist(), strict=True))
    if not labels or not is_labelled(scenario, len(labels), commit.rows):
        return None
    try:
        frame, _ = scored_features(ports, scenario, read_plan(ports, scenario.name, commit.window).inputs)
    except Permanent:
        return None
    numbers = sorted(labels)
    table = frame.take(numbers)
    for name, values in answer_columns(scenario, [labels[number] for number in numbers]).items():
        table = table.append_column(name, [values])
    return table


def _kept(ports: MonitoringPorts, model: Model) -> int:
    """How many rows the newest file has; its name says it."""
    paths = [blob.path for blob in ports.core.lake.list(trial_labels_folder(model.name, model.version))]
    return int(PurePosixPath(max(paths)).stem.rpartition("-")[2]) if paths else 0


def _write(ports: MonitoringPorts, model: Model, table: pa.Table, newest: int) -> None:
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(table, sink, write_page_checksum=True)
    path = f"{trial_labels_folder(model.name, model.version)}{newest:012d}-{table.num_rows}.parquet"
    ports.core.lake.put(path, sink.getvalue())
