"""Packed files at every door: rows to learn from, rows to predict and late labels."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
from world import World, points_csv

from shared.core.ledger import Kind


def test_packed_files_come_in_at_every_door(tmp_path: Path) -> None:
    """A drop is learned from, its rows are predicted and labelled; a bomb is set aside with one sentence."""
    world = World(tmp_path)
    world.handle(world.land("incoming/points/d1/points.csv.gz", gzip.compress(points_csv())))
    (dataset,) = world.ports.datasets.versions.list("points")
    assert dataset.rows == 400
    rows = points_csv(40, seed=2, labelled=False)
    world.handle(world.land("scoring/points/s1/points.csv.zst", bytes(pa.compress(rows, "zstd", asbytes=True))))
    (commit,) = world.ports.prediction.predictions.commits("points")
    assert commit.rows == 40
    labels = gzip.compress(b"id,y\n" + b"".join(b"%d,yes\n" % n for n in range(40)))
    world.handle(world.land("actuals/points/a1/points.csv.gz", labels))
    assert world.ports.monitoring.window_labels.newest(world.ports.core.scenarios["points"])
    bomb = gzip.compress(b"id,x,color,y\n" + b"1,2,red,no\n" * (8 << 20))
    world.handle(world.land("incoming/points/d2/points.csv.gz", bomb))
    told = [entry.reason for entry in world.ports.core.history.why("d2") if entry.kind == Kind.DROP]
    assert "unfolds to more than" in told[-1]
    assert len(world.ports.datasets.versions.list("points")) == 1
