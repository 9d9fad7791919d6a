"""What every room needs from the machine: threads, the cost of a step, and small JSON files."""
