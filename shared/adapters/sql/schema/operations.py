"""Tables of operating: alerts that are owed, and spans of telemetry that were read, and rounds of listings."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, Table

from shared.adapters.sql.connection.types import LongText, Name, Sha, UtcTime
from shared.adapters.sql.schema.tables import metadata

alert_delivery = Table(
    "alert_delivery",
    metadata,
    Column("alert_id", Name, primary_key=True),
    Column("target", Name, primary_key=True),
    Column("alert", JSON, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", UtcTime, nullable=False),
    Column("state", Name, nullable=False),
    Column("reason", LongText, nullable=False),
    Index("ix_alert_delivery_state", "state", "due"),
)

telemetry_window = Table(
    "telemetry_window",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("start", UtcTime, primary_key=True),
    Column("end", UtcTime, nullable=False),
    Column("window", Name, nullable=False),
    Column("query", LongText, nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("sha256", Sha, nullable=False),
    Column("at", UtcTime, nullable=False),
)

listing_round = Table(
    "listing_round",
    metadata,
    Column("name", Name, primary_key=True),
    Column("began_at", UtcTime, nullable=False),
    # Where the next call goes on: empty where a new round begins.
    Column("prefix", LongText, nullable=False),
    Column("marker", LongText, nullable=False),
    Column("files", BigInteger, nullable=False),
    Column("ended_at", UtcTime),
    Column("ended_files", BigInteger, nullable=False),
)
