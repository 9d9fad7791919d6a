"""The table of raw readings."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Table

from shared.adapters.sql.connection.types import Name, UtcTime
from shared.adapters.sql.schema.tables import metadata

reading = Table(
    "reading",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("entity", Name, primary_key=True),
    Column("at", UtcTime, primary_key=True),
    Column("measured", JSON, nullable=False),
    # Null in rows of before revision 12: when they came is not known.
    Column("received_at", UtcTime),
)
