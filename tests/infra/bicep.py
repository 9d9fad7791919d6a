"""Bicep files read by their grammar: what is declared, with which values. No compiler is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import tree_sitter_bicep
from tree_sitter import Language, Node, Parser

FOLDER = Path(__file__).parents[2] / "infra"


class Code(str):
    """An expression, as it is written."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A resource or module: its symbol, its type with version (or path), and its body. `looped` bodies come once."""

    symbol: str
    kind: str
    body: dict[str, Any]
    existing: bool
    looped: bool


@dataclass(frozen=True, slots=True)
class Template:
    """What a file declares. `parameters` says of each whether it must be given."""

    path: Path
    parameters: dict[str, bool] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    resources: list[Item] = field(default_factory=list)
    modules: list[Item] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    names_used: set[str] = field(default_factory=set)

    def resource(self, kind: str) -> dict[str, Any]:
        """The body of the one resource of that type that is made here."""
        (found,) = [one.body for one in self.resources if one.kind.partition("@")[0] == kind and not one.existing]
        return found

    def module(self, symbol: str) -> dict[str, Any]:
        """The parameters of that module."""
        (found,) = [one.body["params"] for one in self.modules if one.symbol == symbol]
        return dict(found)


def files() -> list[Path]:
    """Every Bicep file of the project."""
    return sorted(FOLDER.rglob("*.bicep"))


@cache
def read(path: Path) -> Template:
    """The template; SyntaxError names the line the grammar does not accept."""
    tree = Parser(Language(tree_sitter_bicep.language())).parse(path.read_bytes())
    _refuse_errors(tree.root_node, path)
    template = Template(path)
    for node in tree.root_node.children:
        _declare(template, node)
    return template


def _refuse_errors(node: Node, path: Path) -> None:
    if node.type == "ERROR" or node.is_missing:
        raise SyntaxError(f"{path.name}, line {node.start_point[0] + 1}: not Bicep: {_text(node)[:60]}")
    for child in node.children:
        _refuse_errors(child, path)


def _declare(template: Template, node: Node) -> None:
    names = [child for child in node.children if child.type == "identifier"]
    if node.type == "parameter_declaration":
        template.parameters[_text(names[0])] = not any(child.type == "=" for child in node.children)
    elif node.type == "variable_declaration":
        template.variables[_text(names[0])] = _value(node.children[-1])
    elif node.type == "output_declaration":
        template.outputs[_text(names[0])] = _value(node.children[-1])
    elif node.type in ("resource_declaration", "module_declaration"):
        item = _item(node, _text(names[0]))
        (template.resources if node.type == "resource_declaration" else template.modules).append(item)
    template.names_used.update(_names(node) - {_text(one) for one in names[:1]})


def _item(node: Node, symbol: str) -> Item:
    kind = next(_text(child)[1:-1] for child in node.children if child.type == "string")
    existing = any(child.type == "existing" for child in node.children)
    body, looped = node.children[-1], node.children[-1].type != "object"
    while body.type != "object":
        # A loop or a condition around the body.
        body = next(child for child in reversed(body.children) if child.is_named)
    return Item(symbol, kind, _value(body), existing, looped)


def _value(node: Node) -> Any:
    if node.type == "object":
        return dict(_entry(child) for child in node.children if child.type == "object_property")
    if node.type == "array":
        return [_value(child) for child in node.children if child.is_named and child.type != "comment"]
    if node.type == "string":
        return _text(node)[1:-1]
    if node.type == "boolean":
        return _text(node) == "true"
    if node.type == "number":
        return int(_text(node))
    return Code(_text(node))


def _entry(node: Node) -> tuple[str, Any]:
    key, value = (child for child in node.children if child.is_named and child.type != "comment")
    return _text(key).strip("'"), _value(value)


def _names(node: Node) -> set[str]:
    found = {_text(node)} if node.type == "identifier" else set()
    return found.union(*map(_names, node.children))


def _text(node: Node) -> str:
    return (node.text or b"").decode()
