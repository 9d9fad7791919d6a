"""The tables of watching. Names are a contract: report tools and the dashboard read them."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Float, Index, Integer, Table

from shared.adapters.sql.connection.types import BigId, LongText, Name, UtcTime, Word
from shared.adapters.sql.schema.tables import metadata

_WINDOW = (("scenario", Name), ("window", Name))


def _window_columns() -> tuple[Column[str], ...]:
    return tuple(Column(name, kind, primary_key=True) for name, kind in _WINDOW)


monitored_window = Table(
    "monitored_window",
    metadata,
    *_window_columns(),
    Column("source", Name, nullable=False),
    Column("ordinal", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("repeated_rows", BigInteger, nullable=False),
    Column("model", Name, nullable=False),
    Column("dataset", Name, nullable=False),
    Column("reason", LongText, nullable=False),
    Column("measured_at", UtcTime, nullable=False),
    Column("monitor_version", Name, nullable=False),
    Index("ix_monitored_window_ordinal", "scenario", "source", "ordinal"),
)

drift = Table(
    "drift",
    metadata,
    *_window_columns(),
    Column("feature", Name, primary_key=True),
    Column("metric", Name, primary_key=True),
    Column("reference", Word, primary_key=True),
    Column("source", Name, nullable=False),
    Column("ordinal", BigInteger, nullable=False),
    Column("reference_id", Name, nullable=False),
    Column("value", Float(53)),
    Column("threshold", Float(53)),
    Column("noise", Float(53)),
    Column("verdict", Name, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("model", Name, nullable=False),
    Column("reason", LongText, nullable=False),
    Column("measured_at", UtcTime, nullable=False),
    Column("monitor_version", Name, nullable=False),
)

quality = Table(
    "quality",
    metadata,
    *_window_columns(),
    Column("metric", Name, primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("source", Name, nullable=False),
    Column("ordinal", BigInteger, nullable=False),
    Column("value", Float(53)),
    Column("expected", Float(53)),
    Column("state", Name, nullable=False),
    Column("verdict", Name, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("labelled", BigInteger, nullable=False),
    Column("coverage", Float(53), nullable=False),
    Column("age_hours", Float(53), nullable=False),
    Column("model", Name, nullable=False),
    Column("reason", LongText, nullable=False),
    Column("measured_at", UtcTime, nullable=False),
    Column("monitor_version", Name, nullable=False),
    Index("ix_quality_ordinal", "scenario", "source", "ordinal"),
)

breach = Table(
    "breach",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("id", Name, primary_key=True),
    Column("cause", Name, nullable=False),
    Column("table", Name, nullable=False),
    Column("column", Name, nullable=False),
    Column("state", Name, nullable=False),
    Column("action", Name, nullable=False),
    Column("sentence", LongText, nullable=False),
    Column("first_window", Name, nullable=False),
    Column("last_window", Name, nullable=False),
    Column("windows", Integer, nullable=False),
    Column("first_seen", UtcTime, nullable=False),
    Column("last_seen", UtcTime, nullable=False),
    Index("ix_breach_state", "scenario", "state"),
)

retrain_decision = Table(
    "retrain_decision",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=True),
    Column("scenario", Name, nullable=False),
    Column("key", Name, nullable=False),
    Column("reason", Name, nullable=False),
    Column("asked", LongText, nullable=False),
    Column("decided", Name, nullable=False),
    Column("sentence", LongText, nullable=False),
    Column("dataset", Name, nullable=False),
    Column("run", Name, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_retrain_decision_key", "scenario", "key"),
)

scorecard = Table(
    "scorecard",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("model", Name, nullable=False),
    Column("metric", Name, nullable=False),
    Column("promoted_at", UtcTime, nullable=False),
    Column("predicted_gain", Float(53)),
    Column("realised_gain", Float(53)),
    Column("windows_before", Integer, nullable=False),
    Column("windows_after", Integer, nullable=False),
    Column("data_event_at", UtcTime),
    Column("hours_to_production", Float(53)),
    Column("seconds", JSON, nullable=False),
    Column("cost", JSON, nullable=False),
    Column("timers", JSON, nullable=False),
    Column("reason", LongText, nullable=False),
    Column("computed_at", UtcTime),
)

timer_beat = Table(
    "timer_beat",
    metadata,
    Column("name", Name, primary_key=True),
    Column("fired", BigInteger, nullable=False),
    Column("late", BigInteger, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("last_late_at", UtcTime),
)
