"""The line of generations: a rollback goes back along it, and never to what a rollback took out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.serving.deployment import Deployment
from shared.serving.generation_line import line_of, rollback_target, taken_out

FIRST = Deployment("points", 1, "points", 1, "", datetime(2026, 3, 1, tzinfo=UTC), "ada", "")
# A version that is put into service, or a rollback: by hand along the line, or by itself to the generation before.
STEPS = st.lists(st.one_of(st.integers(1, 4), st.sampled_from(["by hand", "by itself"])), max_size=30)


def put(history: Sequence[Deployment], version: int, restores: int = 0) -> list[Deployment]:
    """The history with one generation more."""
    number = len(history) + 1
    return [*history, replace(FIRST, generation=number, version=version, sha256=f"{version:064x}", restores=restores)]


def history_of(told: str) -> list[Deployment]:
    """`1 2 1<1`: version 1, version 2, and a rollback to version 1 as generation 1 served it."""
    history: list[Deployment] = []
    for word in told.split():
        version, _, restores = word.partition("<")
        history = put(history, int(version), int(restores or 0))
    return history


def back(history: Sequence[Deployment], target: Deployment) -> list[Deployment]:
    """The history after a rollback to the target."""
    return put(history, target.version, target.generation)


def lived(steps: Sequence[int | str]) -> list[Deployment]:
    """A history of those steps; what cannot be done is left out."""
    history: list[Deployment] = []
    for step in steps:
        if isinstance(step, int):
            history = put(history, step) if not history or history[-1].version != step else history
        elif step == "by hand":
            target = rollback_target(history)
            history = back(history, target) if target else history
        elif len(history) > 1 and not history[-1].restores:
            history = back(history, history[-2])
    return history


@pytest.mark.parametrize(
    ("told", "target", "out"),
    [
        ("", 0, set()),
        ("1", 0, set()),
        ("1 2", 1, set()),
        ("1 2 1<1", 0, {2}),
        ("1 2 3 2<2", 1, {3}),
        ("1 2 3 2<2 1<1", 0, {2, 3}),
        # What was taken out and promoted again counts as put in again, and serves before what follows it.
        ("1 2 1<1 2", 3, set()),
        ("1 2 1<1 2 3", 4, set()),
        ("1 2 1<1 2 3 2<4", 3, {3}),
        ("1 2 1<1 2 3 2<4 1<3", 0, {2, 3}),
        # A version that another one replaced after a rollback: the rollback is what served before.
        ("1 2 1<1 3", 3, {2}),
        ("1 2 1<1 3 1<3", 0, {2, 3}),
        # Version 1 was put in a second time and taken out: its first time is none to go back to.
        ("1 2 1 2<2", 0, {1}),
        ("3 1 2 1 2<3", 1, {1}),
        # Another graph of the same version is no other version.
        ("1 2 2", 1, set()),
        ("1 1", 0, set()),
        # Rollbacks of earlier versions do not say so: each is a generation as every other.
        ("1 2 1 ", 2, set()),
    ],
)
def test_where_a_rollback_goes(told: str, target: int, out: set[int]) -> None:
    """By its generation, 0 where nothing is left; and the versions that are out."""
    history = history_of(told)
    found = rollback_target(history)
    assert (found.generation if found else 0, taken_out(history)) == (target, out)


def test_the_line_is_what_serves_and_what_is_below_it() -> None:
    """From the newest back; a rollback stands where the generation stood that it restores."""
    assert [one.generation for one in line_of(history_of("1 2 3 2<2"))] == [4, 1]
    assert [one.generation for one in line_of(history_of("1 2 1<1 3"))] == [4, 3]
    assert line_of([]) == []


@given(STEPS)
def test_a_rollback_never_goes_to_what_was_taken_out(steps: Sequence[int | str]) -> None:
    """Of each version that a rollback took out, and nobody put in again, none is the target, whatever was done."""
    history = lived(steps)
    target = rollback_target(history)
    if target is None:
        return
    assert target.version != history[-1].version
    put_in = max(one.generation for one in history if one.version == target.version and not one.restores)
    later = [one for one in history[put_in:] if one.restores]
    assert not [one for one in later if one.restores < put_in and one.version != target.version]


@given(STEPS)
def test_rollbacks_go_strictly_back_and_end(steps: Sequence[int | str]) -> None:
    """One after the other, each serves a version that none before it served, until nothing is left."""
    history = lived(steps)
    versions = [one.version for one in history[-1:]]
    while (target := rollback_target(history)) is not None:
        history = back(history, target)
        versions.append(target.version)
    assert len(versions) == len(set(versions))


@given(STEPS)
def test_what_just_served_is_what_a_first_rollback_brings_back(steps: Sequence[int | str]) -> None:
    """After a version was put in, it is the generation before, unless that one is of the same version."""
    history = lived(steps)
    if len(history) > 1 and not history[-1].restores and history[-2].version != history[-1].version:
        assert rollback_target(history) == history[-2]
