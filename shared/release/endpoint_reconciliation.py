"""Endpoint reconciliation: make versions ready, move traffic and retire the rest, as the state in SQL says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.errors import Fault, Missing
from shared.core.ledger import Kind, State
from shared.release.served_graph import graph_in_use
from shared.release.traffic import Traffic, traffic_of
from shared.serving.generation_line import rollback_target
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


def wanted_traffic(ports: ReleasePorts, scenario: str, environment: str) -> Traffic:
    """The traffic that the pointer and the rollout call for."""
    current = ports.release.deployments.current(scenario, environment)
    return traffic_of(current, ports.release.rollouts.current(scenario, environment))


def apply_traffic(ports: ReleasePorts, scenario: str, environment: str) -> None:
    """Deploy, route and retire as far as the endpoint can now; no call is made when nothing is left to do.

    A fault of the endpoint is recorded and does not stop the release: the state counts, and the next sweep continues.
    """
    key = f"{scenario}/{environment}"
    try:
        acted = _reconcile(ports, scenario, environment, key)
    except Fault as fault:
        ports.core.ledger.note(Kind.ENDPOINT, key, State.FAILED if fault.permanent else State.WAITING, fault.reason)
        return
    if acted:
        ports.core.ledger.note(Kind.ENDPOINT, key, State.DONE, "Traffic is as the pointer and the rollout call for.")


def _reconcile(ports: ReleasePorts, scenario: str, environment: str, key: str) -> bool:
    traffic, routed = _asked(ports, scenario, environment)
    entry = ports.core.history.find(Kind.ENDPOINT, key)
    begun = entry is not None and entry.state != State.DONE
    if routed and not begun:
        return False
    if not begun:
        # When this process dies before the end, a sweep finds the entry and continues, also with retiring.
        ports.core.ledger.note(Kind.ENDPOINT, key, State.WAITING, "Traffic has to change.")
    if not routed:
        for version in sorted(traffic.versions):
            ports.release.endpoints.deploy(environment, _model(ports, scenario, version))
        ports.release.endpoints.route(scenario, environment, traffic)
    # What a rollback would bring back stays ready: nobody may have to wait for it.
    target = rollback_target(ports.release.deployments.list(scenario, environment))
    kept = frozenset({target.version}) if target else frozenset[int]()
    ports.release.endpoints.retire(scenario, environment, traffic.versions | kept)
    return True


def _asked(ports: ReleasePorts, scenario: str, environment: str) -> tuple[Traffic, bool]:
    """The wanted traffic, and whether the endpoint sends it already."""
    traffic = wanted_traffic(ports, scenario, environment)
    state = ports.release.endpoints.state(scenario, environment)
    if not state.meets(traffic):
        # The pointer may have moved while the endpoint answered.
        traffic = wanted_traffic(ports, scenario, environment)
    return traffic, state.meets(traffic)


def _model(ports: ReleasePorts, scenario: str, version: int) -> Model:
    model = ports.training.registry.find(scenario, version)
    if model is None:
        raise Missing(f"{scenario}:{version} is no longer in the registry.")
    return graph_in_use(ports, model) or model
