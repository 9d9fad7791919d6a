"""Decisions: from which probability a label is predicted, and the answers that this is chosen on."""
