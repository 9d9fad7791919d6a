"""A drop arrives: it becomes a dataset version, and training is requested."""
