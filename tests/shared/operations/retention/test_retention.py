"""Retention on a real lake and database: what is old goes, what lives goes on."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from delta_reader import read_delta
from releases import drop
from world import SCENARIOS, Clock, World, points_csv

from shared.core.ledger import Kind
from shared.core.policies import Retention
from shared.datasets.reading import lake_bytes, read_tables
from shared.operations import tracing
from shared.operations.label_rebuild import rebuild_label_tables
from shared.operations.retention import sweep
from shared.operations.retention.living import living_versions
from shared.operations.retention.survey import survey
from shared.operations.retention.sweep import apply_journal, apply_retention, plan_retention, retain
from shared.prediction.delta_rebuild import rebuild_tables
from shared.prediction.delta_table import predictions_table
from shared.prediction.rebuild import rebuild
from shared.release.rollback.execution import roll_back
from shared.training.stored_models import read_model

SHORT = Retention(incoming=30, scoring=30, actuals=30, quarantine=30, served=30, datasets=30, windows=60, journal=30)
POINTS = replace(
    SCENARIOS["points"], retention=SHORT, monitoring=replace(SCENARIOS["points"].monitoring, horizon_hours=1)
)


def world_of(home: Path) -> World:
    """A world of one scenario that keeps things for a month."""
    clock = Clock()
    # Files have the time of the machine: once the clock has been moved on, even new ones look old.
    clock.now = datetime.now(UTC)
    return World(home, clock=clock, scenarios={"points": POINTS})


def check_living(world: World) -> None:
    """Everything that lives can do its work: models load, versions and windows are read, predictions are traced."""
    ports = world.ports
    scenario = ports.core.scenarios["points"]
    for deployment in ports.release.deployments.list("points")[-2:]:
        model = ports.training.registry.find("points", deployment.version)
        assert model is not None
        read_model(ports, model)
        version = ports.datasets.versions.find("points", model.dataset)
        assert version is not None
        read_tables(lake_bytes(ports.core.lake), scenario, version.tables)
    head = ports.datasets.versions.head("points")
    read_tables(lake_bytes(ports.core.lake), scenario, head.tables)
    for commit in ports.prediction.predictions.commits("points"):
        assert ports.core.lake.stat(commit.path) is not None
        assert tracing.trace(ports, (commit.ordinal << 32) + 1, "points").dataset is not None
    assert {one.state for one in rebuild(ports, scenario)} <= {"intact"}
    # The Delta table names the files of what is committed and nothing else.
    assert {one.state for one in rebuild_tables(ports, scenario)} <= {"intact"}
    assert {one.state for one in rebuild_label_tables(ports, scenario)} <= {"intact"}
    named = {path for files in ports.prediction.delta.files(predictions_table(scenario)).values() for path in files}
    assert all(ports.core.lake.stat(path) for path in named)


def test_what_a_rollback_brings_back_is_living_in_each_environment(tmp_path: Path) -> None:
    """After a rollback that is a version from before the newest two generations; those live too, as ever."""
    world = World(tmp_path / "home", ENVIRONMENTS="preprod,prod")
    for number, weight in enumerate((0.02, 0.06, 0.3, 3.0), start=1):
        drop(world, f"d{number}", seed=number, weight=weight)
    assert [one.version for one in world.ports.release.deployments.list("points")] == [1, 2, 3, 4]
    assert living_versions(world.ports, "points") == {3, 4}
    roll_back(world.ports, "points", by="ada", reason="complaints")
    assert living_versions(world.ports, "points") == {2, 3, 4}
    roll_back(world.ports, "points", by="ada", reason="complaints", environment="preprod")
    roll_back(world.ports, "points", by="ada", reason="complaints", environment="preprod")
    assert living_versions(world.ports, "points") == {1, 2, 3, 4}
    world.close()


@pytest.mark.parametrize("seed", range(2))
def test_a_random_history_goes_on(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever came in whatever order: after each run of retention, everything living does its work."""
    monkeypatch.setattr("shared.operations.retention.rules.NEWEST_WINDOWS", 1)
    draw, world = random.Random(seed), world_of(tmp_path)
    gone = 0
    for step in range(9):
        name = f"d{draw.randint(0, 5)}"
        what = draw.choice(("train", "train", "score", "score", "wait", "retain", "bad"))
        if what == "train":
            first = 1000 * step
            event = world.land(f"incoming/points/{name}/points.csv", points_csv(60, seed=step, first=first))
        elif what == "score":
            event = world.land(f"scoring/points/s{step}/points.csv", points_csv(20, seed=step, labelled=False))
        elif what == "bad":
            event = world.land(f"incoming/points/{name}/points.csv", b"id,x\n1,2\n")
        else:
            event = ""
        if event:
            world.handle(event)
            world.sweep()
        world.clock.advance(days=draw.choice((1, 20, 45)))
        if what == "retain" or step == 8:
            gone += sum(sum(one.files.values()) for one in retain(world.ports))
            check_living(world)
    assert gone
    world.close()


