"""Telemetry in Azure Data Explorer: queries, answers, and the files that store the rows."""
