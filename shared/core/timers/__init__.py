"""Timers: their schedules, and which of them are late."""
