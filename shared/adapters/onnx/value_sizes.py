"""Sizes that depend on the values of a request: one number in one row could ask for any amount of memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from shared.core.errors import Refused

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto

# By operator the inputs that say how large the result is; those from the third on are optional.
_SIZES = {
    "ConstantOfShape": (0,),
    "Expand": (1,),
    "OneHot": (1,),
    "Range": (0, 1, 2),
    "Reshape": (1,),
    "Slice": (1, 2, 3, 4),
    "Split": (1,),
    "Tile": (1, 2),
    "TopK": (1,),
}


def check_sizes(graph: GraphProto) -> None:
    """Refused names the first operator whose result's size follows from values of the model's input."""
    followers = _following(graph)
    for node in graph.node:
        sizes = [node.input[place] for place in _SIZES.get(node.op_type, ()) if place < len(node.input)]
        if any(name in followers for name in sizes):
            raise Refused(
                f"The size of what the model's operator {node.op_type} makes depends on the values of a request; "
                "accepted: sizes that are constant or follow from the number of rows."
            )


def _following(graph: GraphProto) -> set[str]:
    """The names of all tensors whose values follow from those of the input, whatever the order of the nodes."""
    readers: dict[str, list[NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    constants = {tensor.name for tensor in graph.initializer}
    found: set[str] = set()
    waiting = [value.name for value in graph.input if value.name not in constants]
    while waiting:
        name = waiting.pop()
        if name and name not in found:
            found.add(name)
            waiting.extend(_made_from(readers.get(name, ())))
    return found


def _made_from(nodes: Iterable[NodeProto]) -> list[str]:
    # A tensor's shape says nothing of its values.
    return [name for node in nodes if node.op_type != "Shape" for name in node.output]
