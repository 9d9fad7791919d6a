"""Monitoring: drift per window, quality with late labels, triage of issues, scorecards, the retrain governor."""