def test_what_is_old_goes_and_is_told(tmp_path: Path) -> None:
    """A dry run changes nothing and says the same; a second run finds nothing; the history tells what went."""
    world = world_of(tmp_path)
    world.handle(world.land("incoming/points/one/points.csv", points_csv()))
    world.handle(world.land("incoming/points/bad/points.csv", b"id,x\n1,2\n"))
    world.handle(world.land("scoring/points/old/points.csv", points_csv(20, labelled=False)))
    world.land("incoming/points/untold/points.csv", points_csv(20, seed=3))
    world.clock.advance(days=40)
    planned = plan_retention(world.ports, POINTS)
    assert planned.files == {"incoming": 2, "quarantine": 2}
    assert apply_retention(world.ports, POINTS) == planned
    assert plan_retention(world.ports, POINTS).files == {}
    assert [blob.path for blob in world.ports.core.lake.list("incoming/")] == ["incoming/points/untold/points.csv"]
    told = world.ports.core.history.find(Kind.RETENTION, "points")
    assert told is not None
    assert "2 files of incoming" in told.reason
    check_living(world)
    world.close()


def test_an_old_window_goes_with_its_corrections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log of the Delta table lets go first, then the files of all versions go; other windows stay readable."""
    monkeypatch.setattr("shared.operations.retention.rules.NEWEST_WINDOWS", 1)
    world = world_of(tmp_path)
    world.handle(world.land("incoming/points/one/points.csv", points_csv()))
    for name, rows, answer in (("old", 20, "yes"), ("old", 21, "no"), ("new", 9, "yes")):
        world.handle(world.land(f"scoring/points/{name}/points.csv", points_csv(rows, labelled=False)))
        world.handle(world.land(f"actuals/points/{name}-{rows}/points.csv", f"id,y\n1,{answer}\n".encode()))
        world.clock.advance(days=31)
    world.clock.advance(days=40)
    for _ in range(2):
        apply_retention(world.ports, POINTS)
    root = tmp_path / "lake" / "tables" / "points"
    assert len(read_delta(root / "predictions")) == 9
    assert len(read_delta(root / "labelled")) == 1
    # What came in files of labels is older than a month.
    assert read_delta(root / "actuals", by="entity_key") == []
    assert len(list(root.glob("*/base_window=*/*.parquet"))) == 2
    assert not list(root.glob("actuals/delivery=*"))
    check_living(world)
    world.close()


def test_an_old_window_goes_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows, commit, plan and measures, once its files are gone; it is neither predicted again nor restored."""
    monkeypatch.setattr("shared.operations.retention.rules.NEWEST_WINDOWS", 1)
    world = world_of(tmp_path)
    world.handle(world.land("incoming/points/one/points.csv", points_csv()))
    for name in ("old", "new"):
        world.handle(world.land(f"scoring/points/{name}/points.csv", points_csv(20, labelled=False)))
        world.clock.advance(days=31)
    world.clock.advance(days=40)
    # The file goes first, and in the next run its window.
    assert apply_retention(world.ports, POINTS).files["scoring"] == 1
    removed = apply_retention(world.ports, POINTS)
    assert len(removed.windows) == 1
    assert len(world.ports.prediction.predictions.commits("points")) == 1
    assert not list(world.ports.core.lake.list(f"windows/points/{removed.windows[0]}/"))
    world.sweep()
    assert len(world.ports.prediction.windows.list("points")) == 1
    check_living(world)
    world.close()


