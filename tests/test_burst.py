"""A burst of events ends: each in a final state with its reason, nothing left on any queue, one effect a file."""

from __future__ import annotations

import pytest

from bench.burst import Burst, Result, make, run
from shared.core.ledger import ENDED

EVENTS = 400


@pytest.fixture(scope="module")
def burst(tmp_path_factory: pytest.TempPathFactory) -> tuple[Burst, Result]:
    """Duplicates in both schemas, files that are gone, and what is no event, all at once."""
    home = tmp_path_factory.mktemp("burst") / "home"
    sent = make(home, EVENTS)
    return sent, run(home, sent, patience=120)


def test_every_event_ends_in_a_final_state(burst: tuple[Burst, Result]) -> None:
    """What was asked for by them as well; only the runs that nobody trains here stay requested."""
    sent, result = burst
    assert sent.size == EVENTS
    assert set(result.left.values()) == {0}
    assert {state for (kind, state) in result.states if kind != "train"} <= ENDED


@pytest.mark.fault(1)
def test_each_file_has_one_effect(burst: tuple[Burst, Result]) -> None:
    """A dataset for each content, a duplicate for each repeated one; every other event of a file is counted."""
    sent, result = burst
    contents = (sent.drops + 1) // 2
    assert result.states["dataset", "done"] == contents
    assert result.states["blob", "done"] + result.states["blob", "duplicate"] == sent.drops
    assert result.states["blob", "gone"] == sent.gone
    told = len(sent.grid) - sent.gone
    # The host lists the lake too, so a file may have been told of once more.
    assert told - sent.drops <= result.repeats <= told + sent.drops


def test_what_is_no_event_is_kept_with_its_reason(burst: tuple[Burst, Result]) -> None:
    """At Event Grid's door as a dead letter, on the queue as an ignored event."""
    sent, result = burst
    assert result.dead_letters == len(sent.malformed)
    assert result.states["event", "ignored"] == len(sent.queue)
