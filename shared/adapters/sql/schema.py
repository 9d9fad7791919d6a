"""The tables of the state. Names are a contract: report tools and people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    DateTime,
    Dialect,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    TypeDecorator,
    Unicode,
    UnicodeText,
    UniqueConstraint,
    func,
    insert,
    inspect,
    select,
)

from shared.domain.predictions import prediction_columns, table_name
from shared.domain.scenario import Kind, Scenario
from shared.errors import Permanent

VERSION = 1


class UtcTime(TypeDecorator[datetime]):
    """An instant: aware in Python, stored as UTC without a zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Aware to naive UTC."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Naive UTC to aware."""
        return None if value is None else value.replace(tzinfo=UTC)


# Only a column declared exactly INTEGER is SQLite's row id; elsewhere the ids need 64 bits.
BigId = BigInteger().with_variant(Integer(), "sqlite")
_Name = Unicode(200)
# A blob name has at most 1024 characters; a key is a name with an ETag.
_Key = Unicode(1200)
_Sha = Unicode(64)

metadata = MetaData()

schema_version = Table("schema_version", metadata, Column("version", Integer, primary_key=True, autoincrement=False))

journal = Table(
    "journal",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("kind", _Name, nullable=False),
    Column("key", _Key, nullable=False),
    Column("state", _Name, nullable=False),
    Column("reason", UnicodeText, nullable=False),
    Column("attempt", Integer, nullable=False),
)

ledger = Table(
    "ledger",
    metadata,
    Column("kind", _Name, primary_key=True),
    Column("key", _Key, primary_key=True),
    Column("state", _Name, nullable=False),
    Column("reason", UnicodeText, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("repeats", Integer, nullable=False),
    Column("last_repeat_at", UtcTime),
    Column("token", _Name, nullable=False),
    Column("expires", UtcTime),
    Column("message", UnicodeText, nullable=False),
    Column("detail", JSON, nullable=False),
    # The newest line of the journal about this key: changes with every transition, so it is what a writer compares.
    Column("last", BigId, nullable=False),
    Index("ix_ledger_state", "state"),
)

dataset_version = Table(
    "dataset_version",
    metadata,
    Column("scenario", _Name, primary_key=True),
    Column("id", _Name, primary_key=True),
    Column("digest", _Sha, nullable=False),
    Column("tables", JSON, nullable=False),
    Column("sources", JSON, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("scenario", "digest"),
)

run = Table(
    "run",
    metadata,
    Column("id", _Name, primary_key=True),
    Column("scenario", _Name, nullable=False),
    Column("dataset", _Name, nullable=False),
    Column("request", _Name, nullable=False, unique=True),
    Column("state", _Name, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reason", UnicodeText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("profile", _Name, nullable=False),
)

model_version = Table(
    "model_version",
    metadata,
    Column("name", _Name, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("run", _Name, nullable=False, unique=True),
    Column("dataset", _Name, nullable=False),
    Column("sha256", _Sha, nullable=False),
    Column("metrics", JSON, nullable=False),
    Column("folder", _Key, nullable=False),
    Column("state", _Name, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)

gate_certificate = Table(
    "gate_certificate",
    metadata,
    Column("name", _Name, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("sha256", _Sha, primary_key=True),
    Column("passed", Integer, nullable=False),
    Column("model", _Name, nullable=False),
    Column("checks", JSON, nullable=False),
    # Over the whole certificate: what stands here and what was judged are the same, or nothing is deployed by it.
    Column("digest", _Sha, nullable=False),
)

deployment = Table(
    "deployment",
    metadata,
    Column("scenario", _Name, primary_key=True),
    Column("environment", _Name, primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("model", _Name, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sha256", _Sha, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by", _Name, nullable=False),
    Column("reason", UnicodeText, nullable=False),
)

window = Table(
    "window",
    metadata,
    Column("scenario", _Name, primary_key=True),
    Column("id", _Name, primary_key=True),
    Column("ordinal", BigInteger, nullable=False),
    Column("state", _Name, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("reason", UnicodeText, nullable=False),
    UniqueConstraint("scenario", "ordinal"),
)

window_input = Table(
    "window_input",
    metadata,
    Column("scenario", _Name, primary_key=True),
    Column("input", _Key, primary_key=True),
    Column("window", _Name, nullable=False),
    Column("position", Integer, nullable=False),
    ForeignKeyConstraint(["scenario", "window"], ["window.scenario", "window.id"]),
    Index("ix_window_input_window", "scenario", "window"),
)

prediction_commit = Table(
    "prediction_commit",
    metadata,
    Column("scenario", _Name, primary_key=True),
    Column("window", _Name, primary_key=True),
    Column("ordinal", BigInteger, nullable=False),
    Column("path", _Key, nullable=False),
    Column("sha256", _Sha, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("failed_rows", BigInteger, nullable=False),
    Column("plan_sha256", _Sha, nullable=False),
    Column("model", _Name, nullable=False),
    Column("model_sha256", _Sha, nullable=False),
    Column("run", _Name, nullable=False),
    Column("dataset", _Name, nullable=False),
    Column("scored_at", UtcTime, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=True),
    Column("id", _Name, nullable=False, unique=True),
    Column("type", _Name, nullable=False),
    Column("source", _Name, nullable=False),
    Column("subject", _Key, nullable=False),
    Column("time", UtcTime, nullable=False),
    Column("data", JSON, nullable=False),
    Column("sent", Integer, nullable=False),
    Index("ix_outbox_sent", "sent", "seq"),
)


def create_schema(connection: Connection) -> None:
    """Create what is absent; Permanent when the database was written by a newer schema than this code knows."""
    if inspect(connection).has_table(schema_version.name):
        found = connection.scalar(select(func.max(schema_version.c.version)))
        if found is not None and found > VERSION:
            raise Permanent(
                f"The database has schema version {found}, this code knows {VERSION}: update the code "
                f"or open another database."
            )
        if found == VERSION:
            # Tables that came since are added; those that stand are never changed here.
            if metadata.tables.keys() - set(inspect(connection).get_table_names()):
                metadata.create_all(connection)
            return
    metadata.create_all(connection)
    connection.execute(insert(schema_version).values(version=VERSION))


def prediction_table(scenario: Scenario) -> Table:
    """The scenario's typed table, as its declaration says."""
    identity, *others = prediction_columns(scenario)
    key = Column(identity.name, BigId, primary_key=True, autoincrement=False)
    return Table(table_name(scenario), MetaData(), key, *(Column(each.name, _sql_type(each.kind)) for each in others))


def _sql_type(kind: Kind) -> Any:
    return {"int": BigInteger, "float": Float(53), "text": UnicodeText, "time": DateTime}[kind]
