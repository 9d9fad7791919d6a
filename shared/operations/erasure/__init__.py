"""Erasure: every row about one person is taken out of lake, database and logs, on request and with approval."""
