"""Ports that keep their state in the lake, whichever lake it is."""
