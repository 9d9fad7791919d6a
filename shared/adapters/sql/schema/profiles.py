"""The table of the historic profile, one row per value; reports read `v_profile_<scenario>`."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, Table

from shared.adapters.sql.connection.types import LongText, Name, UtcTime
from shared.adapters.sql.schema.tables import metadata

profile_value = Table(
    "profile_value",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("dataset", Name, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("table_name", LongText, nullable=False),
    Column("column_name", LongText, nullable=False),
    Column("statistic", LongText, nullable=False),
    Column("value", Float(53)),
    Column("at", UtcTime, nullable=False),
)
