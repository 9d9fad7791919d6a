"""Ports that keep their state in the lake, on any backend."""
