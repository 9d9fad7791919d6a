"""The database: engine, driver, dialects, types and faults."""
