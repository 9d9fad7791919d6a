"""Telemetry windows: spans that meet, a watermark that lasts, late rows that are told and corrected on request."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from copied_home import copied
from world import World

from shared import dispatch
from shared.core.errors import BadInput
from shared.prediction.backfill import late_steps, plan_corrections
from shared.prediction.telemetry_span import RecordedSpan, Span
from shared.prediction.telemetry_windows import plan_telemetry
from shared.prediction.window import Window

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LABELS = "id,y\n" + "".join(f"{n},{n % 2}\n" for n in range(20))
ROWS = "id,x,color\n" + "".join(f"{n},{(n % 2) * 2 - 1},red\n" for n in range(20))


@pytest.fixture(scope="module")
def deployed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a model of the telemetry scenario, and no rows to predict; copied, never used."""
    world = World(tmp_path_factory.mktemp("deployed") / "home")
    world.handle(world.land("incoming/pairs/d1/right.csv", LABELS.encode()))
    world.handle(world.land("incoming/pairs/d1/left.csv", ROWS.encode()))
    world.close()
    return world.home


@pytest.fixture
def deployed(deployed_once: Path, tmp_path: Path) -> World:
    """A world on a copy of that home."""
    return World(copied(deployed_once, tmp_path / "home"))


def arrive(world: World, drop: str, minutes: float, content: str = ROWS) -> str:
    """A file that landed so many minutes after noon; its event."""
    event = world.land(f"scoring/pairs/{drop}/left.csv", content.encode())
    at = (NOON + timedelta(minutes=minutes)).timestamp()
    os.utime(world.home / "lake" / "scoring" / "pairs" / drop / "left.csv", (at, at))
    return event


def spans(world: World) -> list[RecordedSpan]:
    """What was read, oldest first."""
    return list(world.ports.prediction.spans.list("pairs"))


def test_spans_meet_and_are_stored_with_their_query(deployed: World) -> None:
    """Each begins where the one before ended; query, parameters, rows and hash stand beside the window."""
    for number, drops in enumerate((("a", "b"), ("c",))):
        for drop in drops:
            arrive(deployed, drop, number)
        deployed.sweep()
    first, second = spans(deployed)
    assert first.span.end == second.span.start
    assert [one.rows for one in (first, second)] == [40, 20]
    commits = deployed.ports.prediction.predictions.commits("pairs")
    assert [(one.window, one.rows) for one in commits] == [(first.window, 40), (second.window, 20)]
    assert first.query == second.query
    assert first.parameters["end"] == second.parameters["start"]
    assert len(first.sha256) == 64


def test_nothing_new_records_nothing(deployed: World) -> None:
    """However often the timer fires, and whatever its clock says."""
    arrive(deployed, "a", 0)
    for _ in range(3):
        deployed.clock.advance(days=100)
        deployed.sweep()
    assert len(spans(deployed)) == 1
    assert len(deployed.ports.prediction.windows.list("pairs")) == 1


def test_of_two_planners_one_records(deployed: World) -> None:
    """The span that stands is returned; no second window is claimed."""
    arrive(deployed, "a", 0)
    plan_telemetry(deployed.ports, deployed.ports.core.scenarios["pairs"])
    (standing,) = spans(deployed)
    rival = RecordedSpan("pairs", Span(standing.span.start, NOON), "rival", "", {}, 0, "", NOON)
    window = Window("pairs", "rival", 0, ("x@1",), "planned", NOON)
    assert deployed.ports.prediction.spans.record(rival, window) == standing
    assert "rival" not in {one.id for one in deployed.ports.prediction.windows.list("pairs")}


@pytest.mark.fault(51)
def test_late_rows_are_counted_and_corrected_on_request(deployed: World) -> None:
    """Nothing is rewritten by itself; the correction has the old rows and the late ones, and is made once."""
    arrive(deployed, "a", 0)
    arrive(deployed, "b", 10)
    deployed.sweep()
    late = arrive(deployed, "late", 5)
    deployed.handle(late)
    deployed.sweep()
    assert [one.rows for one in deployed.ports.prediction.predictions.commits("pairs")] == [40]
    (told,) = [one for one in deployed.ports.core.history.why("pairs/late") if one.state == "done"]
    assert "mlops backfill pairs --late" in told.reason
    scenario = deployed.ports.core.scenarios["pairs"]
    (step,) = late_steps(deployed.ports, scenario, "me")
    assert step.reason == "is scored again by pairs:1 with 20 late rows"
    for due in plan_corrections(deployed.ports, [step]):
        dispatch.on_window(deployed.ports, due.message)
    commits = deployed.ports.prediction.predictions.commits("pairs")
    assert [one.rows for one in commits] == [40, 60]
    assert commits[1].window == f"{commits[0].window}.r2"
    assert late_steps(deployed.ports, scenario, "me") == []


def test_a_drop_that_becomes_whole_later_is_not_late(world: World) -> None:
    """It arrives when its last file does: feature code that needs two tables waits for both."""
    places = b"place,z\na,0.5\nb,-0.5\n"
    assert world.ports.prediction.telemetry.settled_until(world.ports.core.scenarios["marks"], NOON) is None
    world.land("scoring/marks/d/marks.csv", b"id,x,place\n1,0.5,a\n")
    assert world.ports.prediction.telemetry.settled_until(world.ports.core.scenarios["marks"], NOON) is None
    world.land("scoring/marks/d/places.csv", places)
    whole = world.ports.core.lake.stat("scoring/marks/d/places.csv")
    assert whole is not None
    end = world.ports.prediction.telemetry.settled_until(world.ports.core.scenarios["marks"], whole.modified)
    assert end is not None
    assert end > whole.modified


def test_drops_have_no_late_rows(world: World) -> None:
    """The sentence says why."""
    with pytest.raises(BadInput, match="only telemetry has late rows"):
        late_steps(world.ports, world.ports.core.scenarios["points"], "me")
