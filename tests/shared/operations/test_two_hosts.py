"""Two hosts on one database: each has the claims of its own home."""

from __future__ import annotations

from pathlib import Path

from world import World, points_csv

from shared.core.claims import once
from shared.core.ledger import Kind, Outcome, State


def test_a_second_host_leaves_the_work_of_a_living_one(tmp_path: Path) -> None:
    """It starts in the middle of the first one's work: that is done once, by whoever has it."""
    shared = {"DATABASE_URL": f"sqlite:///{tmp_path / 'state.db'}", "LAKE_URL": f"file:{tmp_path / 'lake'}"}
    first = World(tmp_path / "first", **shared)
    second = World(tmp_path / "second", clock=first.clock, **shared)
    done: list[str] = []

    def act() -> Outcome:
        assert second.ports.core.ledger.abandon("The second host was started.") == 0
        assert not once(second.ports, Kind.DROP, "points/d1", "", twice).acted
        done.append("first")
        return Outcome(State.DONE, "done once")

    def twice() -> Outcome:
        done.append("second")
        return Outcome(State.DONE, "done twice")

    assert once(first.ports, Kind.DROP, "points/d1", "", act).acted
    assert done == ["first"]


def test_a_host_that_starts_again_has_its_own_claims_back_at_once(tmp_path: Path) -> None:
    """No living worker has them, for it holds the home."""
    world = World(tmp_path)
    message = world.land("incoming/points/d1/points.csv", points_csv())
    world.ports.core.ledger.note(Kind.BLOB, "incoming/points/d1/points.csv@1", State.QUEUED, "queued")
    again = World(tmp_path, clock=world.clock)
    assert again.ports.core.ledger.abandon("The host was started again.") == 1
    again.handle(message)
    assert again.ports.release.deployments.current("points") is not None
