"""Late labels: through the same door as all data, joined, judged with their coverage, restated when they change."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from copied_home import copied
from ports_with import ports_with
from world import COLORS, POINTS, World, more_rows, points_csv

from shared.core.drops import blob_key
from shared.core.errors import BadInput
from shared.core.policies import Monitoring, RetrainPolicy
from shared.core.scenario import Scenario
from shared.monitoring.measures import QualityMeasure
from shared.monitoring.monitor import monitor
from shared.monitoring.posted_actuals import post_actuals
from shared.serving.prediction_rows import ID_SHIFT, first_id


@pytest.fixture(scope="module")
def served_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one window of 200 predictions, ids 1000 to 1199; copied, never used."""
    world = judged(tmp_path_factory.mktemp("served") / "home")
    world.handle(world.land("incoming/points/d1/points.csv", points_csv(300)))
    predict(world, 1)
    world.close()
    return world.home


@pytest.fixture
def served(served_once: Path, tmp_path: Path) -> World:
    """A world on a copy of that home."""
    return judged(copied(served_once, tmp_path / "home"))


def judged(home: Path) -> World:
    """A world whose points are judged by their accuracy."""
    world = World(home)
    declared = replace(POINTS, metric="accuracy", retrain=RetrainPolicy(cooldown_hours=0.0))
    world.ports = ports_with(world.ports, core__scenarios={**world.ports.core.scenarios, "points": declared})
    world.trainer.ports = world.ports
    return world


def clear(random: np.random.Generator) -> np.ndarray:
    """Points as they were learned from, none so near to zero that the colour would decide."""
    x = random.normal(size=200)
    return np.where(np.abs(x) < 0.05, np.copysign(0.05, x), x)


def predict(world: World, number: int) -> None:
    """A window of 200 rows with ids of its own."""
    random = np.random.default_rng(number)
    x, color = clear(random), random.choice(COLORS, size=200)
    lines = [f"{1_000 * number + n},{x[n]:.6f},{color[n]}" for n in range(200)]
    world.handle(
        world.land(f"scoring/points/s{number}/points.csv", ("\n".join(["id,x,color", *lines]) + "\n").encode())
    )


def answers(number: int, count: int, *, wrong: int = 0) -> bytes:
    """Labels of the window's first rows, the first `wrong` of them against what x says."""
    x = clear(np.random.default_rng(number))[:count]
    said = [("yes" if value > 0 else "no") for value in x]
    flipped = [{"yes": "no", "no": "yes"}[one] if n < wrong else one for n, one in enumerate(said)]
    lines = [f"{1_000 * number + n},{one}" for n, one in enumerate(flipped)]
    return ("\n".join(["id,y", *lines]) + "\n").encode()


def bring(world: World, drop: str, content: bytes) -> str:
    """Land labels; how the ledger ended them."""
    world.handle(world.land(f"actuals/points/{drop}/points.csv", content))
    return next(
        one for one in world.ports.core.history.entries() if one.kind == "blob" and f"/{drop}/" in one.key
    ).state


def quality(world: World) -> QualityMeasure:
    """What is said of the newest window."""
    return world.ports.monitoring.qualities.latest("points")[-1]


def test_without_labels_nothing_is_said(served: World) -> None:
    """The window is known, its quality is not."""
    monitor(served.ports, "points")
    one = quality(served)
    assert (one.value, one.verdict, one.state, one.coverage) == (None, "unknown", "provisional", 0.0)
    assert "0 of 200 predictions have a label" in one.reason


def test_below_the_coverage_there_is_no_verdict(served: World) -> None:
    """However good the few are."""
    assert bring(served, "a1", answers(1, 60)) == "done"
    one = quality(served)
    assert (one.value, one.verdict, one.labelled, one.coverage) == (None, "unknown", 60, 0.3)


def test_labels_are_provisional_and_then_final(served: World) -> None:
    """Half of them give a number; all of them end the matter; every number stays."""
    served.clock.advance(hours=5)
    bring(served, "a1", answers(1, 120))
    one = quality(served)
    assert (one.value, one.state, one.verdict, one.labelled, one.age_hours) == (1.0, "provisional", "kept", 120, 5.0)
    bring(served, "a2", answers(1, 200))
    one = quality(served)
    assert (one.value, one.state, one.labelled, one.revision) == (1.0, "final", 200, 2)
    states = [each.state for each in served.ports.monitoring.qualities.revisions("points", one.window)]
    assert states == ["provisional", "final"]


def test_old_predictions_are_final_with_the_labels_they_have(served: World) -> None:
    """After the horizon no more labels are expected."""
    bring(served, "a1", answers(1, 120))
    served.clock.advance(hours=24 * 31)
    monitor(served.ports, "points")
    assert (quality(served).state, quality(served).labelled) == ("final", 120)


