"""Each way to misuse an approval, and what it meets."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from releases import asking_world, drop, go_on, waiting
from world import World

from shared.core.errors import BadInput, Conflict, Fault, Missing, Refused
from shared.release.approval import Approval
from shared.release.approvals import DecidedApproval, decide


def _alter(world: World, statement: str) -> None:
    engine = sa.create_engine(f"sqlite:///{world.home / 'mlops.db'}")
    with engine.begin() as connection:
        assert connection.execute(sa.text(statement)).rowcount
    engine.dispose()


@dataclass(frozen=True)
class Abuse:
    """What is done before, what is asked, and what it meets."""

    name: str
    error: type[Fault]
    words: str
    decision: str = "approve"
    by: str = "ada"
    bound: dict[str, Any] | None = None
    before: Callable[[World, Approval], Any] = lambda _world, _request: None
    approval: str = ""


ABUSES = (
    Abuse("an unknown request", Missing, "no request", approval="0" * 32),
    Abuse("expired", Refused, "expired", before=lambda world, _: world.clock.advance(hours=73)),
    Abuse("another environment", Refused, "is for environment prod", bound={"environment": "preprod"}),
    Abuse("another version", Refused, "is for version 1", bound={"version": 2}),
    Abuse("another sha256", Refused, "is for sha256", bound={"sha256": "0" * 64}),
    Abuse("another certificate", Refused, "is for certificate", bound={"certificate": "0" * 64}),
    Abuse("another nonce", Refused, "is for nonce", bound={"nonce": "0" * 32}),
    Abuse("who asked", Refused, "requester cannot approve", by="gate"),
    Abuse("who asked, written otherwise", Refused, "requester cannot approve", by=" GATE "),
    Abuse("nobody", BadInput, "names no person", by="  "),
    Abuse("a name that breaks the log", BadInput, "names no person", by="ada\nroot"),
    Abuse("no decision", BadInput, "approve or reject", decision="maybe"),
    Abuse(
        "tampered: another model", Refused, "altered",
        before=lambda world, _: _alter(world, "update approval set version = 7"),
    ),
    Abuse(
        "tampered: more time", Refused, "altered",
        before=lambda world, _: _alter(world, "update approval set expires = '2036-01-01 00:00:00.000000'"),
    ),
    Abuse(
        "tampered: an easier requester", Refused, "altered",
        before=lambda world, _: _alter(world, "update approval set requested_by = 'nobody'"),
    ),
    Abuse(
        "a certificate that was replaced", Refused, "certificate|gate.json",
        before=lambda world, _: _alter(world, "update gate_certificate set digest = 'x'"),
    ),
    Abuse(
        "other bytes under the version", Refused, "not in the registry",
        before=lambda world, _: _alter(world, "update model_version set sha256 = 'x'"),
    ),
    Abuse(
        "the contrary afterwards", Conflict, "was already rejected by bob",
        before=lambda world, one: decide(world.ports, one.id, "reject", by="bob", reason=""),
    ),
)  # fmt: skip


@pytest.mark.parametrize("abuse", ABUSES, ids=lambda abuse: abuse.name)
@pytest.mark.fault(73)
def test_an_abuse_is_refused_and_nothing_serves(asked: World, abuse: Abuse) -> None:
    """With a sentence; the pointer of prod does not move."""
    request = waiting(asked)
    abuse.before(asked, request)
    with pytest.raises(Fault, match=abuse.words) as told:
        decide(asked.ports, abuse.approval or request.id, abuse.decision, by=abuse.by, reason="", bound=abuse.bound)
    assert isinstance(told.value, abuse.error) or told.value.state == "failed"
    asked.sweep()
    assert asked.ports.release.deployments.current("points") is None


@pytest.mark.fault(73)
def test_a_replay_gets_the_first_answer(asked: World) -> None:
    """The same decision again, by anybody, before and after it was used: the first one stands, one generation."""
    request = waiting(asked)
    first = decide(asked.ports, request.id, "approve", by="ada", reason="once")
    again = decide(asked.ports, request.id, "approve", by="bob", reason="twice")
    assert (again.repeated, again.approval) == (True, first.approval)
    go_on(asked, 1)
    later = decide(asked.ports, request.id, "approve", by="bob", reason="thrice")
    go_on(asked, 1)
    assert (later.repeated, later.approval.decided_by, later.approval.reason) == (True, "ada", "once")
    assert [one.generation for one in asked.ports.release.deployments.list("points")] == [1]


def test_one_may_approve_ones_own_only_where_a_setting_says_so(tmp_path: Path) -> None:
    """For teams of one; off unless set."""
    world = asking_world(tmp_path, APPROVE_OWN="true")
    drop(world, "d1")
    assert decide(world.ports, waiting(world).id, "approve", by="gate", reason="").approval.state == "approved"


def test_of_decisions_at_once_one_counts(asked: World) -> None:
    """Four people approve and four reject together: one first answer, which all later ones are told."""
    request, barrier = waiting(asked), Barrier(8)

    def one(number: int) -> DecidedApproval | Fault:
        barrier.wait(timeout=300)
        try:
            choice = ("approve", "reject")[number % 2]
            return decide(asked.ports, request.id, choice, by=f"person {number}", reason="")
        except Fault as fault:
            return fault

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one, range(8)))
    first = [one for one in answers if isinstance(one, DecidedApproval) and not one.repeated]
    assert len(first) == 1
    repeated = [one for one in answers if isinstance(one, DecidedApproval) and one.repeated]
    assert {one.approval for one in repeated} <= {first[0].approval}
    losers = [one for one in answers if isinstance(one, Conflict)]
    assert len(losers) == 4
    assert all(f"already {first[0].approval.state} by {first[0].approval.decided_by}" in one.reason for one in losers)
