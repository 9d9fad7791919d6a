"""A year of a plant, played in minutes on the real functions: which faults occur, and how the system handles them."""
