"""A schema as generators of clients read it: every object and enumeration has a name, and unions are told apart.

Nothing that the schemas accept is refused afterwards, but for numbers that no 32-bit float holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

LARGEST = 3.4e38
_PLAIN = frozenset({"string", "number", "integer", "boolean", "null"})
_FACTS = {
    "title": "Facts",
    "description": "Values by name; which ones there are depends on the scenario.",
    "type": "object",
    "additionalProperties": True,
}
PLACE = "#/components/schemas/{name}"


def pascal(*words: str) -> str:
    """The words in one, each with a capital: `bank_marketing` is `BankMarketing`."""
    parts = [part for word in words for part in re.split(r"[^A-Za-z0-9]+", word) if part]
    return "".join(part[0].upper() + part[1:] for part in parts)


def camel(*words: str) -> str:
    """The words in one, the first in lower case: `pipeline_runs` is `pipelineRuns`."""
    joined = pascal(*words)
    return joined[:1].lower() + joined[1:]


def reference(name: str) -> Mapping[str, str]:
    """Where the component of that name is."""
    return {"$ref": PLACE.format(name=name)}


def tidied(components: Mapping[str, Any]) -> Mapping[str, Any]:
    """The components and those that stood nameless inside them, by name."""
    tidy = Tidy()
    for name, schema in components.items():
        tidy.components[name] = tidy.component(name, schema)
    return dict(sorted(tidy.components.items()))


class Tidy:
    """Components that were made so far."""

    def __init__(self) -> None:
        self.components: dict[str, Any] = {}

    def component(self, name: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """An object that has a name already: its fields one by one."""
        fields = schema.get("properties", {})
        made = {field: self.part(inner, name + pascal(field)) for field, inner in fields.items()}
        said = {"description": " ".join(schema["description"].split())} if "description" in schema else {}
        return {**schema, **said, **({"properties": made} if made else {})}

    def part(self, schema: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        """A schema inside another; `name` is what it is called where it needs one."""
        if "$ref" in schema:
            return {key: value for key, value in schema.items() if key != "default"}
        if "anyOf" in schema:
            return self._union(schema, name)
        if "enum" in schema:
            return self._named(name, {"type": "string", **schema})
        if schema.get("type") == "object":
            return self._object(schema, name)
        if "items" in schema:
            return {**schema, "items": self.part(schema["items"], f"{name}Item")}
        return _number(schema) if schema.get("type") == "number" else schema

    def _named(self, name: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        self.components[name] = {"title": name, **schema}
        return reference(name)

    def _object(self, schema: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        """A map by names: of one kind of value, or of any."""
        values = schema.get("additionalProperties")
        if not isinstance(values, dict) or not values:
            self.components["Facts"] = _FACTS
            return reference("Facts")
        return self._named(name, {**schema, "additionalProperties": self.part(values, f"{name}Value")})

    def _union(self, schema: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        rest = {key: value for key, value in schema.items() if key != "anyOf"}
        parts = [self.part(one, name) for one in schema["anyOf"]]
        if all(one.get("type") in _PLAIN for one in parts):
            merged = {key: value for one in parts for key, value in one.items()}
            return {**merged, "type": [one["type"] for one in parts], **rest}
        # Who reads no unions still finds in `oneOf` that null is one of two.
        alone = "discriminator" in rest or (len(parts) == 2 and {"type": "null"} in parts)  # noqa: PLR2004
        return {("oneOf" if alone else "anyOf"): parts, **rest}


def _number(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without bounds that every 32-bit float keeps; a multiple of 1 is a whole number."""
    if schema.get("multipleOf") == 1:
        return {key: value for key, value in schema.items() if key != "multipleOf"} | {"type": "integer"}
    kept = {
        key: value for key, value in schema.items() if key not in ("minimum", "maximum") or not abs(value) >= LARGEST
    }
    return kept if len(kept) == len(schema) else {**kept, "format": "float"}
