"""What every store of approvals, rollouts and health promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from contracts.stores import Stores

from shared.core.errors import Conflict, Missing
from shared.release.approval import Approval
from shared.release.look import Look
from shared.serving.deployment import Deployment
from shared.serving.health import Health
from shared.serving.rollout import Rollout

AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def approval(nonce: str = "n", **changes: object) -> Approval:
    """A sealed request."""
    made = Approval("adult", 3, "a" * 64, "prod", "c" * 64, nonce, AT + HOUR, "gate", AT, "why")
    return replace(made, **changes).with_id()  # type: ignore[arg-type]


def rollout(number: int, **changes: object) -> Rollout:
    """Change `number`."""
    made = Rollout("adult", "prod", number, 4, "b" * 64, 1, "canary", 1, 10, AT, "gate", "well")
    return replace(made, **changes)  # type: ignore[arg-type]


def look(judgement: int, **changes: object) -> Look:
    """A look at a challenger of generation 7."""
    return replace(Look("adult", 7, 3, judgement, "d1", AT), **changes)  # type: ignore[arg-type]


def approved(stores: Stores) -> Approval:
    """A request that somebody approved."""
    store = stores.make("approvals")
    one = store.request(approval())
    return store.decide(replace(one, state="approved", decided_by="ada", decided_at=AT, reason="fine"))


class TestApprovals:
    """Port `Approvals`."""

    def test_a_request_comes_back_whole(self, stores: Stores) -> None:
        """With an id that is the digest of what it is bound to, after its journey too."""
        store = stores.make("approvals")
        made = store.request(approval())
        found = store.find(made.id)
        assert found == made
        assert found is not None
        assert found.digest == found.id
        assert store.list("adult") == [made]
        assert (store.find("none"), store.list("bank")) == (None, [])

    def test_a_second_request_for_the_same_is_the_first(self, stores: Stores) -> None:
        """While it can be used; for another certificate, or after a rejection, it is a new one."""
        store = stores.make("approvals")
        first = store.request(approval())
        assert store.request(approval("other")) == first
        assert store.request(approval("third", certificate="d" * 64)) != first
        store.decide(replace(first, state="rejected", decided_by="ada", decided_at=AT))
        assert store.request(approval("fourth")).nonce == "fourth"

    def test_who_asks_once_is_told_how_it_was_decided(self, stores: Stores) -> None:
        """A worker that comes late asks for nothing that was used or rejected; a newer one that is open comes first."""
        store, first = stores.make("approvals"), approved(stores)
        stores.make("deployments").promote(Deployment("adult", 1, "adult", 3, "a" * 64, AT, "gate", ""), first.id)
        assert store.request(approval("late"), once=True) == store.find(first.id)
        again = store.request(approval("by hand"))
        assert store.request(approval("later"), once=True) == again
        assert len(store.list("adult")) == 2
        assert store.request(approval("third", certificate="d" * 64), once=True).nonce == "third"

    def test_of_many_decisions_the_first_stands(
        self, stores: Stores, together: Callable[[list[Callable[[], object]]], list[object]]
    ) -> None:
        """Everybody is told the same one."""
        store = stores.make("approvals")
        one = store.request(approval())
        calls: list[Callable[[], object]] = [
            lambda by=by: store.decide(replace(one, state="approved", decided_by=f"{by}", decided_at=AT))
            for by in range(6)
        ]
        answers = together(calls)
        assert len({answer.decided_by for answer in answers if isinstance(answer, Approval)}) == 1
        assert all(isinstance(answer, Approval) for answer in answers)

    def test_an_unknown_request_is_missing(self, stores: Stores) -> None:
        """Nothing is written for it."""
        with pytest.raises(Missing):
            stores.make("approvals").decide(replace(approval(), state="approved"))

    def test_an_approval_is_used_once_with_the_pointer(self, stores: Stores) -> None:
        """In one transaction: without it no generation is written, and the second use writes none."""
        deployments, one = stores.make("deployments"), approved(stores)
        first = Deployment("adult", 1, "adult", 3, "a" * 64, AT, "gate", "")
        deployments.promote(first, one.id)
        used = stores.make("approvals").find(one.id)
        assert used is not None
        assert used.state == "used"
        with pytest.raises(Conflict, match="is used"):
            deployments.promote(replace(first, generation=2), one.id)
        with pytest.raises(Conflict, match="not there"):
            deployments.promote(replace(first, generation=2), "none")
        assert deployments.list("adult") == [first]

    def test_environments_count_for_themselves(self, stores: Stores) -> None:
        """The pointer of one says nothing of the other; without a name the last one is meant."""
        deployments = stores.make("deployments", last=lambda _: "prod")
        one = Deployment("adult", 1, "adult", 3, "a" * 64, AT, "gate", "", "preprod")
        deployments.promote(one)
        assert deployments.current("adult") is None
        assert deployments.current("adult", "preprod") == one
        prod = deployments.promote(replace(one, environment="prod"))
        assert (deployments.list("adult"), len(deployments.list("adult", "*"))) == ([prod], 2)


class TestLooks:
    """Port `Looks`."""

    def test_looks_of_a_generation_are_numbered_and_end(self, stores: Stores) -> None:
        """The same judgement has the same look, whatever dataset it names next time; other generations count anew."""
        store = stores.make("looks")
        first, second, third = (store.take(look(judgement), 2) for judgement in (1, 2, 3))
        assert (first, second, third) == (look(1, number=1), look(2, number=2), None)
        assert store.take(look(1, dataset="d9"), 2) == first
        assert store.take(look(1, generation=8), 2) == look(1, generation=8, number=1)
        assert store.list("adult", 7) == [first, second]

    def test_of_many_looks_at_once_none_is_given_twice(
        self, stores: Stores, together: Callable[[list[Callable[[], object]]], list[object]]
    ) -> None:
        """Ten for twelve that ask together; who asks again gets the same."""
        store = stores.make("looks")
        calls = [lambda version=version: store.take(look(1, version=version), 10) for version in range(12)]
        for _ in range(2):
            given = [one.number for one in together(calls) if isinstance(one, Look)]
            assert sorted(given) == list(range(1, 11))


class TestRollouts:
    """Port `Rollouts`."""

    def test_changes_follow_each_other(self, stores: Stores) -> None:
        """Gap-free; another number is refused with how it stands."""
        store = stores.make("rollouts")
        store.write(rollout(1))
        with pytest.raises(Conflict, match="adult:4 is canary"):
            store.write(rollout(1, state="full"))
        ended = store.write(rollout(2, state="full"))
        assert store.current("adult", "prod") == ended
        assert store.current("adult", "preprod") is None
        assert [one.number for one in store.list("adult")] == [1, 2]

    def test_of_many_changes_one_wins(
        self, stores: Stores, together: Callable[[list[Callable[[], object]]], list[object]]
    ) -> None:
        """The others are told."""
        store = stores.make("rollouts")
        answers = together([lambda by=by: store.write(rollout(1, by=f"{by}")) for by in range(6)])
        assert sum(isinstance(answer, Rollout) for answer in answers) == 1
        assert sum(isinstance(answer, Conflict) for answer in answers) == 5

    def test_a_trial_uses_the_approval_up(self, stores: Stores) -> None:
        """As a generation does."""
        store, one = stores.make("rollouts"), approved(stores)
        store.write(rollout(1), one.id)
        with pytest.raises(Conflict, match="is used"):
            store.write(rollout(2), one.id)
        assert len(store.list()) == 1


class TestHealth:
    """Port `HealthStore`."""

    def test_a_minute_is_replaced_by_its_process_only(self, stores: Stores) -> None:
        """The same process and minute again says what it knows by now; others keep theirs."""
        store = stores.make("health")
        one = Health("adult", "prod", 1, 3, "champion", AT, "p1", 1, 1, 0, (1, 0), (0, 1))
        store.keep([one, replace(one, instance="p2")])
        later = replace(one, requests=5, rows=7, errors=2, latency=(3, 0), answers=(3, 4))
        store.keep([later])
        assert set(store.since("adult", "prod", AT)) == {later, replace(one, instance="p2")}
        assert store.since("adult", "prod", AT + timedelta(minutes=1)) == []
        assert store.since("adult", "preprod", AT) == []
