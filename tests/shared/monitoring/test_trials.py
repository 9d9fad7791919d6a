"""After a promotion the replaced champion answers the next windows hidden; a loss on late labels rolls back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ports_with import ports_with
from tried import rows_csv
from world import PLACES, InlineTrainer, World, marks_csv, prices_csv

from shared.monitoring.monitor import monitor
from shared.monitoring.trials.compared_rows import compared_rows
from shared.operations.status import status
from shared.prediction.hidden_scoring import score_hidden
from shared.release.status import release_status

ROWS = 400


@pytest.fixture
def promoted(tmp_path: Path) -> World:
    """Version 2, which learned that answers are the other way round, has just replaced version 1."""
    world = World(tmp_path / "home", trainer=InlineTrainer(3.0), TRIAL_WINDOWS="2")
    promote(world)
    assert serving(world) == (2, 2), [entry.reason for entry in world.ports.core.history.entries()]
    return world


def promote(world: World) -> None:
    """Two drops, the first too small to object to a model that learned the opposite."""
    world.handle(world.land("incoming/points/d1/points.csv", rows_csv(1, first=0, rows=40)))
    world.trainer.weight = -3.0
    world.handle(world.land("incoming/points/d2/points.csv", rows_csv(7, first=0, sign=-1)))


def serving(world: World) -> tuple[int, int]:
    """Generation and version."""
    current = world.ports.release.deployments.current("points")
    assert current is not None
    return current.generation, current.version


def predict(world: World, number: int) -> None:
    """A window of rows, monitored."""
    bring(world, "scoring", number)
    monitor(world.ports, "points")


def label(world: World, number: int, *, sign: int) -> None:
    """The answers of a window, monitored."""
    bring(world, "actuals", number, sign=sign)
    monitor(world.ports, "points")


def bring(world: World, area: str, number: int, *, sign: int = 1) -> None:
    """Land the inputs or the answers of a window."""
    asked = "id,x,color" if area == "scoring" else "id,y"
    content = rows_csv(100 + number, first=1000 * number, asked=asked, sign=sign)
    world.handle(world.land(f"{area}/points/w{number}/points.csv", content))


def trial(world: World) -> tuple[str, str]:
    """State and reason of the trial of version 2."""
    entry = world.ports.core.history.find("trial", "points:2/prod#2")
    assert entry is not None
    return entry.state, entry.reason


def test_a_version_that_late_labels_show_to_be_worse_is_rolled_back_once(promoted: World) -> None:
    """The champion serves again with the reason, people are alerted, and no repeat changes anything."""
    predict(promoted, 1)
    assert trial(promoted)[0] == "waiting"
    promoted.sweep()
    assert serving(promoted) == (2, 2)
    label(promoted, 1, sign=1)
    state, reason = trial(promoted)
    assert (state, "lost its trial" in reason) == ("refused", True), reason
    promoted.sweep()
    assert serving(promoted) == (3, 1)
    last = promoted.ports.release.deployments.list("points")[-1]
    assert len(told(promoted, "ModelRolledBack")) == 1
    assert (last.by, "Worse by more than the margin" in last.reason) == ("trial", True), last.reason
    assert release_status(promoted.ports, "points", 2)["status"] == "failed"
    monitor(promoted.ports, "points")
    promoted.sweep()
    assert serving(promoted) == (3, 1)
    assert len(promoted.ports.release.rollouts.list("points")) == 1


class DiesOnce:
    """Deployments behind a process that dies the first time that the pointer has to move."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.deaths = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def promote(self, *given: Any) -> Any:
        """Die, then work."""
        self.deaths += 1
        if self.deaths == 1:
            raise KeyboardInterrupt
        return self._real.promote(*given)


def test_a_death_between_decision_and_pointer_changes_nothing(promoted: World) -> None:
    """The next sweep puts the champion back, by the same reason, with one change and one alert."""
    predict(promoted, 1)
    label(promoted, 1, sign=1)
    promoted.ports = ports_with(promoted.ports, release__deployments=DiesOnce(promoted.ports.release.deployments))
    with pytest.raises(KeyboardInterrupt):
        promoted.sweep()
    assert serving(promoted) == (2, 2)
    promoted.sweep()
    assert serving(promoted) == (3, 1)
    assert promoted.ports.release.deployments.list("points")[-1].by == "trial"
    assert len(promoted.ports.release.rollouts.list("points")) == 1
    assert len(told(promoted, "ModelRolledBack")) == 1


