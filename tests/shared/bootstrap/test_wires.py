"""The composition root: each port of each room is an object that has the port's methods."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from typing import Any, Protocol

import pytest
from world import World

from shared.ports import Ports

ROOMS = tuple(each.name for each in fields(Ports))


def declared(room: str, world: World) -> Iterator[tuple[str, type, Any]]:
    """Name, protocol and value of the room's ports; what is no port (a clock, a name) is left out."""
    module, bundle = import_module(f"shared.{room}.ports"), getattr(world.ports, room)
    for each in fields(bundle):
        protocol = getattr(module, str(each.type), None)
        if inspect.isclass(protocol) and Protocol in protocol.__mro__:
            yield each.name, protocol, getattr(bundle, each.name)


def methods(protocol: type) -> Iterator[tuple[str, Any]]:
    """What the port promises."""
    names = (name for base in protocol.__mro__ if Protocol in base.__mro__ for name in vars(base))
    return ((name, getattr(protocol, name)) for name in dict.fromkeys(names) if not name.startswith("_"))


def problems(value: Any, protocol: type) -> Iterator[str]:
    """Methods that the object lacks, and parameters that it does not take by the port's names."""
    for name, promised in methods(protocol):
        wired = getattr(value, name, None)
        if wired is None:
            yield f"{name} is missing"
        elif callable(promised):
            accepted = inspect.signature(wired).parameters
            absent = set(inspect.signature(promised).parameters) - {"self"} - set(accepted)
            if absent and not any(each.kind is each.VAR_KEYWORD for each in accepted.values()):
                yield f"{name} does not take {', '.join(sorted(absent))}"


@pytest.mark.parametrize("room", ROOMS)
def test_every_wire_leads_to_an_object_with_the_methods_of_its_port(room: str, world: World) -> None:
    """A wire is text ("module:Class") that no type checker follows: its class exists and takes what the port says."""
    found = {name: list(problems(value, protocol)) for name, protocol, value in declared(room, world)}
    assert {name: problem for name, problem in found.items() if problem} == {}


def test_every_room_has_ports_to_check(world: World) -> None:
    """The check above is not empty anywhere."""
    assert {room for room in ROOMS if not list(declared(room, world))} == set()