def test_a_run_is_bounded_and_the_next_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backlog of years does not keep a function beyond its time."""
    monkeypatch.setattr(sweep, "MOST", 2)
    world = world_of(tmp_path)
    for number in range(5):
        world.ports.core.lake.put(f"quarantine/points/x/{number}/reason.json", b"{}")
    world.clock.advance(days=40)
    assert [apply_retention(world.ports, POINTS).files.get("quarantine", 0) for _ in range(4)] == [2, 2, 1, 0]
    world.close()


def test_a_daily_run_lists_a_slice_and_the_next_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the history: so many files are listed, and after a round everything old has gone, nothing young."""
    monkeypatch.setattr(sweep, "LISTED", 3)
    world = world_of(tmp_path)
    for number in range(7):
        world.ports.core.lake.put(f"quarantine/points/x/{number}/reason.json", b"{}")
    world.clock.advance(days=40)
    young = "quarantine/points/x/9/reason.json"
    world.ports.core.lake.put(young, b"{}")
    at = world.clock.now.timestamp()
    os.utime(tmp_path / "lake" / young, (at, at))
    assert [retain(world.ports)[0].files.get("quarantine", 0) for _ in range(3)] == [3, 3, 1]
    ended = world.ports.core.rounds.find("retain/points")
    assert ended is not None
    assert ended.ended_files == 8
    assert retain(world.ports)[0].files == {}
    assert [blob.path for blob in world.ports.core.lake.list("quarantine/")] == [young]
    world.close()


def test_only_what_is_old_is_looked_into(tmp_path: Path) -> None:
    """Of young windows, versions and files none is listed or asked for."""
    world = world_of(tmp_path)
    world.handle(world.land("incoming/points/one/points.csv", points_csv()))
    world.handle(world.land("scoring/points/old/points.csv", points_csv(20, labelled=False)))
    before = survey(world.ports, POINTS)
    assert (before.files["incoming"], before.parts, before.standing) == ((), (), frozenset())
    assert [window.blobs for window in before.windows] == [()]
    assert [version.blobs for version in before.datasets] == [()]
    # Rows wait twice as long as their labels may take.
    world.clock.advance(days=100)
    after = survey(world.ports, POINTS)
    assert [blob.path for blob in after.files["incoming"]] == ["incoming/points/one/points.csv"]
    assert after.standing == frozenset(after.windows[0].inputs)
    assert after.windows[0].blobs
    world.close()


def test_the_journal_keeps_the_state_of_every_key(tmp_path: Path) -> None:
    """Old transitions go; how each piece of work ended stays, and it is not done again."""
    world = world_of(tmp_path)
    event = world.land("incoming/points/one/points.csv", points_csv())
    world.handle(event)
    before = {(one.kind, one.key): one.state for one in world.ports.core.history.entries(10_000)[::-1]}
    world.clock.advance(days=40)
    planned = apply_journal(world.ports, dry_run=True)
    assert planned.rows["journal"] > 3
    assert apply_journal(world.ports) == planned
    after = {(one.kind, one.key): one.state for one in world.ports.core.history.entries(10_000)[::-1]}
    assert {key: state for key, state in after.items() if key[0] != Kind.RETENTION} == before
    world.handle(event)
    assert len(world.ports.datasets.versions.list("points")) == 1
    world.close()


def test_a_part_that_comes_again_is_not_lost(tmp_path: Path) -> None:
    """A drop with the rows of a forgotten part renews the part, so that a run that looked before leaves it."""
    world = world_of(tmp_path)
    world.handle(world.land("incoming/points/one/points.csv", points_csv()))
    (part,) = (blob for blob in world.ports.core.lake.list("tables/points/") if blob.path.endswith(".parquet"))
    world.clock.advance(days=90)
    old = world.ports.core.lake.stat(part.path)
    world.handle(world.land("incoming/points/two/points.csv", points_csv()))
    new = world.ports.core.lake.stat(part.path)
    assert old is not None
    assert new is not None
    assert new.etag != old.etag
    world.close()
