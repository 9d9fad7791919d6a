"""A year of a plant, played in minutes on the real functions: what goes wrong, and what the system makes of it."""
