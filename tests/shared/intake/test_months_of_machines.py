"""A month of telemetry, errors and failures of machines arrives: the whole loop runs again, from file to verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from increments import csv_of
from world import InlineTrainer, World

from model_training.maintenance.names import TIME
from model_training.run import train_run
from model_training.scenarios import SCENARIOS
from shared.core.ledger import Kind
from shared.core.scenario import GeneratorOptions
from shared.datasets.version import DatasetVersion
from shared.training.run import Run
from shared.training.stored_models import read_model

MACHINES = "predictive_maintenance"
DECLARED = replace(SCENARIOS[MACHINES], candidates=("logistic",))
FLEET, MONTH = 4, 30
PARTS = ("train", "validation", "test")


class Training(InlineTrainer):
    """The worker's own code, in this process."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self._home = home

    def submit(self, run: Run) -> None:
        """Train as the worker does, and register."""
        assert self.ports is not None
        self.submitted.append(run.id)
        assert train_run(self.ports, run.id, lambda *_, **__: None, self._home / "runs" / run.id) == 0


def generated(seed: int) -> dict[str, pa.Table]:
    """Two months of the fleet with every table."""
    assert DECLARED.generate is not None
    return dict(DECLARED.generate(FLEET * 24 * 2 * MONTH, seed, GeneratorOptions()))


def months() -> list[Mapping[str, pa.Table]]:
    """Two months of a fleet with every table, then two drops with a month of telemetry, errors and failures."""
    after = {name: generated(2)[name] for name in ("telemetry", "errors", "failures")}
    begins = pc.min(after["telemetry"][TIME]).as_py()
    middle, shift = begins + timedelta(days=MONTH), timedelta(days=2 * MONTH)
    later = {name: pc.greater_equal(table[TIME], pa.scalar(middle, table[TIME].type)) for name, table in after.items()}
    moved = {
        name: table.set_column(0, TIME, pc.add(table[TIME], pa.scalar(shift, pa.duration("us"))))
        for name, table in after.items()
    }
    one = {name: table.filter(pc.invert(later[name])) for name, table in moved.items()}
    return [generated(1), one, {name: table.filter(later[name]) for name, table in moved.items()}]


def land(world: World, drop: str, tables: Mapping[str, pa.Table]) -> None:
    """The drop's files, then the marker that takes it; and everything that follows."""
    folder = f"incoming/{MACHINES}/{drop}"
    events = [world.land(f"{folder}/{name}.csv", csv_of(rows)) for name, rows in tables.items()]
    world.handle(*events, world.land(f"{folder}/_SUCCESS", b""))
    world.clock.advance(days=MONTH)
    world.sweep()


@pytest.mark.slow
def test_a_month_of_machines_runs_the_loop_again(tmp_path: Path) -> None:
    """Machines stand, failures come one drop later; the next model learns a month more and gets its own verdict."""
    trainer = Training(tmp_path)
    world = World(tmp_path, trainer=trainer, scenarios={MACHINES: DECLARED}, TRAINING_PROFILE="demo")
    first, one, two = months()
    land(world, "start", first)
    (model,) = world.ports.training.registry.list(MACHINES)
    assert current(world) == 1, world.ports.release.deployments.verdict(model)

    land(world, "month-1", {name: one[name] for name in ("telemetry", "errors")})
    assert len(trainer.submitted) == 1
    waiting = world.ports.core.history.why("month-1@")
    assert any(entry.reason == "Drop month-1 waits for: failures." for entry in waiting)

    land(world, "month-2", {"telemetry": two["telemetry"], "errors": two["errors"], "failures": one["failures"]})
    assert len(trainer.submitted) == 2
    parts = {table.name: [part.drop for part in table.parts] for table in newest(world).tables}
    assert parts["telemetry"] == ["start", "month-1"]
    assert parts["machines"] == parts["maint"] == ["start"]
    _, again = world.ports.training.registry.list(MACHINES)
    assert again.dataset == newest(world).id
    requested = world.ports.core.history.find(Kind.RETRAIN, f"{MACHINES}/data-{again.dataset}")
    assert requested is not None
    assert requested.reason == f"Retrained: dataset {again.dataset} is new."
    rows = [sum(read_model(world.ports, one)[1]["split"][part] for part in PARTS) for one in (model, again)]
    # A month on the grid of three hours.
    assert rows[1] - rows[0] > 0.9 * 8 * MONTH * FLEET, rows
    verdict = world.ports.release.deployments.verdict(again)
    assert verdict is not None
    (compared,) = [check for check in verdict.checks if check.name == "champion"]
    assert "judging rows are fresh" in compared.reason
    assert f"champion {MACHINES}:1" in compared.reason
    assert current(world) == (2 if verdict.passed else 1)


def current(world: World) -> int:
    """The version that serves."""
    serving = world.ports.release.deployments.current(MACHINES)
    return serving.version if serving else 0


def newest(world: World) -> DatasetVersion:
    """The newest dataset version."""
    return world.ports.datasets.versions.list(MACHINES)[-1]
