"""The table of raw readings."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Table

from shared.adapters.sql.schema import metadata
from shared.adapters.sql.types import Name, UtcTime

reading = Table(
    "reading",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("entity", Name, primary_key=True),
    Column("at", UtcTime, primary_key=True),
    Column("measured", JSON, nullable=False),
)
