"""A planted defect: it takes one safeguard away, and names the test that must fail then."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutation:
    """In `file` the text `find`, which stands there once, becomes `put`; at least one of `tests` fails then."""

    name: str
    file: str
    find: str
    put: str
    tests: tuple[str, ...]


def mutation(name: str, file: str, find: str, put: str, *tests: str) -> Mutation:
    """A mutation, its tests named below `tests/`."""
    return Mutation(name, file, find, put, tuple(f"tests/{test}" for test in tests))
