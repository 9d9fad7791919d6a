"""The tables of the state. Names are a contract: report tools and people read them.

Further topics declare theirs in a `tables_<topic>.py` beside this file, in the same `metadata`; then
`python -m local.tools.migrations write <name>` writes what an existing database needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from shared.adapters.sql.connection.types import BigId, Key, LongText, Name, Sha, UtcTime, Word

# A key of SQL Server beside whose order the rows lie. As an option of the dialect it would load that everywhere.
UNCLUSTERED = {"clustered": False}
metadata = MetaData()

journal = Table(
    "journal",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("kind", Name, nullable=False),
    Column("key", Key, nullable=False),
    Column("state", Name, nullable=False),
    Column("reason", LongText, nullable=False),
    Column("attempt", Integer, nullable=False),
    Index("ix_journal_key", "key"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("kind", Name, nullable=False),
    Column("key", Key, nullable=False),
    Column("state", Name, nullable=False),
    Column("reason", LongText, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("repeats", Integer, nullable=False),
    Column("last_repeat_at", UtcTime),
    Column("token", Name, nullable=False),
    Column("expires", UtcTime),
    Column("message", LongText, nullable=False),
    Column("detail", JSON, nullable=False),
    # The newest line of the journal about this key: changes with every transition, so it is what a writer compares.
    Column("last", BigId, nullable=False),
    # SQL Server orders a table by its primary key unless told otherwise, and then takes 900 bytes, not 1 700.
    PrimaryKeyConstraint("kind", "key", info=UNCLUSTERED),
    Index("ix_ledger_state", "state"),
    # The newest entries in a state, however many there are.
    Index("ix_ledger_newest", "state", "last"),
)

dataset_version = Table(
    "dataset_version",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("id", Name, primary_key=True),
    Column("digest", Sha, nullable=False),
    Column("tables", JSON, nullable=False),
    Column("sources", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("scenario", "digest"),
)

dataset_part = Table(
    "dataset_part",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("table_name", Name, nullable=False),
    Column("drop_name", Name, nullable=False),
    Column("position", Integer, nullable=False),
    Column("path", Key, nullable=False),
    Column("sha256", Sha, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("first_time", Name, nullable=False),
    Column("last_time", Name, nullable=False),
    Column("sources", JSON, nullable=False),
    # Null in rows of the version before: a drop, whose rows learn or judge.
    Column("kind", Word),
    Column("role", Word),
)

# What the next drop of a scenario is added to: changed by whoever has seen the newest generation.
dataset_head = Table(
    "dataset_head",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("dataset", Name, nullable=False),
    Column("tables", JSON, nullable=False),
    Column("drops", JSON, nullable=False),
)

run = Table(
    "run",
    metadata,
    Column("id", Name, primary_key=True),
    Column("scenario", Name, nullable=False),
    Column("dataset", Name, nullable=False),
    Column("request", Name, nullable=False, unique=True),
    Column("state", Name, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reason", LongText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("profile", Name, nullable=False),
    # Null in runs of the version before: without options.
    Column("options", JSON(none_as_null=True), nullable=True),
)

model_version = Table(
    "model_version",
    metadata,
    Column("name", Name, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("run", Name, nullable=False, unique=True),
    Column("dataset", Name, nullable=False),
    Column("sha256", Sha, nullable=False),
    Column("metrics", JSON, nullable=False),
    Column("folder", Key, nullable=False),
    Column("state", Name, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    # Of the same candidate fitted again on every learnable row; null without one.
    Column("refit_sha256", Sha),
)

gate_certificate = Table(
    "gate_certificate",
    metadata,
    Column("name", Name, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("sha256", Sha, primary_key=True),
    Column("passed", Integer, nullable=False),
    Column("model", Name, nullable=False),
    Column("checks", JSON, nullable=False),
    # Over the whole certificate: what stands here and what was judged are the same, or nothing is deployed by it.
    Column("digest", Sha, nullable=False),
    # The champion's when it was judged, 0 when nothing served; NULL in certificates of earlier versions.
    Column("generation", Integer, nullable=True),
    # Which judgement against that generation it is, on how many rows of which dataset, and by which look.
    Column("judging", JSON(none_as_null=True), nullable=True),
)

deployment = Table(
    "deployment",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("environment", Name, primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("model", Name, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sha256", Sha, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by", Name, nullable=False),
    Column("reason", LongText, nullable=False),
    # Whether people put it into service although its gate had not passed; NULL, as 0, means no.
    Column("override", Integer, nullable=True),
    # The generation that a rollback brought back; 0 when it is no rollback, and in generations of earlier versions.
    Column("restores", Integer, nullable=False, server_default="0"),
)

window = Table(
    "window",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("id", Name, primary_key=True),
    Column("ordinal", BigInteger, nullable=False),
    Column("state", Name, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("reason", LongText, nullable=False),
    UniqueConstraint("scenario", "ordinal"),
    Index("ix_window_state", "scenario", "state"),
)

window_input = Table(
    "window_input",
    metadata,
    Column("scenario", Name, nullable=False),
    Column("input", Key, nullable=False),
    Column("window", Name, nullable=False),
    Column("position", Integer, nullable=False),
    PrimaryKeyConstraint("scenario", "input", info=UNCLUSTERED),
    ForeignKeyConstraint(["scenario", "window"], ["window.scenario", "window.id"]),
    Index("ix_window_input_window", "scenario", "window"),
)

prediction_commit = Table(
    "prediction_commit",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("window", Name, primary_key=True),
    Column("ordinal", BigInteger, nullable=False),
    Column("path", Key, nullable=False),
    Column("sha256", Sha, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("failed_rows", BigInteger, nullable=False),
    Column("plan_sha256", Sha, nullable=False),
    Column("model", Name, nullable=False),
    Column("model_sha256", Sha, nullable=False),
    Column("run", Name, nullable=False),
    Column("dataset", Name, nullable=False),
    Column("scored_at", UtcTime, nullable=False),
    # By column how many values the model did not learn from: "job=3, month=1".
    Column("unknown_values", LongText, nullable=False, server_default=""),
    Column("far_values", LongText, nullable=False, server_default=""),
    # By cause how many rows were set aside: "short_history=216".
    Column("rejected_rows", LongText, nullable=False, server_default=""),
    # The columns of the files that were not read: "y".
    Column("ignored_columns", LongText, nullable=False, server_default=""),
)

# Rows of committed windows that were set aside; a row of a Parquet file has no line.
rejected_row = Table(
    "rejected_row",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("window", Name, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("file", LongText, nullable=False),
    Column("row", BigInteger, nullable=False),
    Column("line", BigInteger),
    Column("column_name", LongText, nullable=False),
    Column("code", Name, nullable=False),
    Column("reason", LongText, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=True),
    Column("id", Name, nullable=False, unique=True),
    Column("type", Name, nullable=False),
    Column("source", Name, nullable=False),
    Column("subject", Key, nullable=False),
    Column("time", UtcTime, nullable=False),
    Column("data", JSON, nullable=False),
    Column("sent", Integer, nullable=False),
    Index("ix_outbox_sent", "sent", "seq"),
)


def every_table() -> Sequence[Table]:
    """Every table of the state, also those of the modules beside this one, in an order that can be created."""
    for path in sorted(Path(__file__).parent.glob("[!_]*.py")):
        import_module(f"{__package__}.{path.stem}")
    return metadata.sorted_tables
