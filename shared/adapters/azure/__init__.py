"""Azure's clients, credentials and retries, Event Grid and Application Insights."""
