"""The tables of releases: approvals, looks of the gate, rollouts and health."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, Table

from shared.adapters.sql.connection.types import LongText, Name, Sha, UtcTime
from shared.adapters.sql.schema.tables import metadata

approval = Table(
    "approval",
    metadata,
    Column("id", Sha, primary_key=True),
    Column("scenario", Name, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sha256", Sha, nullable=False),
    Column("environment", Name, nullable=False),
    Column("certificate", Sha, nullable=False),
    Column("nonce", Name, nullable=False),
    Column("expires", UtcTime, nullable=False),
    Column("requested_by", Name, nullable=False),
    Column("requested_at", UtcTime, nullable=False),
    Column("why", LongText, nullable=False),
    Column("override", Integer, nullable=False),
    Column("state", Name, nullable=False),
    Column("decided_by", Name, nullable=False),
    Column("decided_at", UtcTime),
    Column("reason", LongText, nullable=False),
    Index("ix_approval_scenario", "scenario", "version"),
)

gate_look = Table(
    "gate_look",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    # Which judgement of the version against this generation took the look: it takes no second one.
    Column("judgement", Integer, nullable=False),
    Column("dataset", Name, nullable=False),
    Column("at", UtcTime, nullable=False),
)

rollout = Table(
    "rollout",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("environment", Name, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("sha256", Sha, nullable=False),
    Column("base", Integer, nullable=False),
    Column("state", Name, nullable=False),
    Column("step", Integer, nullable=False),
    Column("share", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by", Name, nullable=False),
    Column("reason", LongText, nullable=False),
)

serving_health = Table(
    "serving_health",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("environment", Name, primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("role", Name, primary_key=True),
    Column("minute", UtcTime, primary_key=True),
    Column("instance", Name, primary_key=True),
    Column("requests", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("errors", Integer, nullable=False),
    Column("latency", JSON, nullable=False),
    Column("answers", JSON, nullable=False),
)
