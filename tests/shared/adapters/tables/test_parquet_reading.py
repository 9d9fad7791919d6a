"""Parquet files under a contract: other people's types, damage, and files that unfold."""

import io
import resource
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet as pq
from tabular import CALLS, ROW, lines, one, parquet, read, refusal

from shared.adapters.tables import ArrowTables, Limits, header_of
from shared.core.scenario import Column, Table

NAME = "calls.parquet"
PLAIN = {"age": [30, 40], "rate.pct": [1.5, None], "job": ["clerk", "cook"], "y": ["no", "yes"]}


def stored(values: pa.Array, contract: Table) -> pa.ChunkedArray:
    """The column `x` as it comes out of a file that stores these values."""
    notes = pa.array(["n"] * len(values))
    return read(parquet(pa.table({"x": values, "note": notes})), contract, "t.parquet").column("x")


def test_other_numbers_and_texts_become_the_contracts_types() -> None:
    """Narrow, dictionary-encoded, large and reordered columns and a pandas index read as the plain table."""
    other = pa.table(
        {
            "y": pa.array(PLAIN["y"]).dictionary_encode(),
            "job": pa.array(PLAIN["job"], pa.large_string()),
            "rate.pct": pa.array([1.5, float("nan")], pa.float32()),
            "age": pa.array([30, 40], pa.uint8()),
            "__index_level_0__": [5, 6],
        }
    )
    assert read(parquet(other), name=NAME).equals(read(parquet(pa.table(PLAIN)), name=NAME))
    assert read(parquet(other), name=NAME).to_pydict() == PLAIN


def test_equal_content_is_equal_whatever_the_file_was() -> None:
    """The same rows from CSV and from Parquet give the same canonical bytes."""
    tables = ArrowTables()
    from_csv = read(lines("30,1.5,clerk,no", "40,,cook,yes"))
    from_parquet = read(parquet(pa.table(PLAIN)), name=NAME)
    assert tables.write(from_csv) == tables.write(from_parquet)


def test_doubles_that_are_whole_are_whole_numbers() -> None:
    """A data frame turns whole numbers with gaps into doubles; NaN is a missing number where nulls are allowed."""
    values = stored(pa.array([1.0, float("nan"), 3.0]), one("int", nulls=True))
    assert values.to_pylist() == [1, None, 3]
    assert stored(pa.array([Decimal("7.00")]), one("int")).to_pylist() == [7]


@pytest.mark.parametrize(
    ("values", "kind", "code", "row"),
    [
        (pa.array([1.0, 2.5]), "int", "type", 2),
        (pa.array([1, 2**63], pa.uint64()), "int", "overflow", 2),
        (pa.array([1.0, 1e19]), "int", "overflow", 2),
        (pa.array([1, 2**53 + 1]), "float", "overflow", 2),
        (pa.array([1.0, float("nan")]), "float", "not_finite", 2),
        (pa.array([1.0, float("-inf")]), "float", "not_finite", 2),
        (pa.array([1.0, float("inf")]), "int", "not_finite", 2),
        (pa.array(["1", "2"]), "int", "type", None),
        (pa.array([True, False]), "int", "type", None),
        (pa.array([1, 2]), "text", "type", None),
        (pa.array([b"a", b"b"]), "text", "type", None),
        (pa.array([[1], [2]]), "float", "type", None),
        (pa.array([1, 2]), "time", "type", None),
        (pa.array([0, 1], pa.timestamp("ns")), "time", "time", 2),
        (pa.array(["2015-01-31", "31/01/2015"]), "time", "time", 2),
        (pa.array(["a", "b\0"]), "text", "nul", 2),
        (pa.array(["a", None]), "text", "null", 2),
        (pa.array([None, None], pa.null()), "int", "null", 1),
    ],
)
def test_what_does_not_fit_the_contract_is_refused(values: pa.Array, kind: str, code: str, row: int | None) -> None:
    """What the contract's type cannot hold is refused by column, and by row where one row is to blame."""
    content = parquet(pa.table({"x": values, "note": ["n", "n"]}))
    fault = refusal(content, one(kind), "t.parquet")
    assert (fault.reason_code, fault.column, fault.row) == (code, "x", row)


@pytest.mark.parametrize(
    "values",
    [
        pa.array([1_422_684_000_000_000_000], pa.timestamp("ns")),
        pa.array([datetime(2015, 1, 31, 6, tzinfo=UTC)], pa.timestamp("ms", "Europe/Paris")),
        pa.array(["01/31/2015 06:00:00 AM"]),
    ],
)
def test_stored_times_become_utc_microseconds(values: pa.Array) -> None:
    """Any unit, any zone, or text in an accepted form; without zone it is UTC."""
    assert stored(values, one("time")).to_pylist() == [datetime(2015, 1, 31, 6, tzinfo=UTC)]


def test_stored_dates_are_midnight() -> None:
    """A date is its first moment in UTC."""
    assert stored(pa.array([date(2015, 1, 31)]), one("time")).to_pylist() == [datetime(2015, 1, 31, tzinfo=UTC)]


@pytest.mark.fault(56)
def test_the_header_rules_hold_for_parquet() -> None:
    """Missing, unknown and repeated columns, and too many of them."""
    assert refusal(parquet(pa.table(PLAIN).drop(["job"])), name=NAME).reason_code == "missing_column"
    assert refusal(parquet(pa.table(PLAIN | {"x": [1, 2]})), name=NAME).column == "x"
    twice = pa.table([[1], [2]], names=["age", "age"])
    assert refusal(parquet(twice), name=NAME).reason_code == "duplicate_column"
    wide = pa.table({f"c{n}": [1] for n in range(30)})
    assert refusal(parquet(wide), name=NAME, limits=Limits(columns=29)).reason_code == "too_many_columns"


