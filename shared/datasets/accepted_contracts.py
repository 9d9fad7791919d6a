"""Accepted contracts in the lake, `contracts/<scenario>/<number>.json`, and the scenarios that follow the newest."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from shared.core.errors import Corrupt, Fault
from shared.core.paths import contract_path, contracts_folder
from shared.datasets.contract_change import Change, Contract, contract_of, widened

if TYPE_CHECKING:
    from pathlib import Path

    from shared.core.ports import Lake
    from shared.core.scenario import Scenario, Scenarios

type _Known = tuple[float, Contract | None, Scenario]
# How long a process may follow a contract that was just replaced; a message is worked on under the newest.
_SECONDS = 5.0


def newest_contract(lake: Lake, scenario: str) -> Contract | None:
    """What was accepted last, or None; Corrupt when it cannot be read."""
    numbers = contract_numbers(lake, scenario)
    return read_contract(lake, scenario, numbers[-1]) if numbers else None


def contract_numbers(lake: Lake, scenario: str) -> list[int]:
    """The numbers of the scenario's accepted contracts, in order."""
    folder = contracts_folder(scenario)
    names = (blob.path.removeprefix(folder).removesuffix(".json") for blob in lake.list(folder))
    return sorted(int(name) for name in names if name.isdigit())


def read_contract(lake: Lake, scenario: str, number: int) -> Contract:
    """The accepted contract of that number."""
    path = contract_path(scenario, number)
    with lake.open(path) as source:
        content = source.read()
    return parsed_contract(content, path)


def accepted_changes(file: Path | None) -> tuple[Change, ...]:
    """What was accepted by the copy of a contract that a job was given; nothing without one."""
    return parsed_contract(file.read_bytes(), file.name).changes if file else ()


def parsed_contract(content: bytes, name: str) -> Contract:
    """The accepted contract in a file of that name; Corrupt when it holds none."""
    try:
        return contract_of(json.loads(content))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Corrupt(f"{name} is no accepted contract ({error!r}); remove it, and accept its drop again.") from error


def accepted_scenario(declared: Scenario, lake: Lake) -> Scenario:
    """The scenario with what was accepted for it; a worker without it must not guess, so a fault is raised."""
    contract = newest_contract(lake, declared.name)
    return widened(declared, contract.changes if contract else ())


class AcceptedScenarios(Mapping[str, "Scenario"]):
    """The declared scenarios, each with what was accepted for it; a lake that is away leaves what is known."""

    def __init__(self, declared: Scenarios, lake: Lake) -> None:
        self._declared = declared
        self._lake = lake
        self._known: dict[str, _Known] = {}
        self._away = -_SECONDS

    @property
    def declared(self) -> Scenarios:
        """The scenarios without what was accepted."""
        return self._declared

    def __getitem__(self, name: str) -> Scenario:
        known = self._known.get(name)
        if known is not None and time.monotonic() - known[0] < _SECONDS:
            return known[2]
        return self._looked(name, known)

    def renew(self, name: str) -> None:
        """Look again when what is known is half as old as it may become."""
        known = self._known.get(name)
        if known is not None and time.monotonic() - known[0] >= _SECONDS / 2:
            self._looked(name, known)

    def _looked(self, name: str, known: _Known | None) -> Scenario:
        declared = self._declared[name]
        # The declared contract is the stricter one: it refuses, and it never reads otherwise.
        last = known[2] if known else declared
        if time.monotonic() - self._away < _SECONDS:
            return last
        try:
            contract = newest_contract(self._lake, name)
        except Fault:
            # One question to a lake that is away takes its time: the next is asked in some seconds.
            self._away = time.monotonic()
            return last
        # The same object while nothing is accepted: others keep what they made of it.
        same = known is not None and known[1] == contract
        found = known[2] if known and same else widened(declared, contract.changes if contract else ())
        self._known[name] = (time.monotonic(), contract, found)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._declared)

    def __len__(self) -> int:
        return len(self._declared)

    def __contains__(self, name: object) -> bool:
        return name in self._declared

    def known(self, name: str) -> tuple[Scenario | None, float]:
        """The scenario as it is known, and until when (monotonic) the lake is not asked for it."""
        known = self._known.get(name)
        return (None, 0.0) if known is None else (known[2], known[0] + _SECONDS)

    def refresh(self) -> None:
        """Look again at the next use of each, also where the lake was away."""
        self._away = -_SECONDS
        self._known = {name: (-_SECONDS, *known[1:]) for name, known in self._known.items()}


def declared_ones(scenarios: Scenarios) -> Scenarios:
    """The scenarios as they are declared, without a look into the lake."""
    return scenarios.declared if isinstance(scenarios, AcceptedScenarios) else scenarios


def known_scenario(scenarios: Scenarios, name: str) -> tuple[Scenario | None, float]:
    """The scenario of that name as it is known, and until when (monotonic) that is so without a look into the lake."""
    return scenarios.known(name) if isinstance(scenarios, AcceptedScenarios) else (scenarios.get(name), math.inf)


def renew_scenario(scenarios: Scenarios, name: str) -> None:
    """Look into the lake before what is known of the scenario is too old."""
    if isinstance(scenarios, AcceptedScenarios):
        scenarios.renew(name)


def refresh(scenarios: Mapping[str, Any]) -> None:
    """Follow the newest accepted contracts from now on."""
    if isinstance(scenarios, AcceptedScenarios):
        scenarios.refresh()
