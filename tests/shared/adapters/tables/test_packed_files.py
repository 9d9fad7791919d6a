"""Files that are compressed with gzip or zstd are read like what is in them, and a bomb is refused."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable

import pyarrow as pa
import pytest

from shared.adapters.tables import ArrowTables, Limits
from shared.core.errors import Quarantined
from shared.core.policies import BadRows
from shared.core.scenario import Column, Table
from shared.datasets.rejects import Rejects

TABLE = Table("rows", (Column("id", "int"), Column("x", "float")))
CSV = b"id,x\n" + b"".join(b"%d,%d.5\n" % (n, n % 997) for n in range(30_000))


def _zstd(content: bytes) -> bytes:
    return bytes(pa.compress(content, "zstd", asbytes=True))


PACK: dict[str, Callable[[bytes], bytes]] = {"rows.csv.gz": gzip.compress, "rows.CSV.ZST": _zstd}


def _refused(content: bytes, name: str, limits: Limits | None = None) -> Quarantined:
    """The refusal of both readers, which is the same sentence."""
    tables = ArrowTables(limits)
    with pytest.raises(Quarantined) as streamed:
        list(tables.stream(io.BytesIO(content), name, TABLE))
    with pytest.raises(Quarantined) as whole:
        tables.read(io.BytesIO(content), name, TABLE)
    assert whole.value.reason == streamed.value.reason
    assert repr(name) in whole.value.reason
    return whole.value


@pytest.mark.parametrize("name", PACK)
def test_a_packed_file_is_what_is_in_it(name: str) -> None:
    """Read at once, in blocks, with rows set aside, and by its header; several packed pieces in a row are one file."""
    tables, wanted = ArrowTables(Limits(block_bytes=50_000)), ArrowTables().read(io.BytesIO(CSV), "rows.csv", TABLE)
    pack = PACK[name]
    for content in (pack(CSV), pack(CSV[:70_001]) + pack(CSV[70_001:])):
        assert tables.read(io.BytesIO(content), name, TABLE).equals(wanted)
        assert pa.Table.from_batches(tables.stream(io.BytesIO(content), name, TABLE)).equals(wanted)
        assert tables.header(io.BytesIO(content), name) == ("id", "x")
        rejects = Rejects(BadRows(rows=1))
        assert tables.read(io.BytesIO(content), name, TABLE, rejects).equals(wanted)


@pytest.mark.parametrize("name", PACK)
def test_a_refusal_names_the_line_of_what_is_packed(name: str) -> None:
    """As for the file that is not."""
    fault = _refused(PACK[name](CSV + b"7,seven\n"), name)
    assert (fault.reason_code, fault.line, fault.column) == ("type", 30_002, "x")


@pytest.mark.parametrize("name", PACK)
def test_a_bomb_is_refused(name: str) -> None:
    """What unfolds to more than a table would is not unfolded to its end."""
    bomb = PACK[name](b"id,x\n" + b"1,2\n" * (24 << 20))
    fault = _refused(bomb, name)
    assert fault.reason_code == "bomb"
    assert "at most 200 times the size of the compressed file" in fault.reason


@pytest.mark.parametrize("name", PACK)
def test_the_limit_of_a_file_holds_for_what_is_in_it(name: str) -> None:
    """In both its forms."""
    packed = PACK[name](CSV)
    assert _refused(packed, name, Limits(file_bytes=len(CSV) - 1)).reason_code == "file_too_large"
    assert _refused(packed, name, Limits(file_bytes=len(packed) - 1)).reason_code == "file_too_large"


@pytest.mark.parametrize("name", PACK)
def test_a_damaged_file_is_refused(name: str) -> None:
    """Cut, changed inside, and one that is packed in name only, or in another way."""
    packed = PACK[name](CSV)
    assert _refused(packed[:-5], name).reason_code == "corrupt"
    assert _refused(packed[: len(packed) // 2], name).reason_code == "corrupt"
    other = next(pack for ending, pack in PACK.items() if ending != name)
    for content in (CSV, other(CSV), b""):
        assert _refused(content, name).reason_code == "not_packed"
    assert _refused(PACK[name](b""), name).reason_code == "empty"


def test_only_csv_is_unpacked() -> None:
    """Parquet is compressed already; other archives are refused by their names."""
    for name in ("rows.parquet.gz", "rows.gz", "rows.csv.bz2", "rows.csv.gz.gz"):
        assert _refused(gzip.compress(CSV), name).reason_code == "file_type"
