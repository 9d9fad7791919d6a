"""The table of training that comes again by itself."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, Table

from shared.adapters.sql.connection.types import LongText, Name, Sha, UtcTime
from shared.adapters.sql.schema.tables import metadata

pipeline_schedule = Table(
    "pipeline_schedule",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("name", Name, primary_key=True),
    Column("experiment", LongText, nullable=False),
    Column("dataset", LongText, nullable=False),
    Column("profile", Name, nullable=False),
    Column("frequency", Name, nullable=False),
    Column("every", Integer, nullable=False),
    Column("start", UtcTime, nullable=False),
    Column("digest", Sha, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("due", UtcTime, nullable=False),
    Column("state", Name, nullable=False),
    Column("stopped_at", UtcTime),
    Column("last_due", UtcTime),
    Column("last_run", Name, nullable=False),
    Column("reason", LongText, nullable=False),
    # Null in schedules of the version before: without options.
    Column("options", JSON(none_as_null=True), nullable=True),
    Index("ix_pipeline_schedule_due", "state", "due"),
)
