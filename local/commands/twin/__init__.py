"""Verbs of the local twin: what Azure does by itself, a person does here by hand."""
