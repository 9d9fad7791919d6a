"""The schema that numbered SQL files made before Alembic, whole: version 4."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from shared.adapters.sql.migrations import column_types as ct

revision = "0004"
down_revision = None


def upgrade() -> None:
    """Bring the schema to version 4."""
    op.create_table(
        "alert_delivery",
        sa.Column("alert_id", ct.short(200), nullable=False),
        sa.Column("target", ct.short(200), nullable=False),
        sa.Column("alert", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", ct.instant(), nullable=False),
        sa.Column("state", ct.short(200), nullable=False),
        sa.Column("reason", ct.long_text(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", "target"),
    )
    op.create_index("ix_alert_delivery_state", "alert_delivery", ["state", "due"])

    op.create_table(
        "approval",
        sa.Column("id", ct.short(64), nullable=False),
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", ct.short(64), nullable=False),
        sa.Column("environment", ct.short(200), nullable=False),
        sa.Column("certificate", ct.short(64), nullable=False),
        sa.Column("nonce", ct.short(200), nullable=False),
        sa.Column("expires", ct.instant(), nullable=False),
        sa.Column("requested_by", ct.short(200), nullable=False),
        sa.Column("requested_at", ct.instant(), nullable=False),
        sa.Column("why", ct.long_text(), nullable=False),
        sa.Column("override", sa.Integer(), nullable=False),
        sa.Column("state", ct.short(200), nullable=False),
        sa.Column("decided_by", ct.short(200), nullable=False),
        sa.Column("decided_at", ct.instant()),
        sa.Column("reason", ct.long_text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_approval_scenario", "approval", ["scenario", "version"])

    op.create_table(
        "breach",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("id", ct.short(200), nullable=False),
        sa.Column("cause", ct.short(200), nullable=False),
        sa.Column("table", ct.short(200), nullable=False),
        sa.Column("column", ct.short(200), nullable=False),
        sa.Column("state", ct.short(200), nullable=False),
        sa.Column("action", ct.short(200), nullable=False),
        sa.Column("sentence", ct.long_text(), nullable=False),
        sa.Column("first_window", ct.short(200), nullable=False),
        sa.Column("last_window", ct.short(200), nullable=False),
        sa.Column("windows", sa.Integer(), nullable=False),
        sa.Column("first_seen", ct.instant(), nullable=False),
        sa.Column("last_seen", ct.instant(), nullable=False),
        sa.PrimaryKeyConstraint("scenario", "id"),
    )
    op.create_index("ix_breach_state", "breach", ["scenario", "state"])

    op.create_table(
        "correction",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("window", ct.short(200), nullable=False),
        sa.Column("base", ct.short(200), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("deployment", sa.JSON(), nullable=False),
        sa.Column("by", ct.short(200), nullable=False),
        sa.Column("reason", ct.long_text(), nullable=False),
        sa.Column("created_at", ct.instant(), nullable=False),
        sa.PrimaryKeyConstraint("scenario", "window"),
        sa.UniqueConstraint("scenario", "base", "revision"),
    )
    op.create_table(
        "dataset_version",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("id", ct.short(200), nullable=False),
        sa.Column("digest", ct.short(64), nullable=False),
        sa.Column("tables", sa.JSON(), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("created_at", ct.instant(), nullable=False),
        sa.PrimaryKeyConstraint("scenario", "id"),
        sa.UniqueConstraint("scenario", "digest"),
    )
    op.create_table(
        "deployment",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("environment", ct.short(200), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("model", ct.short(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", ct.short(64), nullable=False),
        sa.Column("at", ct.instant(), nullable=False),
        sa.Column("by", ct.short(200), nullable=False),
        sa.Column("reason", ct.long_text(), nullable=False),
        sa.PrimaryKeyConstraint("scenario", "environment", "generation"),
    )
    op.create_table(
        "drift",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("window", ct.short(200), nullable=False),
        sa.Column("feature", ct.short(200), nullable=False),
        sa.Column("metric", ct.short(200), nullable=False),
        sa.Column("reference", ct.short(20), nullable=False),
        sa.Column("source", ct.short(200), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("reference_id", ct.short(200), nullable=False),
        sa.Column("value", sa.Float(precision=53)),
        sa.Column("threshold", sa.Float(precision=53)),
        sa.Column("noise", sa.Float(precision=53)),
        sa.Column("verdict", ct.short(200), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("model", ct.short(200), nullable=False),
        sa.Column("reason", ct.long_text(), nullable=False),
        sa.Column("measured_at", ct.instant(), nullable=False),
        sa.Column("monitor_version", ct.short(200), nullable=False),
        sa.PrimaryKeyConstraint("scenario", "window", "feature", "metric", "reference"),
    )
    op.create_table(
        "gate_certificate",
        sa.Column("name", ct.short(200), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", ct.short(64), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("model", ct.short(200), nullable=False),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.Column("digest", ct.short(64), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", "sha256"),
    )
    op.create_table(
        "journal",
        sa.Column("id", ct.big_id(), autoincrement=True, nullable=False),
        sa.Column("at", ct.instant(), nullable=False),
        sa.Column("kind", ct.short(200), nullable=False),
        sa.Column("key", ct.short(1200), nullable=False),
        sa.Column("state", ct.short(200), nullable=False),
        sa.Column("reason", ct.long_text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "ledger",
        sa.Column("kind", ct.short(200), nullable=False),
        sa.Column("key", ct.short(1200), nullable=False),
        sa.Column("state", ct.short(200), nullable=False),
        sa.Column("reason", ct.long_text(), nullable=False),
        sa.Column("at", ct.instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("last_repeat_at", ct.instant()),
        sa.Column("token", ct.short(200), nullable=False),
        sa.Column("expires", ct.instant()),
        sa.Column("message", ct.long_text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("last", ct.big_id(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", mssql_clustered=False),
    )
    op.create_index("ix_ledger_state", "ledger", ["state"])

    op.create_table(
        "model_version",
        sa.Column("name", ct.short(200), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("run", ct.short(200), nullable=False),
        sa.Column("dataset", ct.short(200), nullable=False),
        sa.Column("sha256", ct.short(64), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.Column("folder", ct.short(1200), nullable=False),
        sa.Column("state", ct.short(200), nullable=False),
        sa.Column("created_at", ct.instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", "version"),
        sa.UniqueConstraint("run"),
    )
    op.create_table(
        "monitored_window",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("window", ct.short(200), nullable=False),
        sa.Column("source", ct.short(200), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("repeated_rows", sa.BigInteger(), nullable=False),
        sa.Column("model", ct.short(200), nullable=False),
        sa.Column("dataset", ct.short(200), nullable=False),
        sa.Column("reason", ct.long_text(), nullable=False),
        sa.Column("measured_at", ct.instant(), nullable=False),
        sa.Column("monitor_version", ct.short(200), nullable=False),
        sa.PrimaryKeyConstraint("scenario", "window"),
    )
    op.create_table(
        "outbox",
        sa.Column("seq", ct.big_id(), autoincrement=True, nullable=False),
        sa.Column("id", ct.short(200), nullable=False),
        sa.Column("type", ct.short(200), nullable=False),
        sa.Column("source", ct.short(200), nullable=False),
        sa.Column("subject", ct.short(1200), nullable=False),
        sa.Column("time", ct.instant(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_outbox_sent", "outbox", ["sent", "seq"])

    op.create_table(
        "pipeline_schedule",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("name", ct.short(200), nullable=False),
        sa.Column("experiment", ct.long_text(), nullable=False),
        sa.Column("dataset", ct.long_text(), nullable=False),
        sa.Column("profile", ct.short(200), nullable=False),
        sa.Column("frequency", ct.short(200), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("start", ct.instant(), nullable=False),
        sa.Column("digest", ct.short(64), nullable=False),
        sa.Column("created_at", ct.instant(), nullable=False),
        sa.Column("due", ct.instant(), nullable=False),
        sa.Column("state", ct.short(200), nullable=False),
        sa.Column("stopped_at", ct.instant()),
        sa.Column("last_due", ct.instant()),
        sa.Column("last_run", ct.short(200), nullable=False),
        sa.Column("reason", ct.long_text(), nullable=False),
        sa.PrimaryKeyConstraint("scenario", "name"),
    )
    op.create_index("ix_pipeline_schedule_due", "pipeline_schedule", ["state", "due"])

    op.create_table(
        "prediction_commit",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("window", ct.short(200), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("path", ct.short(1200), nullable=False),
        sa.Column("sha256", ct.short(64), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("failed_rows", sa.BigInteger(), nullable=False),
        sa.Column("plan_sha256", ct.short(64), nullable=False),
        sa.Column("model", ct.short(200), nullable=False),
        sa.Column("model_sha256", ct.short(64), nullable=False),
        sa.Column("run", ct.short(200), nullable=False),
        sa.Column("dataset", ct.short(200), nullable=False),
        sa.Column("scored_at", ct.instant(), nullable=False),
        sa.PrimaryKeyConstraint("scenario", "window"),
    )
    op.create_index("ix_prediction_commit_model", "prediction_commit", ["scenario", "model"])
    op.create_index("ix_prediction_commit_ordinal", "prediction_commit", ["scenario", "ordinal"])

    op.create_table(
        "prediction_revision",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("window", ct.short(200), nullable=False),
        sa.Column("base", ct.short(200), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("committed_at", ct.instant(), nullable=False),
        sa.Column("superseded_at", ct.instant()),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scenario", "window"),
        sa.UniqueConstraint("scenario", "base", "revision"),
    )
    op.create_table(
        "prediction_source",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("window", ct.short(200), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("path", ct.short(1200), nullable=False),
        sa.Column("etag", ct.short(200), nullable=False),
        sa.PrimaryKeyConstraint("scenario", "window", "position"),
    )
    op.create_index("ix_prediction_source_path", "prediction_source", ["path"])

    op.create_table(
        "quality",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("window", ct.short(200), nullable=False),
        sa.Column("metric", ct.short(200), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", ct.short(200), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Float(precision=53)),
        sa.Column("expected", sa.Float(precision=53)),
        sa.Column("state", ct.short(200), nullable=False),
        sa.Column("verdict", ct.short(200), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("labelled", sa.BigInteger(), nullable=False),
        sa.Column("coverage", sa.Float(precision=53), nullable=False),
        sa.Column("age_hours", sa.Float(precision=53), nullable=False),
        sa.Column("model", ct.short(200), nullable=False),
        sa.Column("reason", ct.long_text(), nullable=False),
        sa.Column("measured_at", ct.instant(), nullable=False),
        sa.Column("monitor_version", ct.short(200), nullable=False),
        sa.PrimaryKeyConstraint("scenario", "window", "metric", "revision"),
    )
    op.create_table(
        "reading",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("entity", ct.short(200), nullable=False),
        sa.Column("at", ct.instant(), nullable=False),
        sa.Column("measured", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("scenario", "entity", "at"),
    )
    op.create_table(
        "retrain_decision",
        sa.Column("seq", ct.big_id(), autoincrement=True, nullable=False),
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("key", ct.short(200), nullable=False),
        sa.Column("reason", ct.short(200), nullable=False),
        sa.Column("asked", ct.long_text(), nullable=False),
        sa.Column("decided", ct.short(200), nullable=False),
        sa.Column("sentence", ct.long_text(), nullable=False),
        sa.Column("dataset", ct.short(200), nullable=False),
        sa.Column("run", ct.short(200), nullable=False),
        sa.Column("at", ct.instant(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("ix_retrain_decision_key", "retrain_decision", ["scenario", "key"])

    op.create_table(
        "rollout",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("environment", ct.short(200), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", ct.short(64), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("state", ct.short(200), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("at", ct.instant(), nullable=False),
        sa.Column("by", ct.short(200), nullable=False),
        sa.Column("reason", ct.long_text(), nullable=False),
        sa.PrimaryKeyConstraint("scenario", "environment", "number"),
    )
    op.create_table(
        "run",
        sa.Column("id", ct.short(200), nullable=False),
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("dataset", ct.short(200), nullable=False),
        sa.Column("request", ct.short(200), nullable=False),
        sa.Column("state", ct.short(200), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", ct.long_text(), nullable=False),
        sa.Column("created_at", ct.instant(), nullable=False),
        sa.Column("updated_at", ct.instant(), nullable=False),
        sa.Column("profile", ct.short(200), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("request"),
    )
    op.create_table(
        "scorecard",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("model", ct.short(200), nullable=False),
        sa.Column("metric", ct.short(200), nullable=False),
        sa.Column("promoted_at", ct.instant(), nullable=False),
        sa.Column("predicted_gain", sa.Float(precision=53)),
        sa.Column("realised_gain", sa.Float(precision=53)),
        sa.Column("windows_before", sa.Integer(), nullable=False),
        sa.Column("windows_after", sa.Integer(), nullable=False),
        sa.Column("data_event_at", ct.instant()),
        sa.Column("hours_to_production", sa.Float(precision=53)),
        sa.Column("seconds", sa.JSON(), nullable=False),
        sa.Column("cost", sa.JSON(), nullable=False),
        sa.Column("timers", sa.JSON(), nullable=False),
        sa.Column("reason", ct.long_text(), nullable=False),
        sa.Column("computed_at", ct.instant()),
        sa.PrimaryKeyConstraint("scenario", "generation"),
    )
    op.create_table(
        "serving_health",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("environment", ct.short(200), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role", ct.short(200), nullable=False),
        sa.Column("minute", ct.instant(), nullable=False),
        sa.Column("instance", ct.short(200), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("latency", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("scenario", "environment", "generation", "version", "role", "minute", "instance"),
    )
    op.create_table(
        "telemetry_window",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("start", ct.instant(), nullable=False),
        sa.Column("end", ct.instant(), nullable=False),
        sa.Column("window", ct.short(200), nullable=False),
        sa.Column("query", ct.long_text(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("sha256", ct.short(64), nullable=False),
        sa.Column("at", ct.instant(), nullable=False),
        sa.PrimaryKeyConstraint("scenario", "start"),
    )
    op.create_table(
        "timer_beat",
        sa.Column("name", ct.short(200), nullable=False),
        sa.Column("fired", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.BigInteger(), nullable=False),
        sa.Column("last_at", ct.instant(), nullable=False),
        sa.Column("last_late_at", ct.instant()),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "window",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("id", ct.short(200), nullable=False),
        sa.Column("ordinal", sa.BigInteger(), nullable=False),
        sa.Column("state", ct.short(200), nullable=False),
        sa.Column("created_at", ct.instant(), nullable=False),
        sa.Column("reason", ct.long_text(), nullable=False),
        sa.PrimaryKeyConstraint("scenario", "id"),
        sa.UniqueConstraint("scenario", "ordinal"),
    )
    op.create_table(
        "window_input",
        sa.Column("scenario", ct.short(200), nullable=False),
        sa.Column("input", ct.short(1200), nullable=False),
        sa.Column("window", ct.short(200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scenario", "window"],
            ["window.scenario", "window.id"],
        ),
        sa.PrimaryKeyConstraint("scenario", "input", mssql_clustered=False),
    )
    op.create_index("ix_window_input_window", "window_input", ["scenario", "window"])
