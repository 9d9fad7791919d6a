"""Tables of lineage: versions of windows, what each was made of, and corrections asked for."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, Table, UniqueConstraint

from shared.adapters.sql.connection.types import Key, LongText, Name, UtcTime
from shared.adapters.sql.schema.tables import metadata, prediction_commit

# One row per committed window; `superseded_at` is when a later version of the same base became true.
prediction_revision = Table(
    "prediction_revision",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("window", Name, primary_key=True),
    Column("base", Name, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("committed_at", UtcTime, nullable=False),
    Column("superseded_at", UtcTime),
    Column("generation", Integer, nullable=False),
    UniqueConstraint("scenario", "base", "revision"),
)

# Every file a committed window was made of, also those that belong to an earlier window.
prediction_source = Table(
    "prediction_source",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("window", Name, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("path", Key, nullable=False),
    Column("etag", Name, nullable=False),
    Index("ix_prediction_source_path", "path"),
)

correction = Table(
    "correction",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("window", Name, primary_key=True),
    Column("base", Name, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("inputs", JSON, nullable=False),
    Column("deployment", JSON, nullable=False),
    Column("by", Name, nullable=False),
    Column("reason", LongText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("scenario", "base", "revision"),
)

# What is summed up over all windows, and the few that do not count.
Index("ix_prediction_commit_rows", *(prediction_commit.c[name] for name in ("scenario", "rows", "failed_rows")))
Index("ix_prediction_revision_gone", prediction_revision.c.scenario, prediction_revision.c.superseded_at)
Index("ix_prediction_commit_model", prediction_commit.c.scenario, prediction_commit.c.model)
# A prediction row finds its commit by the number in its id.
Index("ix_prediction_commit_ordinal", prediction_commit.c.scenario, prediction_commit.c.ordinal)
