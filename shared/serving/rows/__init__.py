"""Rows of a request: their types for the decoder, and the forms in which they become a matrix."""
