"""Intake: an arriving drop is checked, becomes a dataset version, and requests training."""
