"""Two models on generated bank rows: judged on rows that neither learned from, and undecided where those are few."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

from bench.gate_pairs import Trained, clients, train, verdict
from bench.gate_rows import SWAPPED, World
from bench.gate_sequences import judged_pairs
from shared.release.gate.contestants import fresh_part
from shared.release.verdict import Check, Verdict


def _check(found: Verdict, name: str) -> Check:
    return next(check for check in found.checks if check.name == name)


@pytest.fixture(scope="module")
def growing() -> list[Trained]:
    """Models of the first 2 000, 4 000 and 12 000 of the same rows."""
    rows = clients(12_000, 7)
    return [train(rows.slice(0, size), number) for number, size in enumerate((2_000, 4_000, 12_000), 1)]


def test_of_cumulative_drops_the_better_model_ships(growing: list[Trained]) -> None:
    """The second has too few rows to tell; the third is surely better on rows that the first never learned from."""
    first, second, third = growing
    early = verdict(second, first)
    assert early.state == "undecided"
    assert "independent rows with the rarest answer, 50 are needed" in early.reason
    late = verdict(third, first)
    assert late.state == "passed"
    assert "Better." in _check(late, "champion").reason


def test_every_judging_row_of_cumulative_drops_is_fresh(growing: list[Trained]) -> None:
    """A row has the same role in every drop, so that no earlier model has learned what judges a later one."""
    first, _, third = growing
    fresh, note = fresh_part(third.contestant, first.contestant, third.judging)
    assert len(fresh.actual) == len(third.judging.actual)
    assert "neither model learned from them" in note


def test_a_tiny_drop_does_not_replace_a_good_champion() -> None:
    """33 000 rows, then 600: undecided, whatever sign the difference has on its few rows."""
    rows = clients(33_600, 8)
    champion, challenger = train(rows.slice(0, 33_000), 1), train(rows.slice(33_000), 2)
    found = verdict(challenger, champion)
    assert found.state == "undecided"
    assert "200 are needed" in _check(found, "champion").reason
    assert found.summary == "is undecided, the champion stays"


def test_a_smaller_drop_is_not_taken_for_an_equal_one() -> None:
    """20 000 rows, then 4 000 others: the worse model does not ship."""
    rows = clients(24_000, 5)
    found = verdict(train(rows.slice(20_000), 2), train(rows.slice(0, 20_000), 1))
    assert found.state in ("undecided", "refused", "trade_off")


def test_rows_given_twice_do_not_judge_by_memory() -> None:
    """The same file twice in one drop: no copy of a learned row judges, and copies do not count as further rows."""
    rows = clients(3_000, 9)
    once, twice = train(rows, 1), train(pa.concat_tables([rows, rows]), 2)
    learned = twice.contestant.learned
    assert learned is not None
    assert twice.judging.keys is not None
    assert not learned.holds(twice.judging.keys["inputs"].to_numpy()).any()
    assert len(twice.judging.actual) == 2 * len(once.judging.actual)
    reason = _check(verdict(twice, once), "champion").reason
    assert "independent rows with the rarest answer" in reason


def test_a_champion_of_the_version_before_is_said_to_know_some_rows(growing: list[Trained]) -> None:
    """Without fingerprints all judging rows count, and the check says so."""
    first, _, third = growing
    older = replace(first, contestant=replace(first.contestant, learned=None))
    reason = _check(verdict(third, older), "champion").reason
    assert "does not name the rows it learned from: all judging rows count, it may know some" in reason


# What `bench/gate_errors.py` counts: the first challenger of a sequence, looked at until the gate decides.
SEQUENCES = [
    *((kind, seed, "better", "passed") for kind in ("cumulative", "drifted", "recoded") for seed in (1, 5)),
    *((kind, seed, "worse", "refused") for kind in ("tiny", "duplicated") for seed in (2, 3)),
    ("incremental", 1, "better", "passed"),
    ("incremental", 4, "worse", "refused"),
]


@pytest.mark.parametrize(("kind", "seed", "true", "said"), SEQUENCES)
def test_what_is_better_ships_and_what_is_worse_does_not(kind: str, seed: int, true: str, said: str) -> None:
    """Registry, looks and deployments are real; the truth is that of rows which no model learned from."""
    (pair,) = judged_pairs(kind, seed, 5_000, 1)
    assert (pair.truth, pair.said) == (true, said)


def test_rows_outside_the_history_window_do_not_object() -> None:
    """After a change of the world a model of the new rows alone ships: the old ones are outside the window."""
    before, after = World(), World(0.5, SWAPPED)
    champion = train(before.draw(8_000, 21), 1)
    found = verdict(train(after.draw(8_000, 22), 2), champion)
    assert found.state == "passed", found.reason
    assert "judging rows of the history window" in _check(found, "reference").reason


def test_the_reference_objects_to_what_is_surely_worse() -> None:
    """A model of 1 000 rows beside one of 19 000, on further judging rows of the window."""
    rows = clients(20_000, 5)
    champion, challenger = train(rows.slice(0, 19_000), 1), train(rows.slice(19_000), 2)
    further = replace(challenger, judging=train(clients(20_000, 6), 3).judging)
    assert _check(verdict(further, champion), "reference").verdict == "trade_off"
