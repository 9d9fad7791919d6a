"""Drift of one window: its rows are read, compared with their references, and measured."""
