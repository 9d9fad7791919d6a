"""What every ledger promises."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from contracts.hand_clock import HandClock
from contracts.stores import Stores

from shared.core.errors import BadInput, Conflict
from shared.core.ledger import TERMINAL, Claim, Entry, EntryFilter
from shared.core.ports import History, Ledger

TTL = timedelta(minutes=10)


@pytest.fixture
def ledger(stores: Stores, clock: HandClock) -> Ledger:
    """The ledger of the database."""
    return stores.make("ledger", clock)


@pytest.fixture
def history(stores: Stores) -> History:
    """Its reader."""
    return stores.make("history")


def claimed(answer: Claim | Entry) -> Claim:
    """The answer, which must be a claim."""
    assert isinstance(answer, Claim), answer
    return answer


def refused(answer: Claim | Entry) -> Entry:
    """The answer, which must be an entry."""
    assert isinstance(answer, Entry), answer
    return answer


class TestLedger:
    """Port `Ledger`."""

    def test_a_new_key_is_claimed(self, ledger: Ledger, history: History, clock: HandClock) -> None:
        """Attempt 1, with an expiry and the message kept."""
        claim = claimed(ledger.claim("blob", "k", TTL, '{"id": 1}'))
        entry = history.find("blob", "k")
        assert (claim.attempt, claim.expires) == (1, clock() + TTL)
        assert entry is not None
        assert (entry.state, entry.attempts, entry.message) == ("in_progress", 1, '{"id": 1}')
        assert entry.expires == claim.expires

    def test_kinds_do_not_meet(self, ledger: Ledger) -> None:
        """The same key of another kind is another claim."""
        claimed(ledger.claim("blob", "k", TTL))
        claimed(ledger.claim("drop", "k", TTL))

    def test_what_is_in_progress_stands_in_the_way(self, ledger: Ledger) -> None:
        """And counts who came."""
        claimed(ledger.claim("blob", "k", TTL))
        assert refused(ledger.claim("blob", "k", TTL)).repeats == 1
        second = refused(ledger.claim("blob", "k", TTL))
        assert (second.state, second.repeats) == ("in_progress", 2)

    @pytest.mark.parametrize("state", sorted(TERMINAL))
    def test_what_has_ended_stands_in_the_way(self, ledger: Ledger, clock: HandClock, state: str) -> None:
        """For ever, with its reason and detail."""
        ledger.finish(claimed(ledger.claim("blob", "k", TTL)), state, "because", {"dataset": "d"})
        clock.move(days=400)
        entry = refused(ledger.claim("blob", "k", TTL))
        assert (entry.state, entry.reason, entry.detail) == (state, "because", {"dataset": "d"})

    def test_what_waits_is_claimed_again(self, ledger: Ledger) -> None:
        """A drop that waited for a table goes on when the table lands; to wait is not to crash, however often."""
        for _ in range(3):
            claim = claimed(ledger.claim("drop", "k", TTL))
            assert claim.attempt == 1
            ledger.finish(claim, "waiting", "for labels")

    def test_what_waits_is_not_counted_when_its_next_message_is_queued(self, ledger: Ledger) -> None:
        """A large window comes again and again until all of it is scored: none of these calls crashed."""
        for number in range(7):
            ledger.note("window", "k", "queued", f"Its message was queued: {number}.")
            claim = claimed(ledger.claim("window", "k", TTL))
            assert claim.attempt == 1
            ledger.finish(claim, "waiting", f"{number} shards are scored")

    def test_a_released_claim_is_free_at_once(self, ledger: Ledger, history: History) -> None:
        """And keeps the message it was made with."""
        ledger.release(claimed(ledger.claim("blob", "k", TTL, "m")), "storage did not answer", counts=True)
        entry = history.find("blob", "k")
        assert entry is not None
        assert (entry.state, entry.reason) == ("released", "storage did not answer")
        assert claimed(ledger.claim("blob", "k", TTL)).attempt == 2
        again = history.find("blob", "k")
        assert again is not None
        assert again.message == "m"

    def test_a_release_that_does_not_count_leaves_the_attempt(self, ledger: Ledger) -> None:
        """Finding somebody else unavailable is no attempt."""
        for _ in range(7):
            claim = claimed(ledger.claim("blob", "k", TTL))
            assert claim.attempt == 1
            ledger.release(claim, "storage did not answer", counts=False)

    @pytest.mark.fault(31)
    def test_an_expired_claim_is_taken_over(self, ledger: Ledger, clock: HandClock) -> None:
        """Exactly at its expiry, not before."""
        first = claimed(ledger.claim("blob", "k", TTL))
        clock.move(seconds=TTL.total_seconds() - 0.000001)
        refused(ledger.claim("blob", "k", TTL))
        clock.move(microseconds=1)
        second = claimed(ledger.claim("blob", "k", TTL))
        assert second.attempt == 2
        assert second.token != first.token

    @pytest.mark.fault(23)
    def test_who_lost_the_claim_cannot_end_it(self, ledger: Ledger, history: History, clock: HandClock) -> None:
        """A worker that slept past its expiry is told how it stands."""
        lost = claimed(ledger.claim("blob", "k", TTL))
        clock.move(hours=1)
        held = claimed(ledger.claim("blob", "k", TTL))
        with pytest.raises(Conflict, match="in_progress at attempt 2"):
            ledger.finish(lost, "done", "late")
        with pytest.raises(Conflict):
            ledger.release(lost, "late", counts=True)
        ledger.finish(held, "done", "in time")
        with pytest.raises(Conflict, match="done at attempt 2"):
            ledger.finish(lost, "done", "late")
        entry = history.find("blob", "k")
        assert entry is not None
        assert entry.reason == "in time"

    def test_an_expired_claim_nobody_took_can_still_be_ended(self, ledger: Ledger, clock: HandClock) -> None:
        """Slow is not lost."""
        claim = claimed(ledger.claim("blob", "k", TTL))
        clock.move(hours=1)
        ledger.finish(claim, "done", "slow")
        assert refused(ledger.claim("blob", "k", TTL)).state == "done"

    def test_the_same_ending_twice_is_one(self, ledger: Ledger, history: History) -> None:
        """A finish whose answer was lost is repeated without harm; another ending is refused."""
        claim = claimed(ledger.claim("blob", "k", TTL))
        ledger.finish(claim, "done", "ok")
        ledger.finish(claim, "done", "ok")
        assert [entry.state for entry in history.why("k")] == ["in_progress", "done"]
        with pytest.raises(Conflict):
            ledger.finish(claim, "failed", "no")

    def test_a_claim_of_nothing_cannot_be_ended(self, ledger: Ledger, clock: HandClock) -> None:
        """A token nobody gave out is worth nothing."""
        with pytest.raises(Conflict, match="gone"):
            ledger.finish(Claim("blob", "k", "made up", clock(), 1), "done", "")

    @pytest.mark.parametrize("state", ["in_progress", "released", "finished", ""])
    def test_only_final_states_end(self, ledger: Ledger, state: str) -> None:
        """A typo is not an ending."""
        claim = claimed(ledger.claim("blob", "k", TTL))
        with pytest.raises(BadInput, match="accepted: conflict, done"):
            ledger.finish(claim, state, "")

    @pytest.mark.fault(1)
    def test_of_many_workers_one_acts(
        self, ledger: Ledger, together: Callable[[list[Callable[[], object]]], list[object]]
    ) -> None:
        """On a new key, and again on an expired one."""
        answers = together([lambda: ledger.claim("blob", "k", timedelta(0))] * 8)
        attempts = [answer.attempt for answer in answers if isinstance(answer, Claim)]
        assert len(answers) == 8
        # With no time to live each claim is expired at once: every worker takes over the one before, none shares.
        assert sorted(attempts) == list(range(1, 9))
        answers = together([lambda: ledger.claim("blob", "other", TTL)] * 8)
        assert sum(isinstance(answer, Claim) for answer in answers) == 1
        assert sum(isinstance(answer, Entry) for answer in answers) == 7

    @pytest.mark.fault(1)
    def test_of_many_keys_at_once_each_has_one_claim_and_one_ending(
        self, ledger: Ledger, history: History, together: Callable[[list[Callable[[], object]]], list[object]]
    ) -> None:
        """Callers that come together share nothing that shows: each hears of its own key, and the journal has all."""
        keys = [f"k{number}" for number in range(6)]

        def work(key: str) -> str:
            answer = ledger.claim("blob", key, TTL, f"message {key}")
            if isinstance(answer, Claim):
                ledger.finish(answer, "done", f"by {answer.key}")
                return answer.key
            ledger.note("event", key, "ignored", f"{answer.key} is {answer.state}")
            return ""

        answers = together([lambda key=key: work(key) for key in [*keys, *keys]])  # type: ignore[misc]
        assert sorted(answers) == sorted([*keys, *[""] * len(keys)])  # type: ignore[type-var]
        for key in keys:
            told = [(entry.kind, entry.state, entry.reason) for entry in history.why(key) if entry.kind == "blob"]
            assert told == [("blob", "in_progress", "claimed"), ("blob", "done", f"by {key}")]
            found = history.find("blob", key)
            assert found is not None
            assert (found.attempts, found.repeats, found.message) == (1, 1, f"message {key}")

    def test_a_note_is_kept_once_and_counted(self, ledger: Ledger, history: History) -> None:
        """The same again writes no further line."""
        for _ in range(50):
            ledger.note("event", "e", "ignored", "a folder was created")
        assert len(history.entries()) == 1
        assert history.entries()[0].repeats == 49
        ledger.note("event", "e", "ignored", "another reason")
        assert [entry.reason for entry in history.entries()] == ["another reason", "a folder was created"]

    def test_a_note_takes_no_claim_away(self, ledger: Ledger, history: History) -> None:
        """Neither one in progress nor a released one; they only count it."""
        claim = claimed(ledger.claim("blob", "k", TTL))
        ledger.note("blob", "k", "ignored", "no")
        ledger.release(claim, "later", counts=True)
        ledger.note("blob", "k", "ignored", "no")
        entry = history.find("blob", "k")
        assert entry is not None
        assert (entry.state, entry.repeats) == ("released", 2)

    @pytest.mark.parametrize("state", ["superseded", "gone"])
    def test_what_was_released_ends_with_its_file(
        self, ledger: Ledger, history: History, clock: HandClock, state: str
    ) -> None:
        """Nobody holds it, and nobody tries it again."""
        ledger.release(claimed(ledger.claim("blob", "k", TTL, "message")), "later", counts=True)
        ledger.note("blob", "k", state, "the next sweep")
        entry = history.find("blob", "k")
        assert entry is not None
        assert (entry.state, entry.message) == (state, "message")
        clock.move(days=1)
        assert list(history.stuck(clock())) == []
        assert refused(ledger.claim("blob", "k", TTL)).state == state

    def test_a_note_reopens_nothing(self, ledger: Ledger) -> None:
        """`waiting` on what is done would make it happen twice."""
        ledger.finish(claimed(ledger.claim("blob", "k", TTL)), "done", "ok")
        ledger.note("blob", "k", "waiting", "for tables")
        ledger.note("blob", "k", "requested", "again")
        assert refused(ledger.claim("blob", "k", TTL)).state == "done"

    def test_a_note_ends_what_waits(self, ledger: Ledger) -> None:
        """Tables that waited share the ending of the one that came last."""
        ledger.finish(claimed(ledger.claim("blob", "k", TTL)), "waiting", "for labels")
        ledger.note("blob", "k", "done", "with the drop")
        assert refused(ledger.claim("blob", "k", TTL)).state == "done"

    def test_notes_follow_each_other(self, ledger: Ledger, history: History) -> None:
        """What was never claimed may be noted in any order of states."""
        for state in ("requested", "failed", "requested"):
            ledger.note("train", "r", state, state)
        assert [entry.state for entry in history.why("r")] == ["requested", "failed", "requested"]

    def test_what_is_queued_is_counted_until_it_is_taken(
        self, ledger: Ledger, history: History, clock: HandClock
    ) -> None:
        """Of a kind and since a moment; a claim takes it, and a host that starts anew frees it."""
        before = clock()
        for key in ("a", "b"):
            ledger.note("window", key, "queued", f"queued at {before}")
        ledger.note("blob", "c", "queued", "queued")
        assert history.queued("window", before) == 2
        claimed(ledger.claim("window", "a", TTL))
        assert history.queued("window", before) == 1
        assert [entry.reason for entry in history.why("window") if entry.key == "a"][-1] == "claimed"
        clock.move(minutes=1)
        assert history.queued("window", clock()) == 0
        assert ledger.abandon("the host was started") == 3
        assert history.queued("window", before) == 0

    def test_lines_of_a_kind_are_read_by_their_keys(self, ledger: Ledger, history: History) -> None:
        """By whole keys, or by how they begin; a mark of a pattern is a mark."""
        for key in ("d_1@a", "d_1@b", "dx1@c"):
            ledger.finish(claimed(ledger.claim("drop", key, TTL)), "done", "ok")
            ledger.note("blob", key, "done", "ok")
        told = [(entry.kind, entry.key, entry.state) for entry in history.lines("drop", begins="d_1@")]
        assert told == [("drop", key, state) for key in ("d_1@a", "d_1@b") for state in ("in_progress", "done")]
        assert [entry.key for entry in history.lines("blob", ["dx1@c", "d_1@a", "none"])] == ["d_1@a", "dx1@c"]
        assert list(history.lines("drop")) == []

    def test_free_work_is_queued_once_and_in_order(self, ledger: Ledger, history: History, clock: HandClock) -> None:
        """What ended, is worked on or is queued stays; what waits, was given back or has lost its message does not."""
        ledger.finish(claimed(ledger.claim("window", "done", TTL)), "done", "ok")
        ledger.finish(claimed(ledger.claim("window", "waits", TTL)), "waiting", "for labels")
        claimed(ledger.claim("window", "taken", TTL))
        ledger.release(claimed(ledger.claim("window", "back", TTL)), "the lake is away", counts=True)
        keys, before = ["new", "done", "taken", "back", "waits"], clock()
        assert ledger.queue("window", keys, 9, before - TTL) == ["new", "waits"]
        assert ledger.queue("window", keys, 9, before - TTL) == []
        clock.move(minutes=2)
        assert ledger.queue("window", keys, 9, before - TTL) == ["back"]
        clock.move(minutes=60)
        assert ledger.queue("window", keys, 9, before) == ["new", "taken", "waits"]
        assert [entry.state for entry in history.why("new")] == ["queued", "queued"]
        assert claimed(ledger.claim("window", "taken", TTL)).attempt == 2

    def test_no_more_are_queued_than_may_wait(self, ledger: Ledger, clock: HandClock) -> None:
        """Of a kind; who is taken makes room, and so does one whose message is lost."""
        keys, lost = [f"k{number:03}" for number in range(250)], clock() - TTL
        assert ledger.queue("window", keys, 120, lost) == keys[:120]
        assert ledger.queue("window", keys, 120, lost) == []
        assert ledger.queue("blob", keys, 3, lost) == keys[:3]
        claimed(ledger.claim("window", "k000", TTL))
        assert ledger.queue("window", keys, 120, lost) == ["k120"]
        clock.move(minutes=1)
        assert len(ledger.queue("window", keys, 130, clock())) == 130

    def test_of_many_planners_one_queues_a_key(
        self, ledger: Ledger, together: Callable[[list[Callable[[], object]]], list[object]], clock: HandClock
    ) -> None:
        """Each key has one message, and the queue is no longer than it may be."""
        keys, lost = [f"k{number}" for number in range(30)], clock() - TTL
        answers = together([lambda: ledger.queue("window", keys, 20, lost) for _ in range(4)])
        assert sorted(key for answer in answers for key in answer) == sorted(keys[:20])  # type: ignore[attr-defined]

    def test_what_was_abandoned_is_free(self, ledger: Ledger, history: History) -> None:
        """Every claim in progress, and nothing else."""
        for key in ("a", "b"):
            claimed(ledger.claim("blob", key, TTL))
        ledger.finish(claimed(ledger.claim("blob", "c", TTL)), "done", "ok")
        assert ledger.abandon("the host was stopped") == 2
        assert ledger.abandon("the host was stopped") == 0
        assert claimed(ledger.claim("blob", "a", TTL)).attempt == 2
        assert refused(ledger.claim("blob", "c", TTL)).state == "done"
        assert history.why("b")[-1].reason == "the host was stopped"

    def test_another_owners_work_is_left_to_it(self, stores: Stores, ledger: Ledger, history: History) -> None:
        """A second host on the same database frees nothing of a living one: neither its claims nor its queue."""
        other = stores.make("ledger", lambda: history.why("a")[-1].at, "other")
        claim = claimed(ledger.claim("blob", "a", TTL))
        ledger.note("blob", "b", "queued", "queued")
        claimed(other.claim("blob", "c", TTL))
        other.note("blob", "d", "queued", "queued")
        assert other.abandon("the second host was started") == 2
        assert {key: _state(history, key) for key in "abcd"} == {
            "a": "in_progress",
            "b": "queued",
            "c": "released",
            "d": "released",
        }
        ledger.finish(claim, "done", "ok")
        assert ledger.abandon("the first host was started") == 1

    def test_what_was_queued_is_noted_and_reopened_like_anything(self, ledger: Ledger, history: History) -> None:
        """The mark of the queue is no claim: what only was noted may be noted again."""
        for state in ("queued", "ignored", "waiting"):
            ledger.note("blob", "a", state, state)
        assert _state(history, "a") == "waiting"

    def test_current_entries_are_found_by_key_and_by_state(self, ledger: Ledger, stores: Stores) -> None:
        """Keys in the order asked for, without those that are not there; states newest first, so many at most."""
        for key in ("a", "b", "c"):
            ledger.note("blob", key, "waiting", "for labels")
        ledger.note("blob", "b", "done", "they came")
        ledger.note("blob", "a", "waiting", "for rows")
        found = stores.make("lineage").entries([("blob", "c"), ("blob", "none"), ("drop", "a"), ("blob", "a")])
        assert [(one.key, one.reason) for one in found] == [("c", "for labels"), ("a", "for rows")]
        totals = stores.make("totals")
        assert [one.key for one in totals.in_states({"waiting", "failed"}, 9)] == ["a", "c"]
        assert [one.key for one in totals.in_states({"waiting", "done"}, 2)] == ["a", "b"]


def _state(history: History, key: str) -> str:
    entry = history.find("blob", key)
    assert entry is not None
    return entry.state


class TestHistory:
    """Port `History`."""

    def test_every_transition_is_a_line(self, ledger: Ledger, history: History, clock: HandClock) -> None:
        """Newest first, and oldest first when one key is asked for."""
        ledger.release(claimed(ledger.claim("blob", "incoming/a.csv@1", TTL)), "busy", counts=True)
        clock.move(minutes=1)
        ledger.finish(claimed(ledger.claim("blob", "incoming/a.csv@1", TTL)), "done", "ok", {"rows": 3})
        ledger.note("event", "other", "ignored", "x")
        lines = [(line.key, line.state, line.attempts) for line in history.entries()]
        first = ("incoming/a.csv@1", "in_progress", 1), ("incoming/a.csv@1", "released", 1)
        second = ("incoming/a.csv@1", "in_progress", 2), ("incoming/a.csv@1", "done", 2)
        assert lines == [("other", "ignored", 0), *reversed(second), *reversed(first)]
        assert [(line.key, line.state, line.attempts) for line in history.why("a.csv")] == [*first, *second]
        assert [line.state for line in history.entries(2)] == ["ignored", "done"]

    def test_repeats_and_detail_stand_on_the_newest_line(self, ledger: Ledger, history: History) -> None:
        """Fifty repeats are one number, not fifty lines."""
        ledger.finish(claimed(ledger.claim("blob", "k", TTL, "m")), "done", "ok", {"rows": 3})
        for _ in range(50):
            ledger.claim("blob", "k", TTL)
        lines = history.why("k")
        assert [line.repeats for line in lines] == [0, 50]
        assert (lines[1].detail, lines[1].message) == ({"rows": 3}, "m")

    def test_a_question_is_text(self, ledger: Ledger, history: History) -> None:
        """Wildcards of SQL are letters like others."""
        ledger.note("event", "100%_done", "ignored", "x")
        ledger.note("event", "100 done", "ignored", "x")
        assert [line.key for line in history.why("0%_d")] == ["100%_done"]
        assert history.why("%x%") == []

    def test_a_kind_is_asked_for_by_its_name(self, ledger: Ledger, history: History) -> None:
        """Whatever the keys of such entries are; a part of the name is no kind."""
        ledger.note("retrain", "drift-1", "done", "x")
        ledger.note("event", "drift-2", "ignored", "x")
        assert [line.key for line in history.why("retrain")] == ["drift-1"]
        assert history.why("retr") == []

    def test_entries_are_filtered(self, ledger: Ledger, history: History, clock: HandClock) -> None:
        """By scenario (its name, what begins with it, and paths), by kind, state and time; a name is no pattern."""
        began = clock()
        for kind, key in (
            ("drop", "a_b/one"),
            ("model", "a_b:1"),
            ("train", "a_b-t-1"),
            ("blob", "incoming/a_b/x.csv"),
            ("telemetry", "a_b"),
        ):
            ledger.note(kind, key, "done", "x")
        noted = clock.move(hours=1)
        for kind, key in (("drop", "axb/one"), ("drop", "a_bc/one"), ("model", "other:1")):
            ledger.note(kind, key, "failed", "x")

        def keys(**only: Any) -> set[str]:
            return {entry.key for entry in history.entries(50, EntryFilter(**only))}

        assert keys(scenario="a_b") == {"a_b", "a_b/one", "a_b:1", "a_b-t-1", "incoming/a_b/x.csv"}
        assert keys(kind="drop", state="failed") == {"axb/one", "a_bc/one"}
        assert keys(since=noted) == {"axb/one", "a_bc/one", "other:1"} == keys(state="failed")
        assert keys(before=noted, kind="model") == {"a_b:1"}
        assert keys(before=began) == set()
        assert len(history.entries(2, EntryFilter(scenario="a_b"))) == 2

    def test_what_is_unknown_is_none(self, history: History) -> None:
        """No entry, no error."""
        assert history.find("blob", "k") is None

    def test_stuck_is_what_nobody_works_on(self, ledger: Ledger, history: History, clock: HandClock) -> None:
        """Released, or in progress past the expiry; oldest first."""
        claimed(ledger.claim("blob", "slow", TTL))
        clock.move(minutes=5)
        ledger.release(claimed(ledger.claim("blob", "given back", TTL)), "busy", counts=False)
        ledger.finish(claimed(ledger.claim("blob", "ended", TTL)), "failed", "no")
        ledger.finish(claimed(ledger.claim("blob", "waits", TTL)), "waiting", "for tables")
        now = clock()
        assert [entry.key for entry in history.stuck(now)] == []
        assert [entry.key for entry in history.stuck(now + timedelta(seconds=61))] == ["given back"]
        later = clock.move(minutes=5)
        assert [entry.key for entry in history.stuck(later)] == ["slow", "given back"]
