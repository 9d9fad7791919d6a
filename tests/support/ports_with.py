"""Ports with one of them exchanged, for tests that make a single backend fail."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shared.ports import Ports


def ports_with(ports: Ports, **exchanged: Any) -> Ports:
    """The bundles with these ports instead of theirs, each named `<room>__<port>`."""
    for name, port in exchanged.items():
        room, _, field = name.partition("__")
        ports = replace(ports, **{room: replace(getattr(ports, room), **{field: port})})
    return ports
