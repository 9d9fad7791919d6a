"""Answers are named by request and row; their labels make the quality of the hour in which they were given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from copied_home import copied
from ports_with import ports_with
from world import POINTS, World, points_csv

from functions.scoring import Scorer
from shared.core.blob import Blob
from shared.core.errors import BadInput, Missing
from shared.core.policies import Monitoring
from shared.monitoring.measures import QualityMeasure
from shared.monitoring.monitor import measure_again, monitor
from shared.monitoring.posted_actuals import post_actuals

ROWS = 40


@pytest.fixture(scope="module")
def served_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has answered one request `first` with 40 rows at noon; x says which label is true."""
    world = logging(tmp_path_factory.mktemp("served") / "home")
    world.handle(world.land("incoming/points/d1/points.csv", points_csv(200)))
    ask(world, "first")
    world.close()
    return world.home


@pytest.fixture
def served(served_once: Path, tmp_path: Path) -> World:
    """A world on a copy of that home."""
    return logging(copied(served_once, tmp_path / "home"))


def logging(home: Path) -> World:
    """A world that logs every answer, and has labels for two days."""
    world = World(home, LOG_SAMPLE="1")
    declared = replace(POINTS, metric="accuracy", monitoring=Monitoring(horizon_hours=48))
    world.ports = ports_with(world.ports, core__scenarios={**world.ports.core.scenarios, "points": declared})
    world.trainer.ports = world.ports
    return world


def ask(world: World, request: str) -> str:
    """The id under which 40 rows are answered."""
    rows = [{"id": n, "x": 1.0 if n % 2 else -1.0, "color": "red"} for n in range(ROWS)]
    body = json.dumps({"Inputs": {"data": rows}}).encode()
    _, headers = Scorer(world.ports).score("points", body, "", request)
    world.ports.serving.log.flush()  # type: ignore[attr-defined]
    return headers["x-request-id"]


def tell(world: World, request: str, *, wrong: int = 0, rows: int = ROWS) -> str:
    """Post labels of the first rows, the first of them against what x says; the reason."""
    said = [("yes" if (n % 2 == 1) != (n < wrong) else "no") for n in range(rows)]
    labels = [{"request_id": request, "row": n, "y": one} for n, one in enumerate(said)]
    answer = post_actuals(world.ports, world.ports.core.scenarios["points"], json.dumps(labels).encode())
    return str(answer["reason"])


def hour(world: World) -> QualityMeasure | None:
    """What is said of the hour, after another one."""
    world.clock.advance(hours=2)
    monitor(world.ports, "points")
    found = [one for one in world.ports.monitoring.qualities.latest("points") if one.source == "served"]
    return found[0] if found else None


def test_a_well_formed_id_is_taken_and_another_is_replaced(served: World) -> None:
    """The made one is as good."""
    assert ask(served, "order-4711") == "order-4711"
    made = [ask(served, strange) for strange in ("", "two words", "x" * 65, "é")]
    assert len(set(made)) == 4
    assert all(len(one) == 32 for one in made)


def test_labels_that_name_answers_make_the_quality_of_their_hour(served: World) -> None:
    """Stated when the hour is complete; said again when labels change; the same body again is the same file."""
    assert "40 new, 0 changed" in tell(served, "first", wrong=10)
    one = hour(served)
    assert one is not None
    assert (one.window, one.value, one.labelled, one.rows) == ("served-2026030112", 0.75, ROWS, ROWS)
    assert "40 new, 0 changed" in tell(served, "first", wrong=10)
    assert "0 new, 10 changed" in tell(served, "first")
    one = hour(served)
    assert one is not None
    assert (one.value, one.revision) == (1.0, 2)


def test_labels_may_come_after_their_hour_was_stated(served: World) -> None:
    """Without a label nothing is stated; too few are no verdict."""
    assert hour(served) is None
    tell(served, "first", rows=20)
    one = hour(served)
    assert one is not None
    assert (one.value, one.coverage, one.verdict) == (None, 0.5, "unknown")
    tell(served, "first")
    one = hour(served)
    assert one is not None
    assert (one.value, one.state) == (1.0, "final")


def test_an_id_that_was_used_twice_names_no_answer(served: World) -> None:
    """Which of the two is meant is not guessed."""
    ask(served, "first")
    tell(served, "first")
    one = hour(served)
    assert one is not None
    assert (one.rows, one.labelled) == (2 * ROWS, 0)


