"""Verbs about certificates."""