def told(world: World, kind: str) -> list[str]:
    """The data of the events of that kind."""
    with closing(sqlite3.connect(world.home / "mlops.db")) as connection:
        query = "SELECT data FROM outbox WHERE type = ?"
        return [row[0] for row in connection.execute(query, (f"Mlops.{kind}",))]


def test_hidden_answers_reach_neither_predictions_nor_sql(promoted: World) -> None:
    """They lie in the trial's own folder; the window has the rows of the version that serves."""
    predict(promoted, 1)
    (commit,) = promoted.ports.prediction.predictions.commits("points")
    assert (commit.model, commit.rows) == ("points:2", ROWS)
    paths = [blob.path for blob in promoted.ports.core.lake.list("trials/points/")]
    assert {path.rpartition("/")[0] for path in paths} == {f"trials/points/1/{commit.window}"}


def test_a_version_that_keeps_its_place_ends_its_trial(promoted: World) -> None:
    """With all windows labelled the trial is over, further windows are not answered hidden, and it serves on."""
    for number in (1, 2, 3):
        predict(promoted, number)
        label(promoted, number, sign=-1)
    state, reason = trial(promoted)
    assert (state, "is over" in reason) == ("done", True), reason
    assert status(promoted.ports)["scenarios"]["points"]["trial"] == reason
    promoted.sweep()
    assert serving(promoted) == (2, 2)
    commits = [blob.path for blob in promoted.ports.core.lake.list("trials/points/1/") if "_COMMIT" in blob.path]
    assert len(commits) == 2


def test_windows_that_are_answered_later_are_compared_too(tmp_path: Path) -> None:
    """Four windows are answered a round; the fifth, by the next one, although no label came since."""
    world = World(tmp_path / "home", trainer=InlineTrainer(3.0), TRIAL_WINDOWS="5")
    promote(world)
    for number in range(1, 6):
        bring(world, "scoring", number)
        bring(world, "actuals", number, sign=-1)
    monitor(world.ports, "points")
    assert trial(world)[0] == "waiting"
    monitor(world.ports, "points")
    state, reason = trial(world)
    assert (state, f"on {5 * ROWS} rows" in reason) == ("done", True), reason


def test_trials_can_be_switched_off(tmp_path: Path) -> None:
    """Then no window is answered twice."""
    world = World(tmp_path / "home", trainer=InlineTrainer(3.0), TRIAL_WINDOWS_POINTS="0")
    promote(world)
    predict(world, 1)
    assert serving(world) == (2, 2)
    assert not list(world.ports.core.lake.list("trials/"))


@pytest.mark.parametrize(
    ("name", "files", "new"),
    [
        ("marks", {"marks": marks_csv(), "places": PLACES}, {"marks": marks_csv(labelled=False), "places": PLACES}),
        ("prices", {"prices": prices_csv()}, {"prices": prices_csv(labelled=False)}),
    ],
)
def test_answers_of_every_task_are_compared_row_by_row(
    tmp_path: Path, name: str, files: dict[str, bytes], new: dict[str, bytes]
) -> None:
    """The same model hidden answers each labelled row as it did in service."""
    world = World(tmp_path / "home")
    scenario = world.ports.core.scenarios[name]
    for area, tables in (("incoming", files), ("scoring", new)):
        world.handle(*[world.land(f"{area}/{name}/d1/{table}.csv", content) for table, content in tables.items()])
    lines = [line.split(",") for line in files[name].decode().splitlines()]
    wanted = [lines[0].index(column) for column in ("id", *scenario.targets)]
    told = "\n".join(",".join(line[at] for at in wanted) for line in lines)
    world.handle(world.land(f"actuals/{name}/d1/{name}.csv", f"{told}\n".encode()))
    (commit,) = world.ports.prediction.predictions.commits(name)
    current = world.ports.release.deployments.current(name)
    assert current is not None
    assert score_hidden(world.ports, scenario, commit.window, current).state == "done"
    found = compared_rows(world.ports, scenario, [commit], current)
    assert found is not None
    assert found.unlabelled == 0
    assert len(found.rows.actual) == commit.rows
    np.testing.assert_allclose(found.served, found.hidden)
