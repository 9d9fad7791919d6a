"""Seeded data with the schema and a signal of the real thing, so that everything runs without it."""
