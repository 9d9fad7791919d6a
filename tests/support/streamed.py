"""A world whose rows are files to predict, and whose labels come alone."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from world import PAIRS, World

_ROWS, _LABELS = PAIRS.tables
STREAMED = replace(
    PAIRS, tables=(_ROWS, replace(_LABELS, arrives="later")), batch=replace(PAIRS.batch, label_hours=24.0)
)
LABELS = "incoming/pairs/l1/right.csv"


def streamed_world(home: Path) -> World:
    """The world of a home."""
    return World(home, scenarios={"pairs": STREAMED})


def land_stream(world: World) -> None:
    """Two files of rows, and an hour later the labels of all of them."""
    for file in range(2):
        rows = [f"{n},{n * 37 % 11},{'red' if n % 3 else 'blue'}" for n in range(file * 20, file * 20 + 20)]
        _land(world, f"scoring/pairs/s{file}/left.csv", ["id,x,color", *rows], hours=2)
    _land(world, LABELS, ["id,y", *(f"{n},{n * 37 % 11 // 6}" for n in range(40))], hours=1)


def _land(world: World, path: str, lines: list[str], *, hours: float) -> None:
    world.land(path, ("\n".join(lines) + "\n").encode())
    at = (world.clock() - timedelta(hours=hours)).timestamp()
    os.utime(next(world.home.rglob(path)), (at, at))
