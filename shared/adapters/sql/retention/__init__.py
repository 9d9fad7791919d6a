"""Removing from SQL what has had its time."""