def test_hours_become_final_with_the_labels_they_have(served: World) -> None:
    """After the horizon."""
    tell(served, "first", rows=35)
    one = hour(served)
    assert one is not None
    assert (one.value, one.state) == (1.0, "provisional")
    served.clock.advance(hours=48)
    one = hour(served)
    assert one is not None
    assert one.state == "final"


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        ([{"request_id": "a", "row": 0, "y": "maybe"}], "maybe"),
        ([{"request_id": "a", "row": 0, "y": "no"}, {"request_id": "a", "row": 0, "y": "yes"}], "two labels"),
        ([{"request_id": "a", "id": 1, "y": "no"}], "request_id, row, y"),
    ],
    ids=["strange label", "two labels", "both keys"],
)
def test_labels_that_break_their_contract_are_refused(served: World, labels: list[object], says: str) -> None:
    """None is kept."""
    with pytest.raises(BadInput, match=says):
        post_actuals(served.ports, served.ports.core.scenarios["points"], json.dumps(labels).encode())
    assert served.ports.monitoring.served_labels.unstated("points") == {}


@dataclass
class _Listed:
    """The lake, and which folders of logged requests were listed."""

    lake: object
    folders: list[str] = field(default_factory=list)

    def list(self, prefix: str) -> Iterator[Blob]:
        """Note the folder."""
        self.folders += [prefix] if prefix.startswith("served/") else []
        return self.lake.list(prefix)  # type: ignore[attr-defined, no-any-return]

    def __getattr__(self, name: str) -> object:
        return getattr(self.lake, name)


def test_a_round_lists_the_requests_of_the_days_since_the_newest_hour_that_was_measured(served: World) -> None:
    """However many hours there were; an old hour can be measured again by name."""
    first = served.clock()
    assert hour(served) is None
    served.clock.advance(days=3)
    ask(served, "second")
    second = served.clock()
    served.clock.advance(hours=2)
    listed = _Listed(served.ports.core.lake)
    served.ports = ports_with(served.ports, core__lake=listed)
    assert monitor(served.ports, "points").windows == (f"served-{second:%Y%m%d%H}",)
    assert set(listed.folders) == {
        "served/points/",  # the first round of a day
        f"served/points/{second:%Y%m%d/%H}/",
    }
    listed.folders.clear()
    assert monitor(served.ports, "points").windows == ()
    assert listed.folders == [f"served/points/{second + timedelta(days=number):%Y%m%d}/" for number in (-1, 0)]
    assert measure_again(served.ports, "points", f"served-{first:%Y%m%d%H}").state == "done"
    for no_hour in (second + timedelta(hours=2), first + timedelta(hours=1)):
        with pytest.raises(Missing, match="no complete, predicted window"):
            measure_again(served.ports, "points", f"served-{no_hour:%Y%m%d%H}")


def test_requests_that_arrive_days_late_are_measured(served: World) -> None:
    """The first round of a day lists all that is kept: a file was written long after a newer hour was measured."""
    late = served.clock()
    lake = served.home / "lake"
    (file,) = (lake / "served" / "points").rglob("*.parquet")
    kept, path = file.read_bytes(), file.relative_to(lake).as_posix()
    file.unlink()
    served.clock.advance(days=4)
    ask(served, "second")
    second = served.clock()
    served.clock.advance(hours=2)
    assert monitor(served.ports, "points").windows == (f"served-{second:%Y%m%d%H}",)
    served.ports.core.lake.put(path, kept)
    assert monitor(served.ports, "points").windows == ()
    served.clock.advance(days=1)
    assert monitor(served.ports, "points").windows == (f"served-{late:%Y%m%d%H}",)


def test_hours_are_measured_after_a_clock_that_was_ahead(served: World) -> None:
    """A later hour was measured before them."""
    served.clock.advance(days=9)
    ask(served, "ahead")
    served.clock.advance(hours=2)
    assert monitor(served.ports, "points").windows == ("served-2026030112", "served-2026031012")
    served.clock.advance(days=-9)
    ask(served, "now")
    served.clock.advance(hours=2)
    assert monitor(served.ports, "points").windows == ("served-2026030114",)
