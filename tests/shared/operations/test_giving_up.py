"""Work that cannot be done is given up visibly, and only after it was tried again."""

from __future__ import annotations

import json

import pytest
from world import World, points_csv

from shared.core.claims import MAX_ATTEMPTS, once
from shared.core.errors import Transient
from shared.core.ledger import Outcome
from shared.core.paths import Landing
from shared.operations.status import drop_outcome


@pytest.mark.fault(25)
def test_work_that_crashes_is_given_up_with_its_last_reason(world: World) -> None:
    """Attempts that crash are bounded; those that found somebody else unavailable are not."""

    def crash() -> Outcome:
        raise ZeroDivisionError

    def unavailable() -> Outcome:
        raise Transient("the registry does not answer")

    for _ in range(7):
        with pytest.raises(Transient):
            once(world.ports, "blob", "b", "", unavailable)
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(ZeroDivisionError):
            once(world.ports, "blob", "b", "", crash)
    result = once(world.ports, "blob", "b", "", crash)
    assert result.outcome.state == "failed"
    assert result.outcome.reason.endswith("Last reason: ZeroDivisionError while working on it.")


def test_a_lost_run_is_started_once_more_and_then_failed(world: World) -> None:
    """The second loss is visible, and the drop's outcome says so."""
    content = points_csv()
    world.trainer.silent = True
    world.handle(world.land("incoming/points/d1/points.csv", content))
    (run,) = world.ports.training.runs.list()
    assert (run.state, run.attempts) == ("requested", 1)
    world.sweep()
    assert [(one.state, one.attempts) for one in world.ports.training.runs.list()] == [("requested", 2)]
    world.sweep()
    assert [one.state for one in world.ports.training.runs.list()] == ["failed"]
    outcome = drop_outcome(world.ports, Landing("incoming", world.ports.core.scenarios["points"], "d1", ""))
    assert outcome is not None
    assert outcome.outcome == "failed"
    assert "lost 2 times" in outcome.reason


def test_a_run_that_failed_elsewhere_is_failed_here(world: World) -> None:
    """A training service reports by event; runs of others are ignored."""
    world.trainer.silent = True
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    (run,) = world.ports.training.runs.list()
    kind = "Microsoft.MachineLearningServices.RunStatusChanged"
    for run_id in (run.id, "somebody-elses"):
        data = {"runId": run_id, "runStatus": "Failed"}
        world.handle(json.dumps({"id": "1", "eventType": kind, "topic": "t", "subject": "s", "data": data}))
    assert world.ports.training.runs.find(run.id).state == "failed"  # type: ignore[union-attr]
    assert [entry.state for entry in world.ports.core.history.why("somebody-elses")] == ["ignored"]
