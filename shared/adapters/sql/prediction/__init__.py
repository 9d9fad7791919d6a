"""Windows, prediction rows, corrections and readings in SQL."""
