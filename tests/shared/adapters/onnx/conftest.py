"""The small model of the support folder, as fixtures."""

from small_model import contract, graph, job, load, model, rows, scenario

__all__ = ["contract", "graph", "job", "load", "model", "rows", "scenario"]
