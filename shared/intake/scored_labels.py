"""Labels that lay in files to score: never read for a prediction, and taken as late labels when a person asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from shared.core.errors import BadInput, Missing
from shared.core.paths import Landing
from shared.core.scenario import Scenario, Table
from shared.core.wording import counted
from shared.datasets.parts import keep_rows
from shared.datasets.stored_rows import held_rows
from shared.monitoring.actual_labels import BY_ID, labels_table
from shared.prediction.commits import is_erased
from shared.prediction.plans import read_plan
from shared.prediction.window import Commit, split_input
from shared.prediction.window_inputs import open_input
from shared.serving.prediction_rows import first_id

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.datasets.rows import Rows
    from shared.monitoring.ports import MonitoringPorts


def land_scored_labels(ports: MonitoringPorts, scenario: Scenario, window: str) -> Landing:
    """Land the labels of the window's scored files as a file of late labels; its ingestion checks it as any other.

    BadInput where no label can lie there, or where it cannot be told which prediction a label belongs to.
    """
    if scenario.label_table != scenario.batch.table or not set(scenario.targets) <= _columns(scenario):
        accepted = f"mlops actuals {scenario.name} FILE"
        raise BadInput(f"Files to score of {scenario.name} hold no labels; accepted: {accepted}.")
    commit = ports.prediction.predictions.find_commit(scenario.name, window)
    if commit is None:
        raise Missing(f"{scenario.name} has no predictions of a window {window[:80]!r}; see mlops history.")
    if not scenario.entity and is_erased(ports, scenario.name, commit.window):
        told = f"Labels of window {commit.window} are told by the place of their row, and rows of it were erased"
        raise BadInput(f"{told}; accepted: a file of labels with their {BY_ID}.")
    rows = _labels(ports, scenario, commit)
    where = Landing("actuals", scenario, f"scored-{commit.window}", f"{labels_table(scenario).name}.parquet")
    with keep_rows(ports, rows.blocks()).open() as content:
        ports.core.lake.put(f"{where.folder}{where.file}", content, if_absent=False)
    return where


def _columns(scenario: Scenario) -> set[str]:
    return {column.name for column in scenario.table(scenario.batch.table).columns}


def _labels(ports: MonitoringPorts, scenario: Scenario, commit: Commit) -> Rows:
    """Key and answers of the rows that have one; many of them lie on the local disk."""
    first, wanted, read = first_id(commit.ordinal), _wanted(scenario), 0

    def told() -> Iterator[pa.Table]:
        nonlocal read
        for block in _read(ports, scenario, commit):
            yield _known(scenario, block, first + read, wanted)
            read += block.num_rows

    known = held_rows(told())
    if read != commit.rows:
        sentence = f"Window {commit.window} has {counted(commit.rows, 'prediction')} of {counted(read, 'row')}"
        raise BadInput(f"{sentence}: rows were set aside; accepted: a file of labels with their keys.")
    if not known.num_rows:
        raise BadInput(f"The files of window {commit.window} hold no labels; accepted: files with {_named(scenario)}.")
    return known


def _known(scenario: Scenario, block: pa.RecordBatch, first: int, wanted: set[str]) -> pa.Table:
    """The wanted columns of the rows that have an answer; without a key they have the ids of their predictions."""
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = pa.Table.from_batches([block])
    if not scenario.entity:
        rows = rows.append_column(BY_ID, pa.array(range(first, first + rows.num_rows), pa.int64()))
    known = rows.filter(pc.is_valid(rows.column(scenario.targets[0])))
    return known.select([name for name in known.column_names if name in wanted])


def _wanted(scenario: Scenario) -> set[str]:
    return {column.name for column in labels_table(scenario).columns}


def _named(scenario: Scenario) -> str:
    return ", ".join(map(repr, scenario.targets))


def _read(ports: MonitoringPorts, scenario: Scenario, commit: Commit) -> Iterator[pa.RecordBatch]:
    table = _with_answers(scenario)
    for path, etag in map(split_input, read_plan(ports, scenario.name, commit.window).inputs):
        with open_input(ports, path, etag) as source:
            yield from ports.datasets.tables.stream(source, PurePosixPath(path).name, table)


def _with_answers(scenario: Scenario) -> Table:
    """The contract of files to score, in which answers may stand."""
    table = scenario.table(scenario.batch.table)
    columns = tuple(
        replace(column, nulls=True, optional=True) if column.name in scenario.targets else column
        for column in table.columns
    )
    return replace(table, columns=columns, min_rows=1, extra="ignore")
