"""Watching: drift per window, quality with late labels, triage, scorecards, the retrain governor, alerts."""
