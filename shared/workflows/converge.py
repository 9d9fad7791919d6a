"""Bring whoever serves to the state that SQL holds: versions ready first, then traffic, then what is left over."""

from __future__ import annotations

from shared.domain.records import Model
from shared.errors import Fault, Missing
from shared.ports import Ports
from shared.ports.serving import Traffic, traffic_of

KIND = "endpoint"


def wanted(ports: Ports, scenario: str, environment: str) -> Traffic:
    """The traffic that the pointer and the rollout ask for."""
    current = ports.deployments.current(scenario, environment)
    return traffic_of(current, ports.rollouts.current(scenario, environment))


def follow(ports: Ports, scenario: str, environment: str) -> None:
    """Deploy, route and retire as far as it goes now; nothing is called when all of it is done.

    What the target cannot do yet holds nobody up: the state counts, history tells, and the next sweep goes on.
    """
    key = f"{scenario}/{environment}"
    try:
        acted = _converge(ports, scenario, environment, key)
    except Fault as fault:
        ports.ledger.note(KIND, key, "failed" if fault.permanent else "waiting", fault.reason)
        return
    if acted:
        ports.ledger.note(KIND, key, "done", "Requests are sent as the pointer and the rollout ask.")


def _converge(ports: Ports, scenario: str, environment: str, key: str) -> bool:
    traffic = wanted(ports, scenario, environment)
    there = ports.serving.state(scenario, environment).meets(traffic)
    entry = ports.history.find(KIND, key)
    begun = entry is not None and entry.state != "done"
    if there and not begun:
        return False
    if not begun:
        # Whoever dies in between is followed by a sweep that retires as well.
        ports.ledger.note(KIND, key, "waiting", "Requests are to be sent differently from now on.")
    if not there:
        for version in sorted(traffic.versions):
            ports.serving.deploy(environment, _model(ports, scenario, version))
        ports.serving.route(scenario, environment, traffic)
    # What served before stays ready: a rollback may not wait for it.
    earlier = [one.version for one in ports.deployments.list(scenario, environment)]
    ports.serving.retire(scenario, environment, traffic.versions | frozenset(earlier[-2:]))
    return True


def _model(ports: Ports, scenario: str, version: int) -> Model:
    model = ports.registry.find(scenario, version)
    if model is None:
        raise Missing(f"{scenario}:{version} is not in the registry any more.")
    return model
