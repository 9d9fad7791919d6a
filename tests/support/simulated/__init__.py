"""Seeded lives of an installation: real workflows on the real host's triggers, in virtual time."""