def test_changed_labels_restate_a_final_quality(served: World) -> None:
    """The first statement stays readable; the same labels again state nothing."""
    bring(served, "a1", answers(1, 200))
    bring(served, "a2", answers(1, 200, wrong=40))
    bring(served, "a3", answers(1, 200, wrong=40))
    said = served.ports.monitoring.qualities.revisions("points", quality(served).window)
    assert [(one.revision, one.value, one.restated) for one in said] == [(1, 1.0, False), (2, 0.8, True)]


def test_labels_join_the_windows_that_they_name_and_those_that_are_not_final(served: World) -> None:
    """However many windows there were before; what is said of the others counts in the sentence."""
    for number in (2, 3):
        predict(served, number)
    for number in (1, 2, 3):
        bring(served, f"a{number}", answers(number, 200))
    assert {one.state for one in served.ports.monitoring.qualities.latest("points")} == {"final"}
    joined = _Joins(served.ports.monitoring.actuals)
    served.ports = ports_with(served.ports, monitoring__actuals=joined)
    bring(served, "b1", answers(2, 200, wrong=40))
    assert joined.windows == {2}
    told = next(one for one in served.ports.core.history.entries() if one.kind == "blob" and "/b1/" in one.key)
    assert "3 of 3 windows have enough labels, the quality has fallen in 1" in told.reason


@dataclass
class _Joins:
    """The store, and which windows were joined with their labels to be judged."""

    actuals: object
    windows: set[int] = field(default_factory=set)

    def join_predictions(self, scenario: Scenario, first: int, last: int, **asked: bool) -> pa.Table:
        """Note the window."""
        self.windows.add(first >> ID_SHIFT)
        return self.actuals.join_predictions(scenario, first, last, **asked)  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> object:
        return getattr(self.actuals, name)


def test_fallen_quality_is_a_breach_after_two_windows_and_learned_from_once(served: World) -> None:
    """Concept drift: what is true no longer follows from the inputs. Good windows end it."""
    more_rows(served)
    for number in (1, 2, 3):
        if number > 1:
            predict(served, number)
        bring(served, f"a{number}", answers(number, 200, wrong=80))
        monitor(served.ports, "points")
        served.clock.advance(hours=1)
        breaches = served.ports.monitoring.breaches.list("points", "open")
        assert [one.cause for one in breaches] == ([] if number == 1 else ["concept_drift"])
    decisions = [one for one in served.ports.monitoring.decisions.list("points") if one.decided == "retrain"]
    assert [one.reason for one in decisions] == ["new_data", "quality"]
    for number in (4, 5):
        predict(served, number)
        bring(served, f"a{number}", answers(number, 200))
    assert served.ports.monitoring.breaches.list("points", "open") == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"id,y\n1000,maybe\n", "maybe"),
        (b"id,y\n1000,yes\n1000,no\n", "1000"),
        (b"id\n1000\n", "'y'"),
        (b"\x00\x01", ""),
    ],
    ids=["strange label", "two labels", "no label", "no table"],
)
def test_labels_that_break_their_contract_are_quarantined(served: World, content: bytes, says: str) -> None:
    """The bytes and the reason are kept; no label is taken."""
    assert bring(served, "bad", content) == "quarantined"
    (reason,) = (served.home / "lake" / "quarantine" / "points" / "bad").rglob("reason.json")
    assert says in json.loads(reason.read_text())["reason"]
    monitor(served.ports, "points")
    assert quality(served).labelled == 0


def test_labels_of_nothing_that_was_predicted_are_counted(served: World) -> None:
    """They are kept, as their rows may be predicted yet, and never pass without a word."""
    assert bring(served, "early", b"id,y\n1000,yes\n999000,no\n999001,no\n") == "done"
    (entry,) = [one for one in served.ports.core.history.why("early") if one.state == "done"]
    assert "2 of them name nothing that was predicted so far." in entry.reason
    body = json.dumps([{"id": 424242, "y": "no"}]).encode()
    told = post_actuals(served.ports, served.ports.core.scenarios["points"], body)
    assert (told["new"], told["unpredicted"]) == (1, 1)


def test_labels_that_were_known_are_counted(served: World) -> None:
    """A worker that died had kept the first 120: the repeat says what became of every label."""
    event = served.land("actuals/points/a1/points.csv", answers(1, 200))
    blob = served.ports.core.lake.stat("actuals/points/a1/points.csv")
    assert blob is not None
    said = [line.split(",") for line in answers(1, 120).decode().split()[1:]]
    kept = pa.table({"entity_key": [key for key, _ in said], "epoch": [0] * 120, "actual": [one for _, one in said]})
    scenario = served.ports.core.scenarios["points"]
    assert served.ports.monitoring.actuals.merge(scenario, kept, blob_key(blob), blob.modified) == (120, 0)
    served.handle(event)
    entry = served.ports.core.history.entries()[0]
    assert entry.reason.startswith("200 labels: 80 new, 0 changed, 120 known already. ")


