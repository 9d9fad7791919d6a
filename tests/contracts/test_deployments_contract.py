"""What every store of deployments promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from contracts.stores import Stores

from shared.core.errors import Conflict
from shared.release.ports import Deployments
from shared.release.verdict import Check, Judging, Verdict
from shared.serving.deployment import Deployment
from shared.training.model import Model

AT = datetime(2024, 12, 31, 23, 59, 59, tzinfo=UTC)
MODEL = Model("adult", 3, "a" * 64, "r1", "d1", {"auc": 0.9}, "models/adult/3/", AT)
CHECKS = (Check("bar", "pass", 0.9, 0.6, "fine"), Check("signature", "skip", None, "x", "not asked"))


def generation(number: int, scenario: str = "adult", by: str = "gate") -> Deployment:
    """Generation `number`."""
    return Deployment(scenario, number, scenario, number + 10, f"{number:064x}", AT, by, "The gate passed.")


@pytest.fixture
def deployments(stores: Stores) -> Deployments:
    """The store of the database."""
    return stores.make("deployments")


class TestDeployments:
    """Port `Deployments`."""

    def test_generations_follow_each_other(self, deployments: Deployments) -> None:
        """The newest is current; scenarios count for themselves."""
        assert deployments.current("adult") is None
        for number in (1, 2):
            assert deployments.promote(generation(number)) == generation(number)
        deployments.promote(generation(1, "bank"))
        assert deployments.current("adult") == generation(2)
        assert deployments.list("adult") == [generation(1), generation(2)]
        assert len(deployments.list()) == 3

    @pytest.mark.parametrize("number", [0, 1, 2, 4, -1])
    def test_any_other_number_is_refused(self, deployments: Deployments, number: int) -> None:
        """With the current generation named."""
        for first in (1, 2):
            deployments.promote(generation(first))
        with pytest.raises(Conflict, match=r"generation 2 \(adult:12\) is current"):
            deployments.promote(generation(number))
        assert deployments.list("adult") == [generation(1), generation(2)]

    def test_the_first_generation_is_one(self, deployments: Deployments) -> None:
        """Where nothing is deployed the sentence says so."""
        with pytest.raises(Conflict, match="nothing is deployed"):
            deployments.promote(generation(2))

    @pytest.mark.fault(74)
    def test_of_many_promotions_one_wins(
        self, deployments: Deployments, together: Callable[[list[Callable[[], object]]], list[object]]
    ) -> None:
        """Generations stay gap-free, each with one writer; the others are told."""
        for number in range(1, 6):
            calls = [lambda n=number, by=by: deployments.promote(generation(n, by=f"{by}")) for by in range(6)]
            answers = together(calls)
            assert sum(isinstance(answer, Deployment) for answer in answers) == 1
            assert sum(isinstance(answer, Conflict) for answer in answers) == 5
        assert [one.generation for one in deployments.list("adult")] == [1, 2, 3, 4, 5]

    def test_a_verdict_comes_back_whole(self, deployments: Deployments) -> None:
        """Every check, for that version and that sha256 only."""
        verdict = Verdict("adult:3", "a" * 64, CHECKS)
        deployments.certify(MODEL, verdict)
        assert deployments.verdict(MODEL) == verdict
        assert deployments.verdict(replace(MODEL, version=4)) is None
        assert deployments.verdict(replace(MODEL, sha256="b" * 64)) is None

    def test_a_second_verdict_changes_nothing(self, deployments: Deployments) -> None:
        """The gate judges a file once."""
        deployments.certify(MODEL, Verdict("adult:3", "a" * 64, (Check("bar", "fail", 0.1, 0.6, "too low"),)))
        deployments.certify(MODEL, Verdict("adult:3", "a" * 64, CHECKS))
        standing = deployments.verdict(MODEL)
        assert standing is not None
        assert not standing.passed

    def test_a_verdict_against_a_later_champion_replaces_the_earlier_one(self, deployments: Deployments) -> None:
        """One of an earlier version names no generation; one against an earlier champion changes nothing."""
        first, second, third = (Verdict("adult:3", "a" * 64, CHECKS, generation) for generation in (None, 2, 3))
        for verdict in (first, second, third, second):
            deployments.certify(MODEL, verdict)
        assert deployments.verdict(MODEL) == third

    def test_of_judgements_against_one_champion_the_later_counts(self, deployments: Deployments) -> None:
        """Whichever is stored last, and it comes back with its rows and its look."""
        again = Verdict("adult:3", "a" * 64, CHECKS, 2, Judging(2, "d2", 300, 4))
        for verdict in (Verdict("adult:3", "a" * 64, CHECKS, 2, Judging(1, "d1", 200)), again, again):
            deployments.certify(MODEL, verdict)
        deployments.certify(MODEL, Verdict("adult:3", "a" * 64, CHECKS, 2, Judging(1, "d1", 200)))
        assert deployments.verdict(MODEL) == again

    def test_an_override_comes_back_as_one(self, deployments: Deployments) -> None:
        """What people put into service although its gate had not passed."""
        deployments.promote(replace(generation(1), override=True))
        current = deployments.current("adult")
        assert current is not None
        assert current.override

    def test_a_rollback_comes_back_as_one(self, deployments: Deployments) -> None:
        """With the generation that it brought back; every other generation restores none."""
        for number, restores in ((1, 0), (2, 0), (3, 1)):
            deployments.promote(replace(generation(number), restores=restores))
        current = deployments.current("adult")
        assert current == replace(generation(3), restores=1)
        assert [one.restores for one in deployments.list("adult")] == [0, 0, 1]

    def test_a_verdict_on_other_bytes_is_refused(self, deployments: Deployments) -> None:
        """A certificate belongs to the sha256 it judged."""
        with pytest.raises(Conflict, match="adult:3"):
            deployments.certify(MODEL, Verdict("adult:3", "b" * 64, CHECKS))
        assert deployments.verdict(MODEL) is None
