"""Batch predictions: windows, scoring, telemetry windows, backfill, rebuild, revisions."""
