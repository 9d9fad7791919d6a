"""Windows: the lake leads, the first plan and the first commit count, and SQL has all of a window or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from disturbing import settle
from ports_with import ports_with
from sqlalchemy import Connection, event
from world import World, points_csv

from shared import due_work
from shared.adapters.sql.connection.transactions import BEGIN, WRITING
from shared.core.errors import Corrupt, Transient
from shared.core.paths import commit_path
from shared.prediction.commits import committed_file
from shared.prediction.plans import pin_plan, read_plan
from shared.prediction.score import score_window
from shared.prediction.window_plan import WindowPlan


@pytest.fixture
def planned(world: World) -> World:
    """A model in service, and a window that is planned and not scored."""
    world.trainer.weight = 0.05
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.land("scoring/points/s1/points.csv", points_csv(12, seed=2, labelled=False))
    due_work.plan(world.ports)
    return world


def window_of(world: World) -> str:
    """The one window."""
    (window,) = world.ports.prediction.windows.list("points")
    return window.id


class Before:
    """A lake that does something before it stores a name that ends so."""

    def __init__(self, real: Any, ending: str, happens: Callable[[], None]) -> None:
        self._real = real
        self._ending = ending
        self._happens = happens

    def __getattr__(self, name: str) -> Any:
        """Everything else as it is."""
        return getattr(self._real, name)

    def put(self, path: str, *args: Any, **kwargs: Any) -> Any:
        """Do it, then store."""
        if path.endswith(self._ending):
            self._happens()
        return self._real.put(path, *args, **kwargs)


def refuse() -> None:
    """A lake that does not answer."""
    raise Transient("The lake does not answer.")


@pytest.mark.fault(41)
def test_sql_shows_nothing_before_the_lake_has_the_commit(planned: World) -> None:
    """The commit cannot be stored: SQL has neither the commit nor a row, and both come with it."""
    ports, window = planned.ports, window_of(planned)
    broken = ports_with(ports, core__lake=Before(ports.core.lake, "_COMMIT.json", refuse))
    with pytest.raises(Transient):
        score_window(broken, "points", window)
    assert ports.prediction.predictions.commits() == []
    score_window(ports, "points", window)
    assert [one.rows for one in ports.prediction.predictions.commits()] == [12]


@pytest.mark.fault(19)
def test_a_window_is_scored_by_the_model_of_its_first_plan(planned: World) -> None:
    """Another champion came before the commit: the plan that was pinned is the one that counts."""
    ports, window = planned.ports, window_of(planned)
    broken = ports_with(ports, core__lake=Before(ports.core.lake, "_COMMIT.json", refuse))
    with pytest.raises(Transient):
        score_window(broken, "points", window)
    planned.trainer.weight = 3.0
    planned.handle(planned.land("incoming/points/d2/points.csv", points_csv(seed=5, first=5000)))
    current = ports.release.deployments.current("points")
    assert current is not None
    assert current.version == 2
    settle(planned)
    assert [one.model for one in ports.prediction.predictions.commits()] == ["points:1"]


@pytest.mark.fault(45)
def test_of_two_plans_at_once_everybody_reads_the_one_that_stands(planned: World) -> None:
    """A rival pins its plan while ours is made: ours is forgotten."""
    ports, window = planned.ports, window_of(planned)
    deployment = ports.release.deployments.current("points")
    assert deployment is not None
    ours = WindowPlan("points", window, 1, ("a@1",), deployment, planned.clock())

    def make() -> WindowPlan:
        pin_plan(ports, "points", window, lambda: replace(ours, inputs=("rival@1",)))
        return ours

    plan, _ = pin_plan(ports, "points", window, make)
    assert plan.inputs == read_plan(ports, "points", window).inputs == ("rival@1",)


@pytest.mark.fault(45)
def test_of_two_commits_at_once_the_first_stands(planned: World) -> None:
    """A rival commits while ours is being stored: the lake keeps its version of the file."""
    ports, window = planned.ports, window_of(planned)
    path = commit_path("points", window)
    etags = []

    def commit_first() -> None:
        score_window(ports, "points", window)
        etags.append(ports.core.lake.stat(path).etag)  # type: ignore[union-attr]

    late = ports_with(ports, core__lake=Before(ports.core.lake, "_COMMIT.json", commit_first))
    score_window(late, "points", window)
    assert [ports.core.lake.stat(path).etag] == etags  # type: ignore[union-attr]
    assert len(ports.prediction.predictions.commits()) == 1


@pytest.mark.fault(35)
def test_a_prediction_file_that_changed_is_never_loaded(planned: World) -> None:
    """Its sha256 is that of the commit, or nothing is read from it."""
    score_window(planned.ports, "points", window_of(planned))
    (commit,) = planned.ports.prediction.predictions.commits()
    with (
        pytest.raises(Corrupt, match="not the file that was committed"),
        committed_file(planned.ports, replace(commit, sha256="0" * 64)),
    ):
        pass


@pytest.mark.fault(39, 45)
def test_rows_commit_and_notice_are_one_transaction(planned: World) -> None:
    """Whoever dies in between leaves nothing of the window: there is no in between."""
    ports, window = planned.ports, window_of(planned)
    engine = ports.core.history._engine  # type: ignore[attr-defined]
    real, writes = ports.prediction.predictions, []

    class Counted:
        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def load(self, *args: Any, **kwargs: Any) -> Any:
            def begin(connection: Connection) -> None:
                writes.append(connection.get_execution_options().get(BEGIN))

            event.listen(engine, "begin", begin)
            try:
                return real.load(*args, **kwargs)
            finally:
                event.remove(engine, "begin", begin)

    score_window(ports_with(ports, prediction__predictions=Counted()), "points", window)
    assert writes == [WRITING]
    told = [notice for notice in ports.core.outbox.pending() if window in notice.subject]
    assert len(told) == 1
