"""Past windows scored again: as further versions; the first rows stay, and stay readable as of then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from copied_home import copied
from world import World, points_csv

from shared import dispatch
from shared.core.errors import BadInput, Refused
from shared.operations.status import status
from shared.operations.tracing import trace
from shared.operations.views import view
from shared.prediction.backfill import BackfillRequest, BackfillStep, plan_backfill, plan_corrections
from shared.prediction.rebuild import rebuild
from shared.serving.prediction_rows import first_id

START = datetime(2026, 3, 1, tzinfo=UTC)


def query(world: World, text: str, **values: object) -> list[tuple[Any, ...]]:
    """Rows of the database."""
    engine = sa.create_engine(f"sqlite:///{world.home / 'mlops.db'}")
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(sa.text(text), values)]
    engine.dispose()
    return rows


def asked(world: World, **changes: Any) -> BackfillRequest:
    """A backfill of the whole of March."""
    scenario = world.ports.core.scenarios["points"]
    return replace(BackfillRequest(scenario, START, START + timedelta(days=31), "me", "a better model"), **changes)


def run(world: World, **changes: Any) -> list[BackfillStep]:
    """Plan and do it."""
    steps = plan_backfill(world.ports, asked(world, **changes))
    for due in plan_corrections(world.ports, steps):
        dispatch.on_window(world.ports, due.message)
    return steps


@pytest.fixture(scope="module")
def scored_once(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A window scored by the first model on one day; a better model deployed on the next. Copied, never used."""
    world = World(tmp_path_factory.mktemp("scored") / "home")
    world.trainer.weight = 0.02
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.clock.advance(hours=1)
    world.handle(world.land("scoring/points/s1/points.csv", points_csv(10, seed=2, labelled=False)))
    world.clock.advance(days=1)
    world.trainer.weight = 3.0
    world.handle(world.land("incoming/points/d2/points.csv", points_csv(seed=5)))
    world.clock.advance(hours=1)
    world.close()
    return world


@pytest.fixture
def scored(scored_once: World, tmp_path: Path) -> World:
    """A copy of that world."""
    world = World(copied(scored_once.home, tmp_path / "home"))
    world.clock.now = scored_once.clock.now
    return world


NEWEST = "select prediction_id, entity_key, probability, model from v_predictions_points order by 1"
AS_OF = (
    "select prediction_id, entity_key, probability, model from v_predictions_points_asof "
    "where committed_at <= :t and (superseded_at is null or superseded_at > :t) order by 1"
)


@pytest.mark.fault(51)
def test_a_window_scored_already_gets_a_further_version(scored: World) -> None:
    """Reports see the new rows, the first ones stay as they were and are what a report of that time shows."""
    before = query(scored, NEWEST)
    (step,) = run(scored, model="points:2")
    assert (step.model, step.reason) == ("points:2", "is scored again by points:2")
    after = query(scored, NEWEST)
    assert [row[1] for row in after] == [row[1] for row in before]
    assert {row[3] for row in before}, {row[3] for row in after} == ({"points:1"}, {"points:2"})
    assert {row[2] for row in after} & {row[2] for row in before} == set()
    (base,) = query(scored, "select window, committed_at from prediction_revision where revision = 1")
    assert query(scored, AS_OF, t=base[1]) == before
    assert query(scored, AS_OF, t="9999-01-01 00:00:00.000000") == after
    assert query(scored, "select count(*) from predictions_points") == [(20,)]
    versions = query(scored, "select base, revision, superseded_at is null from prediction_revision order by revision")
    assert versions == [(base[0], 1, 0), (base[0], 2, 1)]


def test_a_corrected_window_counts_once(scored: World) -> None:
    """In the totals; the page of predictions shows both versions and says which stands."""
    before = status(scored.ports)["scenarios"]["points"]["predictions"]
    run(scored)
    assert before == status(scored.ports)["scenarios"]["points"]["predictions"] == 10
    totals = scored.ports.operations.totals.totals(["points"])["points"]
    assert (totals["predictions"], totals["windows"]) == (10, 1)
    second, first = view(scored.ports, "predictions", {"scenario": "points"})["windows"]
    assert (first["corrects"], first["version"], first["superseded"]) == (None, 1, True)
    assert (second["corrects"], second["version"], second["superseded"]) == (first["window"], 2, False)


def test_both_versions_are_traced(scored: World) -> None:
    """Each row says which version it belongs to, whose files it was made of and who scored it."""
    run(scored, model="points:2")
    first, second = (trace(scored.ports, first_id(number), "points") for number in (1, 2))
    assert (first.window.revision.number, second.window.revision.number) == (1, 2)
    assert second.window.revision.base == first.window.commit.window
    assert first.window.revision.inputs == second.window.revision.inputs != ()
    assert first.window.superseded_at == second.window.revision.committed_at
    assert second.deployment is not None
    assert second.deployment.generation == 2


def test_the_champion_of_then_scores(scored: World) -> None:
    """By the generations' own times: of each window's time, or of a time that is named."""
    steps = plan_backfill(scored.ports, asked(scored))
    assert [step.model for step in steps] == ["points:1"]
    now = scored.clock()
    assert [step.model for step in plan_backfill(scored.ports, asked(scored, as_of=now))] == ["points:2"]
    (left,) = plan_backfill(scored.ports, asked(scored, as_of=START))
    assert (left.correction, left.reason) == (None, "left: nothing was deployed at 2026-03-01T00:00:00Z")


