"""Bring whoever serves to the state that SQL holds: versions ready first, then traffic, then what is left over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.errors import Fault, Missing
from shared.release.traffic import Traffic, traffic_of
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


KIND = "endpoint"


def wanted(ports: ReleasePorts, scenario: str, environment: str) -> Traffic:
    """The traffic that the pointer and the rollout ask for."""
    current = ports.release.deployments.current(scenario, environment)
    return traffic_of(current, ports.release.rollouts.current(scenario, environment))


def follow(ports: ReleasePorts, scenario: str, environment: str) -> None:
    """Deploy, route and retire as far as it goes now; nothing is called when all of it is done.

    What the target cannot do yet holds nobody up: the state counts, history tells, and the next sweep goes on.
    """
    key = f"{scenario}/{environment}"
    try:
        acted = _converge(ports, scenario, environment, key)
    except Fault as fault:
        ports.core.ledger.note(KIND, key, "failed" if fault.permanent else "waiting", fault.reason)
        return
    if acted:
        ports.core.ledger.note(KIND, key, "done", "Requests are sent as the pointer and the rollout ask.")


def _converge(ports: ReleasePorts, scenario: str, environment: str, key: str) -> bool:
    traffic = wanted(ports, scenario, environment)
    there = ports.release.endpoints.state(scenario, environment).meets(traffic)
    entry = ports.core.history.find(KIND, key)
    begun = entry is not None and entry.state != "done"
    if there and not begun:
        return False
    if not begun:
        # Whoever dies in between is followed by a sweep that retires as well.
        ports.core.ledger.note(KIND, key, "waiting", "Requests are to be sent differently from now on.")
    if not there:
        for version in sorted(traffic.versions):
            ports.release.endpoints.deploy(environment, _model(ports, scenario, version))
        ports.release.endpoints.route(scenario, environment, traffic)
    # What served before stays ready: a rollback may not wait for it.
    earlier = [one.version for one in ports.release.deployments.list(scenario, environment)]
    ports.release.endpoints.retire(scenario, environment, traffic.versions | frozenset(earlier[-2:]))
    return True


def _model(ports: ReleasePorts, scenario: str, version: int) -> Model:
    model = ports.training.registry.find(scenario, version)
    if model is None:
        raise Missing(f"{scenario}:{version} is not in the registry any more.")
    return model