def test_posted_labels_take_the_same_way(served: World) -> None:
    """The same body twice is one file; the second answer is the first one's."""
    rows = [line.split(",") for line in answers(1, 200).decode().split()[1:]]
    body = json.dumps([{"id": int(key), "y": said} for key, said in rows]).encode()
    scenario = served.ports.core.scenarios["points"]
    first = post_actuals(served.ports, scenario, body)
    assert (first["state"], first["new"], first["changed"]) == ("done", 200, 0)
    assert post_actuals(served.ports, scenario, body) == first
    assert quality(served).state == "final"
    assert len(list((served.home / "lake" / "actuals" / "points").rglob("*.csv"))) == 1


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"no json", "not JSON"),
        (b'[{"id": 1, "y": "\\ud800"}]', "not JSON"),
        (b'[{"id": 1, "y": NaN}]', "not JSON"),
        (b'[{"id": 1, "y": "no", "y": "yes"}]', "stands twice"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no list of labels"),
        (b'{"data": 3}', "no list of labels"),
        (b"[3]", "Row 1 is not an object"),
        (b'[{"id": 1, "y": "yes", "z": 2}]', "unknown field 'z'"),
        (b'[{"id": [1], "y": "yes"}]', "Row 1: id is neither a text nor a number"),
        (b'[{"id": 1, "y": "maybe"}]', "maybe"),
        (b'[{"id": 1}]', "y"),
    ],
)
def test_a_body_that_is_no_list_of_labels_is_told(served: World, body: bytes, says: str) -> None:
    """One sentence that says what would be accepted."""
    with pytest.raises(BadInput, match=says):
        post_actuals(served.ports, served.ports.core.scenarios["points"], body)


class TestRestarts:
    """Labels of a source whose numbers start again."""

    @pytest.fixture
    def restarted(self, served: World) -> World:
        """The same ids predicted before and after a restart."""
        declared = replace(
            served.ports.core.scenarios["points"],
            batch=replace(POINTS.batch, report=("id", "x", "color")),
            monitoring=Monitoring(restart="id", min_labels=5, min_coverage=0.1),
        )
        renamed = replace(declared, name="units")
        served.ports = ports_with(served.ports, core__scenarios={**served.ports.core.scenarios, "units": renamed})
        served.trainer.ports = served.ports
        served.handle(served.land("incoming/units/d1/points.csv", points_csv(300)))
        rows = "\n".join(["id,x,color", *(f"{n % 10},{(-1) ** n * 2},blue" for n in range(20))])
        table = served.ports.core.scenarios["units"].tables[0]
        keyless = replace(renamed, tables=(replace(table, key=()),))
        served.ports = ports_with(served.ports, core__scenarios={**served.ports.core.scenarios, "units": keyless})
        served.trainer.ports = served.ports
        served.handle(served.land("scoring/units/s1/points.csv", f"{rows}\n".encode()))
        return served

    def said(self, world: World) -> list[str | None]:
        """The labels in row order."""
        scenario = world.ports.core.scenarios["units"]
        table = world.ports.monitoring.actuals.join_predictions(scenario, first_id(1), first_id(2) - 1)
        pairs = sorted(zip(table["prediction_id"].to_pylist(), table["actual"].to_pylist(), strict=True))
        return [actual for _, actual in pairs]

    def bring(self, world: World, drop: str, lines: list[str]) -> str:
        """Land labels; how it ended."""
        content = ("\n".join(lines) + "\n").encode()
        world.handle(world.land(f"actuals/units/{drop}/points.csv", content))
        return next(
            one for one in world.ports.core.history.entries() if one.kind == "blob" and f"/{drop}/" in one.key
        ).state

    def test_as_many_stretches_as_restarts_are_told_apart(self, restarted: World) -> None:
        """In order."""
        lines = [f"{n % 10},{'yes' if n < 10 else 'no'}" for n in range(20)]
        assert self.bring(restarted, "a1", ["id,y", *lines]) == "done"
        assert self.said(restarted) == ["yes"] * 10 + ["no"] * 10

    def test_what_cannot_be_told_apart_is_quarantined(self, restarted: World) -> None:
        """Never joined by guessing."""
        assert self.bring(restarted, "a1", ["id,y", "3,yes", "4,no"]) == "quarantined"
        assert self.said(restarted) == [None] * 20

    def test_a_file_may_say_the_restart(self, restarted: World) -> None:
        """Then nothing is left to tell; twice the same row is refused."""
        assert self.bring(restarted, "a1", ["id,y,restart", "3,yes,1"]) == "done"
        assert [place for place, one in enumerate(self.said(restarted)) if one] == [13]
        assert self.bring(restarted, "a2", ["id,y,restart", "3,yes,1", "3,no,1"]) == "quarantined"
