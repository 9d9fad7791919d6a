"""The feature table of a dataset version: one row per answer, in time order, and which of its rows judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from shared.core.errors import Quarantined
from shared.core.scenario import Scenario

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

# Of a random split these rows judge: the tenth with the smallest hashes, and at most so many.
JUDGING = 0.10
MOST_JUDGING = 20_000
_MS_PER_HOUR = 3_600_000.0


def feature_frame(tables: Mapping[str, pa.Table], scenario: Scenario) -> pa.Table:
    """The rows whose answers are known, in time order, with what the scenario derives from its tables."""
    return _ordered(with_answers(_assembled(tables, scenario), scenario), scenario)


def columns_to_learn(scenario: Scenario, table: str, there: Sequence[str], more: Sequence[str] = ()) -> list[str]:
    """The columns among `there` that a model, its evaluation or its split needs, in their order; at least one.

    Feature code may read any column of any table; without it rows and answers stand in one table. `more` are needed
    as well.
    """
    if scenario.assemble is not None:
        return list(there)
    stands = table in {scenario.label_table, scenario.batch.table}
    wanted = {*more, *_named(scenario)} if stands else set[str]()
    return [name for name in there if name in wanted] or list(there[:1])


def _named(scenario: Scenario) -> set[str]:
    """Every column that the declaration names for another reason than that it is there."""
    keys = (name for table in scenario.tables if table.name == scenario.batch.table for name in table.key)
    pool = scenario.selection.pool if scenario.selection else ()
    told = (*scenario.features, *scenario.leakage, *scenario.targets, *scenario.entity, *scenario.slices, *pool, *keys)
    return {*told, scenario.time, scenario.split.column} - {""}


def with_answers(frame: pa.Table, scenario: Scenario) -> pa.Table:
    """The rows whose answers are all known; whole-number labels that a join turned into floats become whole again."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for name in scenario.targets:
        if name not in frame.column_names:
            sentence = f"Column {name!r} is missing; scenario {scenario.name!r} declares it as an answer."
            raise Quarantined("missing_column", sentence, column=name)
        column = frame[name]
        if pa.types.is_floating(column.type) and scenario.task != "regression":
            column = pc.if_else(pc.is_finite(column), column, None).cast(pa.int64())
        frame = frame.set_column(frame.column_names.index(name), name, column)
        # A filter copies every column, also where nothing is left out.
        frame = frame.filter(pc.is_valid(column)) if column.null_count else frame
    return frame


def hours_of(frame: pa.Table, scenario: Scenario) -> np.ndarray | None:
    """Hours of each row; a time column of numbers is in milliseconds. None when there is no column, or a null in it."""
    import numpy as np
    import pyarrow as pa

    if scenario.time not in frame.column_names:
        return None
    column = frame[scenario.time]
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("ms")).cast(pa.int64())
    if column.null_count:
        return None
    return np.asarray(column.to_numpy(), dtype=np.float64) / _MS_PER_HOUR


def given_roles(frame: pa.Table, scenario: Scenario) -> np.ndarray | None:
    """Whether the data lets each row judge (rows,); None when it does not say."""
    import numpy as np
    import pyarrow as pa

    if scenario.split.kind != "given" or scenario.split.column not in frame.column_names:
        return None
    column = frame[scenario.split.column]
    return np.asarray(column.cast(pa.bool_()).fill_null(False).to_numpy(), dtype=np.bool_)  # noqa: FBT003 - a cell's value


def judges_by_hash(identity: np.ndarray) -> np.ndarray:
    """Whether each row judges (rows,): a matter of its hash alone, until so many rows have a smaller one."""
    import numpy as np

    judges = identity < np.uint64(JUDGING * 2**64)
    if judges.sum() > MOST_JUDGING:
        judges = identity <= np.partition(identity, MOST_JUDGING - 1)[MOST_JUDGING - 1]
    return np.asarray(judges)


def _assembled(tables: Mapping[str, pa.Table], scenario: Scenario) -> pa.Table:
    import pyarrow as pa

    if scenario.assemble is None:
        return tables[scenario.label_table]
    frame = scenario.assemble({name: table.to_pandas() for name, table in tables.items()})
    return pa.Table.from_pandas(frame, preserve_index=False)


def _ordered(frame: pa.Table, scenario: Scenario) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    if scenario.time not in frame.column_names:
        return frame
    # A stable sort: rows of the same time keep their order.
    times = frame[scenario.time].to_numpy()
    if len(times) < 2 or bool(np.all(times[:-1] <= times[1:])):  # noqa: PLR2004 - fewer are in order
        return frame
    return frame.take(pa.array(np.argsort(times, kind="stable")))