def test_a_parquet_file_without_rows_is_refused() -> None:
    """As a CSV file with a header only is."""
    assert refusal(parquet(pa.table(PLAIN).slice(0, 0)), name=NAME).reason_code == "no_rows"


def test_text_renamed_to_parquet_is_called_text() -> None:
    """The sentence says what the file looks like."""
    fault = refusal(lines(ROW), name=NAME)
    assert fault.reason_code == "not_parquet"
    assert "looks like text" in fault.reason
    assert refusal(b"\x00\x01\x02\x03" * 9, name=NAME).reason_code == "not_parquet"


def test_parquet_renamed_to_csv_is_refused() -> None:
    """Its bytes are no text."""
    assert refusal(parquet(pa.table(PLAIN))).reason_code in {"encoding", "nul"}


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.999])
@pytest.mark.fault(62)
def test_a_truncated_file_is_corrupt(share: float) -> None:
    """Wherever it was cut, and also when somebody appended the closing mark again."""
    content = parquet(pa.table(PLAIN))
    cut = content[: max(int(len(content) * share), 5)]
    assert refusal(cut, name=NAME).reason_code == "corrupt"
    assert refusal(cut + b"PAR1", name=NAME).reason_code == "corrupt"


def test_a_header_can_be_told_without_a_contract() -> None:
    """From the footer; () for a damaged file."""
    content = parquet(pa.table(PLAIN))
    assert header_of(io.BytesIO(content), NAME) == ("age", "rate.pct", "job", "y")
    assert header_of(io.BytesIO(content[:-9]), NAME) == ()


def dictionary_bomb(rows: int, cell: int) -> bytes:
    """A file of some kilobytes whose text column repeats one long cell."""
    text = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array(["a" * cell]))
    return parquet(pa.table({"x": text}), compression="zstd", write_statistics=False, store_schema=False)


@pytest.mark.fault(63)
def test_a_small_file_that_unfolds_is_refused_before_it_does() -> None:
    """4 GB from a few kilobytes: refused by the budget, with little memory taken."""
    content = dictionary_bomb(rows=65_536, cell=65_536)
    assert len(content) < 100_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    contract = Table("t", (Column("x", "text"),))
    fault = refusal(content, contract, "t.parquet", Limits(decoded_bytes=64 << 20))
    assert fault.reason_code == "too_large_decoded"
    assert "decodes" in fault.reason
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


@pytest.mark.fault(63)
def test_the_budget_counts_over_batches() -> None:
    """Many batches that fit alone are refused together; within the budget the same file is read."""
    content, contract = dictionary_bomb(rows=200_000, cell=100), Table("t", (Column("x", "text"),))
    assert refusal(content, contract, "t.parquet", Limits(decoded_bytes=15 << 20)).reason_code == "too_large_decoded"
    assert read(content, contract, "t.parquet", Limits(decoded_bytes=25 << 20)).num_rows == 200_000


def test_rows_and_declared_bytes_are_bounded_by_the_footer() -> None:
    """A column of one repeated number has rows for nothing; compressed zeros declare what they unfold to."""
    contract = Table("t", (Column("x", "int"),))
    content = parquet(pa.table({"x": np.zeros(100_000, np.int64)}))
    assert refusal(content, contract, "t.parquet", Limits(cells=99_999)).reason_code == "too_many_cells"
    plain = parquet(pa.table({"x": np.zeros(100_000, np.int64)}), use_dictionary=False)
    fault = refusal(plain, contract, "t.parquet", Limits(decoded_bytes=500_000))
    assert fault.reason_code == "too_large_decoded"
    assert "footer declares 800," in fault.reason


@pytest.mark.fault(62)
def test_checksums_of_other_writers_are_verified() -> None:
    """A flipped bit in a page that has a checksum is seen, in whatever options the file was written."""
    rows = pa.table({"x": np.arange(1_000), "note": ["n"] * 1_000})
    content = bytearray(parquet(rows, write_page_checksum=True, compression="none", use_dictionary=False))
    content[2_000] ^= 1
    assert refusal(bytes(content), one("int"), "t.parquet").reason_code == "corrupt"


def test_texts_that_are_not_utf8_are_corrupt() -> None:
    """Parquet readers do not look; this one does."""
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(np.array([0, 1], np.int32)), pa.py_buffer(b"\xff")]
    )
    content = parquet(pa.table({"x": broken}), write_statistics=False)
    assert refusal(content, Table("t", (Column("x", "text"),)), "t.parquet").reason_code == "corrupt"


def test_an_absent_optional_column_stays_absent_in_the_canonical_form() -> None:
    """Written as nulls, it is still allowed to be missing when the file is read again."""
    contract = Table("t", (Column("a", "int"), Column("at", "int", optional=True)))
    table = read(b"a\n1\n2\n", contract, "t.csv")
    assert read(ArrowTables().write(table), contract, "t.parquet").equals(table)


def test_a_contract_of_calls_reads_its_own_canonical_file() -> None:
    """What was written is read under the same contract, and is the same table."""
    table = read(lines("30,1.5,clerk,no", "40,,cook,yes"))
    content = ArrowTables().write(table)
    assert read(content, CALLS, NAME).equals(table)
    assert pq.ParquetFile(io.BytesIO(content)).schema_arrow.names == table.schema.names
