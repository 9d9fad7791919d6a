"""The real files of two scenarios under contracts like theirs."""

import io
from pathlib import Path

import pytest
from tabular import read

from shared.adapters.tables import ArrowTables, header_of
from shared.core.scenario import Column, Table

DATA = Path(__file__).parents[5] / "shared" / "data"
WHOLE = ("age", "duration", "campaign", "pdays", "previous")
MACRO = ("emp.var.rate", "cons.price.idx", "cons.conf.idx", "euribor3m", "nr.employed")
WORDS = ("job", "marital", "education", "default", "housing", "loan", "contact", "month", "day_of_week", "poutcome")
CLIENTS = Table(
    "clients",
    (
        *(Column(name, "int") for name in WHOLE),
        *(Column(name, "text") for name in WORDS),
        *(Column(name, "float") for name in MACRO),
        Column("y", "text", values=("no", "yes")),
    ),
)
SENSORS = Table(
    "sensors",
    (
        Column("BatchNumber", "int", minimum=1),
        *(Column(f"S{number}", "float", nulls=True) for number in range(1, 42)),
        Column("SourceTimestamp", "int", optional=True),
    ),
    key=("BatchNumber",),
)
QUALITY = Table(
    "quality", (Column("BatchNumber", "int"), Column("Quality", "int", values=("0", "1"))), ("BatchNumber",)
)
NEWS = Table(
    "raw_train", (Column("id", "int"), Column("text", "text"), Column("target", "int"), Column("category", "text"))
)
TELEMETRY = Table(
    "telemetry",
    (
        Column("datetime", "time"),
        Column("machineID", "int"),
        *(Column(name, "float") for name in ("volt", "rotate", "pressure", "vibration")),
    ),
    key=("datetime", "machineID"),
)
FILES = {
    "bank_marketing/bankmarketing_train.csv": (CLIENTS, 32_950),
    "iiot_quality/simulateddata.csv": (SENSORS, 9_797),
    "iiot_quality/batch-quality-data.csv": (QUALITY, 9_797),
    "newsgroups/newsgroups4_train.csv": (NEWS, 2_034),
    "predictive_maintenance/PdM_telemetry.csv": (TELEMETRY, 43_200),
}


def content_of(name: str) -> bytes:
    """The bytes of a real file, or a skip that says why."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"real data is not here: shared/data/{name}")
    return path.read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_a_real_file_reads_checks_and_survives_the_canonical_form(name: str) -> None:
    """All rows come, canonical Parquet gives the same table back, and both headers match the contract."""
    (contract, rows), tables, content = FILES[name], ArrowTables(), content_of(name)
    table = tables.check([read(content, contract, name)], contract)
    assert table.num_rows == rows
    canonical = tables.write(table)
    assert read(canonical, contract, "again.parquet").equals(table)
    assert header_of(io.BytesIO(canonical), "again.parquet") == tuple(table.schema.names)
    assert set(header_of(io.BytesIO(content), name)) <= set(table.schema.names)


def test_the_bank_file_reads_with_semicolons_and_quotes_too() -> None:
    """As it is published elsewhere."""
    content = content_of("bank_marketing/bankmarketing_train.csv")
    rows = content.decode().splitlines()
    names = ";".join(f'"{name}"' for name in rows[0].split(","))
    wild = "\n".join((names, *(row.replace(",", ";") for row in rows[1:]))).encode()
    assert read(wild, CLIENTS, "bank-full.csv").equals(read(content, CLIENTS, "clients.csv"))


def test_the_sensors_keep_their_missing_cells() -> None:
    """Exactly the nulls that are known of the file, and no time column."""
    table = read(content_of("iiot_quality/simulateddata.csv"), SENSORS, "sensors.csv")
    nulls = {name: table.column(name).null_count for name in table.schema.names if table.column(name).null_count}
    assert nulls == {"S4": 5685, "S3": 45, "S2": 19, "S28": 2, "S26": 1, "SourceTimestamp": 9797}
