"""Seeded lives of two hosts on one installation: the promises hold at every step, and everything ends when faults stop.

In memory 200 seeds in `make test` and 2 000 in `make test-all`, on a folder and SQLite a sample of them. Seeds that
failed once stand in `failed_seeds.txt` and come first. `MLOPS_SEED=17` plays that seed alone.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sampling import Sample
from simulated.endings import check_end
from simulated.installations import Installation, in_memory, on_disk
from simulated.life import Life
from simulated.promises import check

FULL = bool(os.environ.get("MLOPS_FULL_SWEEP"))
ALONE = [int(seed) for seed in os.environ.get("MLOPS_SEED", "").split()]
IN_MEMORY, ON_DISK = 200, 2
KEPT = [int(line.split()[0]) for line in Path(__file__).with_name("failed_seeds.txt").read_text().splitlines()]


def seeds(count: int) -> list[int]:
    """So many of them: those that failed once first."""
    return ALONE or list(dict.fromkeys([*KEPT, *range(1, count + 1)]))[:count]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Nobody reads what hosts log of the faults that befall them."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def lived(place: Installation, seed: int) -> list[str]:
    """What happened in a life that kept every promise; a failure says how to play it again."""
    with closing(place):
        life = Life(place, seed)
        try:
            life.play(check, check_end)
        except BaseException:
            print("\n".join(life.told))  # noqa: T201 -- the life of a seed that fails
            print(f"Play it again: MLOPS_SEED={seed} make test ARGS='-n 0 {__file__}', and keep it in failed_seeds.txt")  # noqa: T201
            raise
        return life.told


@pytest.mark.fault(23, 24, 27)
@pytest.mark.parametrize("seed", seeds(2000 if FULL else IN_MEMORY))
def test_the_promises_hold_whatever_happens(seed: int, sample: Sample) -> None:
    """Messages are lost, repeated and reordered; workers die, pause and lose answers; disks fill; hosts are killed."""
    if not FULL:
        sample.note(f"{IN_MEMORY} of 2000 seeds")
    lived(in_memory(seed), seed)


@pytest.mark.parametrize("seed", seeds(200 if FULL else ON_DISK))
def test_they_hold_on_the_real_adapters(tmp_path: Path, seed: int, sample: Sample) -> None:
    """The same lives on the folder lake and SQLite."""
    if not FULL:
        sample.note(f"{ON_DISK} of 200 seeds")
    lived(on_disk(tmp_path, seed), seed)


def test_a_seed_is_one_life() -> None:
    """Whoever plays it again sees the same."""
    first, second = (lived(in_memory(KEPT[0]), KEPT[0]) for _ in range(2))
    assert first == second
    assert len(first) > 50
