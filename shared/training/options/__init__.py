"""Options of a training run: inputs to learn from, and when its search ends."""
