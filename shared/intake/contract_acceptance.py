"""A person accepts what a drop brings beyond the contract; where approvals are needed, another person agrees."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.core.claims import once
from shared.core.errors import BadInput, Conflict, Forbidden, Refused
from shared.core.lake_reading import read_json
from shared.core.ledger import Kind, Outcome, State
from shared.core.paths import contract_path, contracts_folder
from shared.core.scenario import Scenario
from shared.datasets.accepted_contracts import contract_numbers, newest_contract, refresh
from shared.datasets.contract_change import Change, Contract, change_json
from shared.intake.contract_difference import Difference

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What an acceptance led to: the contract that counts now, or a request that another person has to repeat."""

    sentence: str
    contract: Contract | None


def accept_difference(ports: MonitoringPorts, found: Difference, *, by: str, reason: str) -> Acceptance:
    """Widen the scenario's contract by what the drop brings.

    Refused when there is nothing to accept or something that nobody may; Forbidden when the same person agrees twice.
    """
    person, why, where = by.strip(), reason.strip(), found.where
    if not person or not why or len(person) > _LONGEST_NAME or not (person.isprintable() and why.isprintable()):
        raise BadInput("An acceptance needs a person and a reason: --by NAME --reason TEXT.")
    if found.faults:
        raise Refused(f"Drop {where.drop} holds what no wider contract heals. {found.faults[0]}")
    if not found.changes:
        raise Refused(f"Drop {where.drop} keeps the contract of {where.scenario.name}; there is nothing to accept.")
    asked = _asked(ports, found, person, why)
    policy = ports.release.policies.of(where.scenario.name)
    own = asked["by"].casefold() == person.casefold()
    if policy.approvals and not policy.approve_own and own:
        sentence = f"{told(where.scenario, found.changes)} Asked for by {asked['by']}: {asked['reason']}"
        ports.core.ledger.note(Kind.CONTRACT, _key(found), State.WAITING, sentence)
        if asked["repeated"]:
            raise Forbidden(f"{person} asked for this; another person has to accept drop {where.drop}.")
        return Acceptance(f"{sentence} Another person accepts it with the same command.", None)
    return _accept(ports, found, asked["by"], person, why)


def _key(found: Difference) -> str:
    """The request's name: the drop, and exactly these changes."""
    changes = json.dumps([change_json(change) for change in found.changes], sort_keys=True)
    return f"{found.where.key}@{hashlib.sha256(changes.encode()).hexdigest()[:12]}"


def _asked(ports: MonitoringPorts, found: Difference, by: str, reason: str) -> Mapping[str, Any]:
    """Who asked first for exactly these changes; now this person, when nobody has."""
    folder = contracts_folder(found.where.scenario.name)
    path = f"{folder}asked/{_key(found).rpartition('@')[2]}-{found.where.drop}.json"
    value = {"by": by, "reason": reason, "changes": [change_json(change) for change in found.changes]}
    _, created = ports.core.lake.put(path, (json.dumps(value, indent=1, sort_keys=True) + "\n").encode())
    return {**read_json(ports, path), "repeated": not created}


def _accept(ports: MonitoringPorts, found: Difference, asked_by: str, by: str, reason: str) -> Acceptance:
    where = found.where
    name = where.scenario.name
    before = newest_contract(ports.core.lake, name)
    number = max(contract_numbers(ports.core.lake, name), default=0) + 1
    changes = (*(before.changes if before else ()), *found.changes)
    at = ports.core.clock().isoformat()
    contract = Contract(name, number, changes, where.drop, asked_by, by, at, reason)
    sentence = f"Contract {number} of {name}: {told(where.scenario, found.changes)} Accepted by {by}: {reason}"

    def store() -> Outcome:
        content = (json.dumps(contract.to_json(), indent=1, sort_keys=True) + "\n").encode()
        _, created = ports.core.lake.put(contract_path(name, number), content)
        if not created:
            raise Conflict(f"Somebody else accepted contract {number} of {name} at this moment; look at it first.")
        return Outcome(State.DONE, sentence, {"drop": where.drop, "asked_by": asked_by})

    result = once(ports, Kind.CONTRACT, f"{name}/{number}", "", store)
    if not result.acted or result.outcome.state != State.DONE:
        raise Conflict(result.outcome.reason)
    ports.core.ledger.note(Kind.CONTRACT, _key(found), State.DONE, sentence)
    refresh(ports.core.scenarios)
    return Acceptance(sentence, contract)


def told(scenario: Scenario, changes: tuple[Change, ...]) -> str:
    """The changes in one sentence, without values of columns about people."""
    words = (change.told(open_values=change.column not in scenario.personal) for change in changes)
    return f"{'; '.join(words)}."
