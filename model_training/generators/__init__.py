"""Seeded data with the schema and a signal like the real data, so that everything runs without it."""
