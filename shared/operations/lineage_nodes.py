"""A graph of lineage as values: what there is, and what came of what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

NodeKind = Literal["file", "dataset", "run", "model", "release", "input", "window", "prediction"]
# What of one kind is drawn one by one; the rest is one node.
MOST = 10


@dataclass(frozen=True, slots=True)
class Node:
    """A thing of the graph: `of` names it to the graph of itself, `state` is its own, `target` whether it was named."""

    id: str
    kind: NodeKind
    name: str
    detail: str = ""
    state: str = ""
    of: str = ""
    scenario: str = ""
    target: bool = False


@dataclass(slots=True)
class Graph:
    """Nodes by id, in the order in which they were found, and edges from what was first to what came of it."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[tuple[str, str], None] = field(default_factory=dict)

    def add(self, node: Node, *after: str) -> str:
        """Keep the node, as the target if it ever was, after those that led to it; returns its id."""
        known = self.nodes.get(node.id)
        if known is None or node.target:
            self.nodes[node.id] = node
        for earlier in after:
            self.edges[earlier, node.id] = None
        return node.id


def graph_json(graph: Graph) -> Mapping[str, object]:
    """The graph as JSON values."""
    return {"nodes": list(graph.nodes.values()), "edges": [list(edge) for edge in graph.edges]}
