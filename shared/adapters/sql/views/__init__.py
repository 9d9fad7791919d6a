"""Views that people and report tools read."""
