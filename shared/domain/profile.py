"""What a profile says: names of the parts that others judge and draw. The values are JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Described:
    """A table's own profile, and its rows counted in the cells of a baseline (per column; empty without one).

    The profile depends on the rows only: equal tables have equal profiles, whatever they are compared with.
    """

    profile: Mapping[str, Any]
    against: Mapping[str, Mapping[str, Any]]


def dataset_profile(
    tables: Mapping[str, Mapping[str, Any]],
    statistics: Mapping[str, float | None],
    words: Mapping[str, list[str]] | None = None,
) -> dict[str, Any]:
    """The content of profile.json: a profile per table, the scenario's own statistics by name, each label's words."""
    return {"schema": SCHEMA, "tables": dict(tables), "statistics": dict(statistics), "words": dict(words or {})}
