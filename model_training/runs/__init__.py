"""The training worker: the steps of a run in order, tracking, threads."""
