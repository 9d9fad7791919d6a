"""Telemetry in Azure Data Explorer: what is asked, how it is answered, and the files that keep the answers."""
