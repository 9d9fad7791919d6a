"""From hourly telemetry and maintenance records to the rows a failure model learns from."""
