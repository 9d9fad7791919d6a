"""Seeded lives of hosts on one home: the promises hold at every step, and everything ends when faults stop.

A few seeds in `make test`, two hundred in `make test-all`.
"""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest
from promises import check, check_end
from simulation import Simulation

STEPS = 40
# Seeds that failed once stay.
KEPT = (4, 19, 49)
SEEDS = range(1, 201) if os.environ.get("MLOPS_FULL_SWEEP") else range(1, 2)


@pytest.mark.fault(23, 24, 27)
@pytest.mark.parametrize("seed", [*KEPT, *SEEDS])
def test_the_promises_hold_whatever_happens(tmp_path: Path, seed: int) -> None:
    """Messages are lost, repeated and reordered; workers die, sleep past their lease and lose answers; writes fail."""
    with closing(Simulation(tmp_path, seed)) as life:
        try:
            for _ in range(STEPS):
                life.step()
                check(life)
            life.settle()
            check(life)
            check_end(life)
        except BaseException:
            print("\n".join(life.told))  # noqa: T201 -- the life of a seed that fails
            raise
