"""A home whose second version, which learned the opposite, has just replaced the first and lost a window to it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from world import COLORS, InlineTrainer, World, settings_at

LABELS = "actuals/points/w1/points.csv"


def tried_world(home: Path) -> World:
    """The world of that home: one window tries a promotion."""
    world = World(home, trainer=InlineTrainer(3.0), **{**settings_at(home), "TRIAL_WINDOWS": "1"})
    world.trainer.silent = True
    return world


def land_trial(home: Path) -> None:
    """Version 2 replaces version 1, a window is predicted, and its labels lie in the lake."""
    world = tried_world(home)
    world.trainer.silent = False
    world.handle(world.land("incoming/points/d1/points.csv", rows_csv(1, first=0, rows=40)))
    world.trainer.weight = -3.0
    world.handle(world.land("incoming/points/d2/points.csv", rows_csv(7, first=0, sign=-1)))
    world.handle(world.land("scoring/points/w1/points.csv", rows_csv(101, first=1000, asked="id,x,color")))
    world.land(LABELS, rows_csv(101, first=1000, asked="id,y"))
    world.close()


def rows_csv(seed: int, *, first: int, asked: str = "id,x,color,y", sign: int = 1, rows: int = 400) -> bytes:
    """Rows with ids of their own whose answer follows the sign of x, or with `sign` -1 its opposite."""
    random = np.random.default_rng(seed)
    lines = [asked]
    for number, x in enumerate(random.normal(size=rows)):
        cells = {
            "id": first + number,
            "x": f"{x:.6f}",
            "color": COLORS[number % 2],
            "y": "yes" if x * sign > 0 else "no",
        }
        lines.append(",".join(str(cells[name]) for name in asked.split(",")))
    return ("\n".join(lines) + "\n").encode()
