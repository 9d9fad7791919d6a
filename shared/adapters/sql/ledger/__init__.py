"""Ledger, history, outbox and reopening in SQL."""
