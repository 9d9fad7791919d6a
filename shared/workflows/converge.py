"""Bring whoever serves to the state that SQL holds: versions ready first, then traffic, then what is left over."""

from __future__ import annotations

from shared.domain.records import Model
from shared.errors import Missing
from shared.ports import Ports
from shared.ports.serving import Traffic, traffic_of


def wanted(ports: Ports, scenario: str, environment: str) -> Traffic:
    """The traffic that the pointer and the rollout ask for."""
    current = ports.deployments.current(scenario, environment)
    return traffic_of(current, ports.rollouts.current(scenario, environment))


def converge(ports: Ports, scenario: str, environment: str) -> None:
    """Deploy, route and retire until the target does what is wanted; nothing is called when it does already."""
    traffic = wanted(ports, scenario, environment)
    if ports.serving.state(scenario, environment) == traffic:
        return
    for version in sorted(traffic.versions):
        ports.serving.deploy(environment, _model(ports, scenario, version))
    ports.serving.route(scenario, environment, traffic)
    # What served before stays ready: a rollback may not wait for it.
    earlier = [one.version for one in ports.deployments.list(scenario, environment)]
    ports.serving.retire(scenario, environment, traffic.versions | frozenset(earlier[-2:]))


def _model(ports: Ports, scenario: str, version: int) -> Model:
    model = ports.registry.find(scenario, version)
    if model is None:
        raise Missing(f"{scenario}:{version} is not in the registry any more.")
    return model
