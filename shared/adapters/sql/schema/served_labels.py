"""The table of labels of answered requests: one row per label that ever came; `is_current` is 1 for those that hold."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table

from shared.adapters.sql.connection.types import LongText, Name, UtcTime
from shared.adapters.sql.schema.tables import metadata

served_label = Table(
    "served_label",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("request_id", Name, nullable=False),
    Column("row_number", Integer, nullable=False),
    Column("actual", LongText, nullable=False),
    Column("source", LongText, nullable=False),
    Column("labelled_at", UtcTime, nullable=False),
    Column("is_current", Integer, nullable=False),
    # 1 when the quality of its hour counts it.
    Column("stated", Integer, nullable=False),
    Index("ix_served_label", "scenario", "request_id", "row_number"),
)
