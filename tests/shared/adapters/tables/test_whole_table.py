"""What only the whole table shows."""

import pyarrow as pa
import pytest
from tabular import CALLS, ROW, lines, read

from shared.adapters.tables import ArrowTables
from shared.core.errors import Quarantined
from shared.core.scenario import Column, Table

KEYED = Table(
    "errors",
    (Column("machine", "int"), Column("code", "text", nulls=True), Column("at", "int", optional=True)),
    key=("machine", "code"),
)


def part(machines: list[int], codes: list[str | None], at: list[int] | None = None) -> pa.Table:
    """A part of KEYED."""
    times = pa.array(at or [None] * len(machines), pa.int64())
    return pa.table({"machine": machines, "code": pa.array(codes, pa.string()), "at": times})


def refused(parts: list[pa.Table], table: Table = KEYED) -> Quarantined:
    """The refusal these parts meet."""
    with pytest.raises(Quarantined) as caught:
        ArrowTables().check(parts, table)
    assert table.name in caught.value.reason
    assert caught.value.table == table.name
    return caught.value


def test_parts_become_one_table_in_their_order() -> None:
    """Rows of the first file come first."""
    whole = ArrowTables().check([part([1, 2], ["a", "a"]), part([1, 3], ["b", "a"])], KEYED)
    assert whole.column("machine").to_pylist() == [1, 2, 1, 3]


def test_too_few_rows_are_refused_over_all_parts() -> None:
    """One row in one file is refused, one row in each of two is not."""
    fault = refused([read(lines(ROW))], CALLS)
    assert fault.reason_code == "too_few_rows"
    assert "1 data row" in fault.reason
    assert "at least 2" in fault.reason
    assert ArrowTables().check([read(lines(ROW)), read(lines(ROW))], CALLS).num_rows == 2


@pytest.mark.fault(60)
def test_a_repeated_key_is_named_with_both_rows() -> None:
    """The first key that repeats, its value, and where it stands the first and the second time."""
    fault = refused([part([1, 2, 3, 2, 1], ["a", "b", "a", "b", "a"])])
    assert (fault.reason_code, fault.column, fault.row) == ("duplicate_key", "machine", 5)
    assert "machine = '1', code = 'a'" in fault.reason
    assert "data row 1 and again in data row 5" in fault.reason


@pytest.mark.fault(60)
def test_a_key_repeated_over_files_is_named_by_file_and_row() -> None:
    """Rows are those of the file they stand in; a missing part of a key equals another missing one."""
    fault = refused([part([1, 2], ["a", None]), part([5, 6], ["a", "b"]), part([2], [None])])
    assert "data row 2 of file 1 and again in data row 1 of file 3" in fault.reason
    assert fault.row == 1


def test_a_column_without_any_value_is_refused_unless_it_is_optional() -> None:
    """Nulls may be allowed; nothing but nulls is a broken source."""
    fault = refused([part([1, 2], [None, None])])
    assert (fault.reason_code, fault.column) == ("all_null", "code")


def test_an_optional_column_is_in_every_file_or_in_none() -> None:
    """Half a time column would order half the rows."""
    fault = refused([part([1], ["a"], [5]), part([2], ["a"])])
    assert (fault.reason_code, fault.column) == ("null", "at")
    assert ArrowTables().check([part([1], ["a"], [5]), part([2], ["a"], [6])], KEYED).num_rows == 2
