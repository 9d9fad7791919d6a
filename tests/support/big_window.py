"""Scores one scoring file in its own process and prints the most memory it had (MB) and the sha256 of the answers.

Called by test_window_memory.py: the parent writes the file, so that only scoring it is measured.
"""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import replace
from pathlib import Path

from world import PRICES, SCENARIOS, World, prices_csv

from shared.core.scenario import Column

# What lies beside the inputs: read and checked with every row, and needed by nobody.
BALLAST = tuple(f"b{number}" for number in range(30))


def main(home: str, rows: str) -> None:
    """`home` is an empty folder, `rows` the file to predict."""
    (table,) = PRICES.tables
    beside = tuple(Column(name, "float", nulls=True, optional=True) for name in BALLAST)
    SCENARIOS["prices"] = replace(PRICES, tables=(replace(table, columns=(*table.columns, *beside)),))
    world = World(Path(home))
    world.handle(world.land("incoming/prices/d1/prices.csv", prices_csv()))
    path = Path(rows)
    with path.open("rb") as source:
        world.ports.core.lake.put(f"scoring/prices/big/{path.name}", source)
    world.sweep()
    (commit,) = world.ports.prediction.predictions.commits("prices")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"peak": peak, "rows": commit.rows, "sha256": commit.sha256}))  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    main(*sys.argv[1:])
