"""What data looks like: profiles, distances, drift, the baseline, the history, and the check of a dataset version."""
