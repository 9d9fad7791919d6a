"""The tables of releases: approvals, rollouts and health."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, Table, Unicode, UnicodeText

from shared.adapters.sql.schema import UtcTime, metadata

_Name = Unicode(200)
_Sha = Unicode(64)

approval = Table(
    "approval",
    metadata,
    Column("id", _Sha, primary_key=True),
    Column("scenario", _Name, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sha256", _Sha, nullable=False),
    Column("environment", _Name, nullable=False),
    Column("certificate", _Sha, nullable=False),
    Column("nonce", _Name, nullable=False),
    Column("expires", UtcTime, nullable=False),
    Column("requested_by", _Name, nullable=False),
    Column("requested_at", UtcTime, nullable=False),
    Column("why", UnicodeText, nullable=False),
    Column("override", Integer, nullable=False),
    Column("state", _Name, nullable=False),
    Column("decided_by", _Name, nullable=False),
    Column("decided_at", UtcTime),
    Column("reason", UnicodeText, nullable=False),
    Index("ix_approval_scenario", "scenario", "version"),
)

rollout = Table(
    "rollout",
    metadata,
    Column("scenario", _Name, primary_key=True),
    Column("environment", _Name, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("sha256", _Sha, nullable=False),
    Column("base", Integer, nullable=False),
    Column("state", _Name, nullable=False),
    Column("step", Integer, nullable=False),
    Column("share", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by", _Name, nullable=False),
    Column("reason", UnicodeText, nullable=False),
)

serving_health = Table(
    "serving_health",
    metadata,
    Column("scenario", _Name, primary_key=True),
    Column("environment", _Name, primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("role", _Name, primary_key=True),
    Column("minute", UtcTime, primary_key=True),
    Column("instance", _Name, primary_key=True),
    Column("requests", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("errors", Integer, nullable=False),
    Column("latency", JSON, nullable=False),
    Column("answers", JSON, nullable=False),
)
