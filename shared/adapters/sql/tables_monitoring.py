"""The tables of watching. Names are a contract: report tools and the dashboard read them."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Float, Index, Integer, Table, Unicode, UnicodeText

from shared.adapters.sql.schema import BigId, UtcTime, metadata

_Name = Unicode(200)
_WINDOW = (("scenario", _Name), ("window", _Name))


def _window_columns() -> tuple[Column[str], ...]:
    return tuple(Column(name, kind, primary_key=True) for name, kind in _WINDOW)


monitored_window = Table(
    "monitored_window",
    metadata,
    *_window_columns(),
    Column("source", _Name, nullable=False),
    Column("ordinal", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("repeated_rows", BigInteger, nullable=False),
    Column("model", _Name, nullable=False),
    Column("dataset", _Name, nullable=False),
    Column("reason", UnicodeText, nullable=False),
    Column("measured_at", UtcTime, nullable=False),
    Column("monitor_version", _Name, nullable=False),
)

drift = Table(
    "drift",
    metadata,
    *_window_columns(),
    Column("feature", _Name, primary_key=True),
    Column("metric", _Name, primary_key=True),
    Column("reference", Unicode(20), primary_key=True),
    Column("source", _Name, nullable=False),
    Column("ordinal", BigInteger, nullable=False),
    Column("reference_id", _Name, nullable=False),
    Column("value", Float(53)),
    Column("threshold", Float(53)),
    Column("noise", Float(53)),
    Column("verdict", _Name, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("model", _Name, nullable=False),
    Column("reason", UnicodeText, nullable=False),
    Column("measured_at", UtcTime, nullable=False),
    Column("monitor_version", _Name, nullable=False),
)

quality = Table(
    "quality",
    metadata,
    *_window_columns(),
    Column("metric", _Name, primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("source", _Name, nullable=False),
    Column("ordinal", BigInteger, nullable=False),
    Column("value", Float(53)),
    Column("expected", Float(53)),
    Column("state", _Name, nullable=False),
    Column("verdict", _Name, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("labelled", BigInteger, nullable=False),
    Column("coverage", Float(53), nullable=False),
    Column("age_hours", Float(53), nullable=False),
    Column("model", _Name, nullable=False),
    Column("reason", UnicodeText, nullable=False),
    Column("measured_at", UtcTime, nullable=False),
    Column("monitor_version", _Name, nullable=False),
)

breach = Table(
    "breach",
    metadata,
    Column("scenario", _Name, primary_key=True),
    Column("id", _Name, primary_key=True),
    Column("cause", _Name, nullable=False),
    Column("table", _Name, nullable=False),
    Column("column", _Name, nullable=False),
    Column("state", _Name, nullable=False),
    Column("action", _Name, nullable=False),
    Column("sentence", UnicodeText, nullable=False),
    Column("first_window", _Name, nullable=False),
    Column("last_window", _Name, nullable=False),
    Column("windows", Integer, nullable=False),
    Column("first_seen", UtcTime, nullable=False),
    Column("last_seen", UtcTime, nullable=False),
    Index("ix_breach_state", "scenario", "state"),
)

retrain_decision = Table(
    "retrain_decision",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=True),
    Column("scenario", _Name, nullable=False),
    Column("key", _Name, nullable=False),
    Column("reason", _Name, nullable=False),
    Column("asked", UnicodeText, nullable=False),
    Column("decided", _Name, nullable=False),
    Column("sentence", UnicodeText, nullable=False),
    Column("dataset", _Name, nullable=False),
    Column("run", _Name, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_retrain_decision_key", "scenario", "key"),
)

scorecard = Table(
    "scorecard",
    metadata,
    Column("scenario", _Name, primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("model", _Name, nullable=False),
    Column("metric", _Name, nullable=False),
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
    Column("reason", UnicodeText, nullable=False),
    Column("computed_at", UtcTime),
)

timer_beat = Table(
    "timer_beat",
    metadata,
    Column("name", _Name, primary_key=True),
    Column("fired", BigInteger, nullable=False),
    Column("late", BigInteger, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("last_late_at", UtcTime),
)
