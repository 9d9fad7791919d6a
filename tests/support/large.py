"""Worlds whose windows are large: a few hundred rows are scored in shards of a hundred."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from ports_with import ports_with
from sqlalchemy import text
from world import POINTS, World, points_csv

from shared.core.scenario import Scenario
from shared.prediction.window import Commit

SHARD_ROWS = 100
FEW = {"SCORER_ROWS": "150"}


def large_world(home: Path, scenario: Scenario = POINTS, budget: timedelta | None = None, **settings: Any) -> World:
    """A world with a deployed model of points, in which more than 150 rows are a large window."""
    world = World(home, scenarios={"points": scenario}, **{**FEW, **settings})
    in_small_shards(world, budget)
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    return world


def in_small_shards(world: World, budget: timedelta | None = None) -> None:
    """Let shards be small, and a call as short as that."""
    sharding = world.ports.prediction.sharding
    smaller = replace(sharding, shard_rows=SHARD_ROWS, budget=sharding.budget if budget is None else budget)
    world.ports = ports_with(world.ports, prediction__sharding=smaller)
    world.trainer.ports = world.ports


def whole_world(home: Path, scenario: Scenario = POINTS) -> World:
    """The same world, in which no window is large."""
    world = World(home, scenarios={"points": scenario})
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    return world


def predict(world: World, *contents: bytes, ending: str = "csv", drop: str = "s1") -> None:
    """Land a drop of these files, and do what its event and the timers ask for."""
    for number, content in enumerate(contents, 1):
        name = f"points.{number}of{len(contents)}.{ending}" if len(contents) > 1 else f"points.{ending}"
        world.land(f"scoring/points/{drop}/{name}", content)
    world.sweep()


def reported(world: World) -> list[Any]:
    """What reports see: ids, entities, answers, report columns and provenance without the model's run."""
    shown = "prediction_id, entity_key, prediction, probability, x, color, window, model_sha256"
    with world.ports.core.history._engine.connect() as connection:  # type: ignore[attr-defined]
        return list(connection.execute(text(f"SELECT {shown} FROM v_predictions_points ORDER BY 1")).all())  # noqa: S608


def committed(world: World) -> Commit:
    """The one commit, as the lake has it."""
    from shared.prediction.commits import whole_commit

    (commit,) = world.ports.prediction.predictions.commits("points")
    return whole_commit(world.ports, commit)
