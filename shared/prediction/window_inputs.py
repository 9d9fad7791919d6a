"""The rows of a window are read from the inputs that its plan pins: streamed, kept on disk, or as whole tables."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from itertools import chain
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from shared.core.errors import Missing, Superseded
from shared.core.paths import erased_path, table_of
from shared.core.scenario import Scenario, Table
from shared.datasets.rejects import Rejects
from shared.datasets.stored_rows import HELD_BYTES, held_rows
from shared.prediction.short_history import with_history
from shared.prediction.window import split_input

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from shared.datasets.rows import Rows
    from shared.prediction.ports import PredictionPorts


def open_input(ports: PredictionPorts, path: str, etag: str) -> BinaryIO:
    """That version of the file, or what is left of it where rows were erased since."""
    try:
        return ports.core.lake.open(path, etag=etag)
    except (Missing, Superseded):
        left = erased_path(path, etag)
        if ports.core.lake.stat(left) is None:
            raise
        return ports.core.lake.open(left)


def stream_rows(
    ports: PredictionPorts, table: Table, inputs: Sequence[str], rejects: Rejects | None = None
) -> Generator[pa.RecordBatch]:
    """The rows of all inputs in order, read strictly and never all in memory at once."""
    with closing(_opened(ports, table, inputs, rejects)) as opened:
        yield from ports.datasets.tables.check_stream(opened, table)


def _opened(
    ports: PredictionPorts, table: Table, inputs: Sequence[str], rejects: Rejects | None
) -> Generator[Iterator[pa.RecordBatch]]:
    """The rows of each input."""
    for path, etag in map(split_input, inputs):
        with open_input(ports, path, etag) as source:
            yield ports.datasets.tables.stream(source, PurePosixPath(path).name, table, rejects)


def window_rows(
    ports: PredictionPorts, scenario: Scenario, table: Table, inputs: Sequence[str], held: int = HELD_BYTES
) -> Rows:
    """The rows of that table that were scored; beyond `held` bytes on the local disk. Missing when no file is there."""
    named = _inputs_of(scenario, table, inputs)
    rejects = Rejects(scenario.tolerated) if table.name == scenario.batch.table else None
    if not _is_repeated(scenario, table, named):
        return held_rows(stream_rows(ports, table, named, rejects), held)
    with closing(_opened(ports, table, named, rejects)) as opened:
        rows = _each_once(held_rows(chain.from_iterable(opened), held), table)
    kept = (batch for block in rows.blocks() for batch in block.to_batches())
    for _ in ports.datasets.tables.check_stream([kept], table):
        pass
    return rows


def _inputs_of(scenario: Scenario, table: Table, inputs: Sequence[str]) -> list[str]:
    """The inputs that are files of the table; Missing when there is none."""
    files = (PurePosixPath(split_input(one)[0]).name for one in inputs)
    named = [
        one for one, file in zip(inputs, files, strict=True) if table_of(file, "scoring", scenario).name == table.name
    ]
    if not named:
        raise Missing(f"The window has no file of table {table.name} any more.")
    return named


def _is_repeated(scenario: Scenario, table: Table, named: Sequence[str]) -> bool:
    """Whether equal rows are one: a table beside the rows to predict (a list of machines) arrives with every drop."""
    drops = {PurePosixPath(split_input(one)[0]).parent for one in named}
    return len(drops) > 1 and table.name != scenario.batch.table


def _each_once(rows: Rows, table: Table) -> Rows:
    """Of equal rows the first."""
    from shared.datasets.row_index import IndexWriter
    from shared.datasets.row_standing import first_rows
    from shared.datasets.rows import MaskedRows

    index = IndexWriter(table)
    return MaskedRows(rows, first_rows((index.add(block)[:, -1] for block in rows.blocks()), rows.num_rows))


def feature_table(
    ports: PredictionPorts, scenario: Scenario, inputs: Sequence[str], rejects: Rejects | None = None
) -> pa.Table:
    """The rows of all inputs, read strictly; the scenario's feature code gets the whole window at once."""
    import pyarrow as pa

    if scenario.assemble is None:
        return window_table(ports, scenario, scenario.scoring_table, inputs, rejects)
    return pa.Table.from_pandas(scenario.assemble(_frames(ports, scenario, inputs, rejects)), preserve_index=False)


def scored_features(
    ports: PredictionPorts, scenario: Scenario, inputs: Sequence[str], rejects: Rejects | None = None
) -> tuple[pa.Table, int]:
    """The rows of `feature_table` that can be scored, and how many lack the hours that live scoring waits for."""
    import pyarrow as pa

    if scenario.assemble is None or scenario.live is None:
        return feature_table(ports, scenario, inputs, rejects), 0
    frames = _frames(ports, scenario, inputs, rejects)
    frame = scenario.assemble(frames)
    kept = with_history(frame, frames[scenario.live.table], scenario.live)
    return pa.Table.from_pandas(kept, preserve_index=False), len(frame) - len(kept)


def _frames(
    ports: PredictionPorts, scenario: Scenario, inputs: Sequence[str], rejects: Rejects | None
) -> dict[str, pd.DataFrame]:
    """The tables of the window; of those beside the rows to predict none is set aside."""
    apart = {scenario.batch.table: rejects}
    return {
        table.name: window_table(ports, scenario, table, inputs, apart.get(table.name)).to_pandas()
        for table in scenario.scoring_tables
    }


def ignored_columns(ports: PredictionPorts, scenario: Scenario, inputs: Sequence[str]) -> list[str]:
    """The columns of the files to score that are not read, such as their labels."""
    table = scenario.scoring_table
    if not table.ignored and table.extra != "ignore":
        return []
    declared, found = {column.name for column in table.columns}, dict[str, None]()
    for path, etag in map(split_input, inputs):
        name = PurePosixPath(path).name
        if table_of(name, "scoring", scenario).name == table.name:
            with open_input(ports, path, etag) as source:
                found |= dict.fromkeys(ports.datasets.tables.header(source, name))
    ignored = set(found) - declared if table.extra == "ignore" else set(table.ignored)
    return [name for name in found if name in ignored and name]


def window_table(
    ports: PredictionPorts,
    scenario: Scenario,
    table: Table,
    inputs: Sequence[str],
    rejects: Rejects | None = None,
) -> pa.Table:
    """One table of the window, from all its files; Missing when the window has none."""
    parts, named = [], _inputs_of(scenario, table, inputs)
    for path, etag in map(split_input, named):
        with open_input(ports, path, etag) as source:
            parts.append(ports.datasets.tables.read(source, PurePosixPath(path).name, table, rejects))
    return ports.datasets.tables.check([_distinct(parts)] if _is_repeated(scenario, table, named) else parts, table)


def _distinct(parts: Sequence[pa.Table]) -> pa.Table:
    """Each row once."""
    import pyarrow as pa

    whole = pa.concat_tables(parts)
    return whole.group_by(whole.column_names, use_threads=False).aggregate([])