def test_the_same_work_is_done_once(scored: World) -> None:
    """Asked again nothing is made, unless it is said so; another model makes another version."""
    run(scored)
    (left,) = run(scored)
    assert left.correction is None
    assert "this model has made version 2" in left.reason
    run(scored, model="points:2")
    run(scored, model="points:2", repeat=True)
    assert [one.number for one in scored.ports.prediction.corrections.list("points")] == [2, 3, 4]
    rows = query(scored, "select model, count(*) from v_predictions_points group by model")
    assert rows == [("points:2", 10)]


def test_only_windows_of_that_time_are_scored_again(scored: World) -> None:
    """Half-open: from the first moment on, before the last."""
    when = scored.ports.prediction.windows.list("points")[0].created_at
    moment = timedelta(microseconds=1)
    assert plan_backfill(scored.ports, asked(scored, start=when + moment)) == []
    assert plan_backfill(scored.ports, asked(scored, end=when)) == []
    assert len(plan_backfill(scored.ports, asked(scored, start=when, end=when + moment))) == 1


def test_a_plan_changes_nothing(scored: World) -> None:
    """A dry run leaves no trace."""
    before = query(scored, "select count(*) from window")
    plan_backfill(scored.ports, asked(scored, model="points:2"))
    assert query(scored, "select count(*) from window") == before
    assert scored.ports.prediction.corrections.list("points") == []


def test_a_file_that_changed_is_not_scored_in_the_old_ones_name(scored: World) -> None:
    """The correction ends with its reason; what reports see stays."""
    before = query(scored, NEWEST)
    scored.land("scoring/points/s1/points.csv", points_csv(10, seed=9, labelled=False))
    run(scored, model="points:2")
    (correction,) = scored.ports.prediction.corrections.list("points")
    entry = scored.ports.core.history.find("window", f"points/{correction.window}")
    assert entry is not None
    assert entry.state == "superseded"
    assert query(scored, NEWEST) == before


def test_a_window_that_was_never_committed_is_left(scored: World) -> None:
    """There is nothing to correct."""
    scored.handle(scored.land("scoring/points/bad/points.csv", b"id,x\n1,2\n"))
    left = plan_backfill(scored.ports, asked(scored, model="points:2"))[-1]
    assert left.correction is None
    assert left.reason.startswith("left: it was never committed; it is quarantined.")


@pytest.mark.parametrize("model", ["points", "points:", "points:x", "points:²", "pairs:1", "points:9"])
def test_a_model_that_is_none_is_refused(scored: World, model: str) -> None:
    """What would be accepted is said."""
    with pytest.raises(BadInput, match=r"accepted|registered"):
        plan_backfill(scored.ports, asked(scored, model=model))


def test_a_model_that_failed_its_gate_scores_nothing(scored: World) -> None:
    """Also when it is named by hand."""
    scored.trainer.weight = -3.0
    scored.handle(scored.land("incoming/points/d3/points.csv", points_csv(seed=6)))
    with pytest.raises(Refused, match="points:3 may not score"):
        plan_backfill(scored.ports, asked(scored, model="points:3"))


def test_an_empty_time_and_two_models_are_refused(scored: World) -> None:
    """One sentence each."""
    with pytest.raises(BadInput, match="--from before --to"):
        plan_backfill(scored.ports, asked(scored, end=START))
    with pytest.raises(BadInput, match="--as-of or --model"):
        plan_backfill(scored.ports, asked(scored, as_of=START, model="points:1"))


TABLES = ("predictions_points", "prediction_commit", "prediction_revision", "prediction_source", "correction")


def state(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of predictions and their lineage."""
    told = {table: sorted(query(world, f"select * from {table}"), key=repr) for table in TABLES}  # noqa: S608 - fixed names
    return {
        **told,
        "window": query(world, "select scenario, id, ordinal, state, reason from window order by ordinal"),
        "seen": query(world, NEWEST),
    }


@pytest.mark.parametrize(
    "lost",
    [
        ["predictions_points"],
        ["prediction_commit", "prediction_revision"],
        ["predictions_points", "prediction_commit", "prediction_revision", "prediction_source", "correction",
         "window_input", "window", "outbox"],
    ],
)  # fmt: skip
def test_what_sql_lost_comes_back_from_the_lake(scored: World, lost: list[str]) -> None:
    """Rows, commits, versions and windows, the same as before; a second time all is intact."""
    run(scored, model="points:2")
    before = state(scored)
    engine = sa.create_engine(f"sqlite:///{scored.home / 'mlops.db'}")
    with engine.begin() as connection:
        for table in lost:
            connection.execute(sa.text(f"delete from {table}"))  # noqa: S608 - fixed names
    engine.dispose()
    scenario = scored.ports.core.scenarios["points"]
    assert [one.state for one in rebuild(scored.ports, scenario)] == ["restored"] * 2
    assert state(scored) == before
    assert [one.state for one in rebuild(scored.ports, scenario)] == ["intact"] * 2
    assert [one.state for one in rebuild(scored.ports, scenario, every=True)] == ["restored"] * 2
    assert state(scored) == before


def test_a_damaged_file_is_told_and_holds_nobody_up(scored: World) -> None:
    """The other window comes back."""
    run(scored, model="points:2")
    first = scored.ports.prediction.predictions.commits("points")[0]
    file = scored.home / "lake" / first.path
    # It is linked from the home that other tests copy.
    file.unlink()
    file.write_bytes(b"PAR1")
    found = list(rebuild(scored.ports, scored.ports.core.scenarios["points"], every=True))
    assert [one.state for one in found] == ["failed", "restored"]
    assert "is not the file that was committed" in found[0].reason
