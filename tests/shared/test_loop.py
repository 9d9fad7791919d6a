"""The loop on real adapters: files in, predictions out, and why nothing else happened."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from ports_with import ports_with
from world import InlineTrainer, World, blob_event, points_csv

from shared import dispatch, due_work
from shared.core.errors import Quarantined, Refused
from shared.core.ledger import ENDED
from shared.core.notices import announce
from shared.core.paths import Landing
from shared.core.ports import Lake
from shared.operations.status import DropOutcome, drop_outcome, status
from shared.prediction.score import score_window
from shared.release.manual_changes import promote
from shared.release.rollback.execution import roll_back
from shared.training.stored_models import find_model


def drop(world: World, name: str, content: bytes, file: str = "points.csv") -> DropOutcome:
    """Land a labelled file, work off its event, and tell how the drop ended."""
    world.handle(world.land(f"incoming/points/{name}/{file}", content))
    outcome = drop_outcome(world.ports, Landing("incoming", world.ports.core.scenarios["points"], name, ""))
    assert outcome is not None
    return outcome


def predict(world: World, name: str, content: bytes) -> None:
    """Land unlabelled rows and work off their event."""
    world.handle(world.land(f"scoring/points/{name}/points.csv", content))


def rows_in_sql(world: World, scenario: str = "points") -> list[sa.Row[tuple[object, ...]]]:
    """All prediction rows, by id."""
    engine = sa.create_engine(f"sqlite:///{world.home / 'mlops.db'}")
    with engine.connect() as connection:
        rows = list(connection.execute(sa.text(f"select * from v_predictions_{scenario} order by prediction_id")))  # noqa: S608 -- a fixed name
    engine.dispose()
    return rows


def test_a_repeat_leaves_what_others_announced_to_the_sweep(world: World) -> None:
    """It has nothing to tell, so it asks for nothing; work that is done tells what it announced."""
    event = world.land("incoming/points/d1/points.csv", points_csv())
    dispatch.on_data_event(world.ports, event)
    assert list(world.ports.core.outbox.pending()) == []
    announce(world.ports, "MessagePoisoned", "poison/x", {"queue": "x", "reason": "on purpose"})
    dispatch.on_data_event(world.ports, event)
    assert [notice.subject for notice in world.ports.core.outbox.pending()] == ["poison/x"]
    due_work.sweep_data(world.ports)
    assert list(world.ports.core.outbox.pending()) == []


def test_a_file_becomes_predictions(world: World) -> None:
    """Dataset, run, model, gate, deployment, window, rows in Parquet and SQL: equal in count, keys and values."""
    outcome = drop(world, "d1", points_csv())
    assert outcome.outcome == "deployed"
    assert outcome.gate is not None
    assert outcome.gate["passed"]
    predict(world, "s1", points_csv(40, seed=2, labelled=False))
    (commit,) = world.ports.prediction.predictions.commits("points")
    with world.ports.core.lake.open(commit.path) as source:
        parquet = pq.read_table(io.BytesIO(source.read())).to_pylist()
    in_sql = [row._asdict() for row in rows_in_sql(world)]
    assert len(in_sql) == len(parquet) == commit.rows == 40
    for name in ("prediction_id", "entity_key", "prediction", "probability", "x", "color", "run_id", "model_sha256"):
        assert [row[name] for row in in_sql] == [row[name] for row in parquet]
    assert {row["prediction"] for row in in_sql} == {"yes", "no"}
    assert {(row["model"], row["dataset"]) for row in in_sql} == {("points:1", outcome.dataset)}


@pytest.mark.fault(1)
def test_the_same_file_again_under_other_names_trains_once(world: World) -> None:
    """Duplicated and reordered events of three copies: one dataset, one run, one model; history says why."""
    content = points_csv()
    events = [world.land(f"incoming/points/d{n}/points.csv", content) for n in range(3)]
    world.handle(*events, *reversed(events), *events)
    assert (
        len(world.ports.datasets.versions.list())
        == len(world.ports.training.runs.list())
        == len(world.ports.training.registry.list())
        == 1
    )
    assert len(world.ports.release.deployments.list()) == 1
    outcomes = [
        drop_outcome(world.ports, Landing("incoming", world.ports.core.scenarios["points"], f"d{n}", ""))
        for n in range(3)
    ]
    assert sorted(one.outcome for one in outcomes if one) == ["deployed", "duplicate", "duplicate"]
    why = [entry for entry in world.ports.core.history.why("d2") if entry.state == "duplicate"]
    assert any("nothing is trained again" in entry.reason for entry in why)
    repeated = [entry for entry in world.ports.core.history.why("d0/points.csv") if entry.state in ENDED]
    assert repeated[-1].repeats >= 2


@pytest.mark.fault(3)
def test_an_older_event_changes_nothing(world: World) -> None:
    """The first version was overwritten before its event was read: it is superseded, the current one is used."""
    first = world.land("incoming/points/d1/points.csv", points_csv(seed=1))
    second = world.land("incoming/points/d1/points.csv", points_csv(seed=2))
    world.handle(second, first)
    assert len(world.ports.datasets.versions.list()) == 1
    assert any(entry.state == "superseded" for entry in world.ports.core.history.why("d1/points.csv"))


@pytest.mark.fault(5, 30)
def test_a_deleted_blob_is_recorded_as_gone(world: World) -> None:
    """The event came, the blob did not stay."""
    world.handle(blob_event("incoming/points/d1/points.csv", "0x1", 5))
    (entry,) = world.ports.core.history.why("d1/points.csv")
    assert entry.state == "gone"


def test_a_drop_waits_for_its_tables_in_any_order(world: World) -> None:
    """Two tables make one dataset; the first one's wait ends with the second."""
    right = "id,y\n" + "".join(f"{n},{n % 2}\n" for n in range(20))
    left = "id,x,color\n" + "".join(f"{n},{(n % 2) * 2 - 1},red\n" for n in range(20))
    world.handle(world.land("incoming/pairs/d1/right.csv", right.encode()))
    where = Landing("incoming", world.ports.core.scenarios["pairs"], "d1", "")
    waiting = drop_outcome(world.ports, where)
    assert waiting is not None
    assert (waiting.outcome, waiting.reason) == ("waiting", "Drop d1 waits for: left.")
    world.handle(world.land("incoming/pairs/d1/left.csv", left.encode()))
    done = drop_outcome(world.ports, where)
    assert done is not None
    assert done.outcome == "deployed"
    assert world.ports.core.history.find("blob", world.ports.datasets.versions.list()[0].sources[1]).state == "done"  # type: ignore[union-attr]


def test_announced_parts_are_waited_for(world: World) -> None:
    """`1of2` says that there will be two; both make one dataset version."""
    header, *lines = points_csv().decode().splitlines()
    halves = ["\n".join([header, *lines[:30]]), "\n".join([header, *lines[30:]])]
    assert drop(world, "d1", halves[0].encode(), "points.1of2.csv").outcome == "waiting"
    assert drop(world, "d1", halves[1].encode(), "points.2of2.csv").outcome == "deployed"
    assert world.ports.datasets.versions.list()[0].rows == 400


def test_a_bad_file_is_quarantined_and_disturbs_nobody(world: World) -> None:
    """Its bytes and the reason are kept; no run, no model; the next good drop works."""
    bad = points_csv().replace(b"\n3,", b"\n3,oops", 1)
    outcome = drop(world, "bad", bad)
    assert outcome.outcome == "quarantined"
    assert "line 5" in outcome.reason
    kept = {blob.name: blob.path for blob in world.ports.core.lake.list("quarantine/points/bad/")}
    with world.ports.core.lake.open(kept["points.csv"]) as source:
        assert source.read() == bad
    with world.ports.core.lake.open(kept["reason.json"]) as source:
        reason = json.load(source)
    assert (reason["code"], reason["row"], reason["line"], reason["column"]) == ("type", 4, 5, "x")
    assert world.ports.training.runs.list() == []
    assert drop(world, "good", points_csv()).outcome == "deployed"


def test_a_corrected_file_in_the_same_drop_is_taken(world: World) -> None:
    """A new version of the blob is a new chance."""
    assert drop(world, "d1", b"id,x\n").outcome == "quarantined"
    assert drop(world, "d1", points_csv()).outcome == "deployed"


@pytest.mark.fault(7)
def test_events_about_something_else_are_ignored_with_a_reason(world: World) -> None:
    """Foreign containers, own outputs and foreign models leave a record and nothing else."""
    world.handle(blob_event("incoming/points/d/points.csv", "0x1", 5, container="other"))
    world.handle(blob_event("datasets/points/1/points.parquet", "0x1", 5))
    model = {"modelName": "somebody-elses", "modelVersion": "1"}
    kind = "Microsoft.MachineLearningServices.ModelRegistered"
    world.handle(json.dumps({"id": "9", "eventType": kind, "topic": "t", "subject": "models/x:1", "data": model}))
    world.handle("not json")
    states = [(entry.kind, entry.state) for entry in world.ports.core.history.entries()]
    assert [state for kind, state in states if state != "in_progress"] == ["ignored"] * 4
    assert world.ports.prediction.windows.list() == []


def test_a_model_below_the_bar_is_refused_in_words(tmp_path: Path) -> None:
    """The sentence names both splits, the value and the bar."""
    world = World(tmp_path, trainer=InlineTrainer(weight=-3.0))
    outcome = drop(world, "d1", points_csv())
    assert outcome.outcome == "refused"
    assert "The random AUC of" in outcome.reason
    assert "below the bar of 0.6" in outcome.reason
    assert world.ports.release.deployments.current("points") is None
    assert world.ports.training.registry.list()[0].state == "refused"


def test_an_equal_model_does_not_replace_the_champion(world: World) -> None:
    """Nothing would change by it: the same graph again is refused."""
    drop(world, "d1", points_csv())
    outcome = drop(world, "d2", points_csv(seed=5))
    assert outcome.outcome == "refused"
    assert "the very same graph, byte for byte" in outcome.reason
    assert [one.generation for one in world.ports.release.deployments.list("points")] == [1]


def two_generations(world: World) -> None:
    """A weak champion, replaced by a better model."""
    world.trainer.weight = 0.02
    drop(world, "d1", points_csv())
    world.trainer.weight = 3.0
    assert drop(world, "d2", points_csv(seed=5)).outcome == "deployed"


def test_a_rollback_is_a_new_generation_and_stays(world: World) -> None:
    """A repeated event of the rolled-back model does not bring it back."""
    two_generations(world)
    deployment = roll_back(world.ports, "points", by="me", reason="I do not trust it")
    assert (deployment.generation, deployment.version) == (3, 1)
    data = {"modelName": "points", "modelVersion": 2}
    kind = "Microsoft.MachineLearningServices.ModelRegistered"
    world.handle(json.dumps({"id": "9", "eventType": kind, "topic": "t", "subject": "models/points:2", "data": data}))
    world.sweep()
    current = world.ports.release.deployments.current("points")
    assert current is not None
    assert (current.generation, current.version, current.by) == (3, 1, "me")


def test_promotion_needs_a_passed_gate(tmp_path: Path) -> None:
    """A refused version cannot be put into service by hand."""
    world = World(tmp_path, trainer=InlineTrainer(weight=-3.0))
    drop(world, "d1", points_csv())
    with pytest.raises(Refused, match="may not serve"):
        promote(world.ports, find_model(world.ports, "points", 1), by="me", reason="please")


def test_rollback_needs_something_to_go_back_to(world: World) -> None:
    """One model only: the sentence says so."""
    drop(world, "d1", points_csv())
    with pytest.raises(Refused, match="has only ever served points:1"):
        roll_back(world.ports, "points", by="me", reason="")


def test_rows_that_land_before_a_model_wait_for_it(world: World) -> None:
    """The deployment makes their window due."""
    predict(world, "early", points_csv(10, labelled=False))
    assert world.ports.prediction.windows.list() == []
    drop(world, "d1", points_csv())
    assert [commit.rows for commit in world.ports.prediction.predictions.commits()] == [10]


def test_the_same_rows_again_are_not_predicted_twice(world: World) -> None:
    """A repeated event, a touched file and the timers find the window that stands."""
    drop(world, "d1", points_csv())
    content = points_csv(10, labelled=False)
    predict(world, "s1", content)
    predict(world, "s1", content)
    world.sweep()
    assert len(rows_in_sql(world)) == 10
    assert len(world.ports.prediction.windows.list()) == 1


def test_bad_rows_to_predict_are_quarantined_with_their_window(world: World) -> None:
    """The window ends with the reason; later windows are predicted."""
    drop(world, "d1", points_csv())
    predict(world, "s1", b"id,x,color\n1,one,red\n")
    predict(world, "s2", points_csv(10, labelled=False))
    states = {window.id.rsplit("-", 1)[0]: window.state for window in world.ports.prediction.windows.list()}
    assert states == {"s1": "quarantined", "s2": "committed"}
    assert any("line 2" in entry.reason for entry in world.ports.core.history.why("points/s1"))


class Watched:
    """A lake that remembers which readers it gave."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self.given: list[BinaryIO] = []

    def __getattr__(self, name: str) -> Any:
        """Everything else is the lake's."""
        return getattr(self._lake, name)

    def open(self, path: str, *, etag: str | None = None) -> BinaryIO:
        """The lake's reader."""
        self.given.append(self._lake.open(path, etag=etag))
        return self.given[-1]


def test_a_window_that_ends_early_leaves_no_file_open(world: World) -> None:
    """Its rows are streamed; the file they come from is closed at the bad row, not when memory is tidied some day."""
    drop(world, "d1", points_csv())
    lake = Watched(world.ports.core.lake)
    world.ports = ports_with(world.ports, core__lake=lake)
    predict(world, "s1", b"id,x,color\n1,one,red\n")
    (window,) = world.ports.prediction.windows.list()
    with pytest.raises(Quarantined, match="line 2"):
        score_window(world.ports, "points", window.id)
    assert [reader.name for reader in lake.given if not reader.closed] == []
    assert lake.given


def test_telemetry_makes_one_window_of_all_that_came(world: World) -> None:
    """What was ingested since the last window is predicted together, with the scenario's feature code."""
    right = "id,y\n" + "".join(f"{n},{n % 2}\n" for n in range(20))
    left = "id,x,color\n" + "".join(f"{n},{(n % 2) * 2 - 1},red\n" for n in range(20))
    world.handle(world.land("incoming/pairs/d1/right.csv", right.encode()))
    world.handle(world.land("incoming/pairs/d1/left.csv", left.encode()))
    for part in ("a", "b"):
        world.land(f"scoring/pairs/{part}/left.csv", left.encode())
    world.sweep()
    assert [commit.rows for commit in world.ports.prediction.predictions.commits("pairs")] == [40]
    assert len(rows_in_sql(world, "pairs")) == 40


def test_the_sweep_finds_what_no_event_told(world: World) -> None:
    """Files that landed without an event, and a model whose event was lost, are worked off by the timers."""
    world.land("incoming/points/d1/points.csv", points_csv())
    world.land("scoring/points/s1/points.csv", points_csv(10, labelled=False))
    world.sweep()
    world.sweep()
    assert len(rows_in_sql(world)) == 10


def test_missing_sql_rows_come_back_from_the_lake(world: World) -> None:
    """The lake leads: a committed window whose SQL transaction never happened is loaded, not scored again."""
    drop(world, "d1", points_csv())
    predict(world, "s1", points_csv(10, labelled=False))
    before = rows_in_sql(world)
    engine = sa.create_engine(f"sqlite:///{world.home / 'mlops.db'}")
    with engine.begin() as connection:
        connection.execute(sa.text("delete from predictions_points"))
        connection.execute(sa.text("delete from prediction_commit"))
        connection.execute(sa.text("update window set state = 'planned'"))
        connection.execute(sa.text("delete from ledger where kind = 'window'"))
    engine.dispose()
    world.trainer.weight = -9
    world.sweep()
    assert rows_in_sql(world) == before


def test_status_tells_what_serves(world: World) -> None:
    """Dataset, run, generation, windows and rows, for each scenario."""
    drop(world, "d1", points_csv())
    predict(world, "s1", points_csv(10, labelled=False))
    told = status(world.ports)["scenarios"]["points"]
    assert told["model"] == "points:1"
    assert (told["generation"], told["open_windows"], told["predictions"]) == (1, 0, 10)
    assert status(world.ports)["scenarios"]["pairs"]["model"] is None


def test_poison_is_recorded(world: World) -> None:
    """What a queue gave up is told by history."""
    dispatch.on_poison(world.ports, "data-events", "whatever")
    *_, entry = world.ports.core.history.why("data-events/")
    assert (entry.kind, entry.state) == ("poison", "failed")


def test_everything_accepted_ends_in_a_named_state(world: World) -> None:
    """After the work is done no claim is open."""
    drop(world, "d1", points_csv())
    drop(world, "bad", b"")
    predict(world, "s1", points_csv(10, labelled=False))
    assert world.ports.core.history.stuck(world.clock.now.replace(year=2030)) == []


def test_a_window_message_that_is_none_is_recorded(world: World) -> None:
    """Bad messages end, and say so."""
    dispatch.on_window(world.ports, "[]")
    (entry,) = world.ports.core.history.entries()
    assert entry.state == "ignored"


def test_the_version_that_serves_is_not_promoted_again(world: World) -> None:
    """No generation without a change."""
    drop(world, "d1", points_csv())
    with pytest.raises(Refused, match="already serves, as generation 1"):
        promote(world.ports, find_model(world.ports, "points", 1), by="me", reason="again")


def test_a_holdout_that_was_changed_judges_nobody(world: World) -> None:
    """The rows two models are compared on are those that were registered, or the model fails visibly."""
    drop(world, "d1", points_csv())
    world.trainer.silent = True
    world.handle(world.land("incoming/points/d2/points.csv", points_csv(seed=5)))
    (run,) = [one for one in world.ports.training.runs.list() if one.state == "requested"]
    world.trainer.silent = False
    world.trainer.submit(run)
    (world.home / "lake" / "models" / "points" / "2" / "holdout.parquet").write_bytes(b"something else")
    world.handle()
    world.sweep()
    entry = world.ports.core.history.find("model", "points:2")
    assert entry is not None
    assert (entry.state, "holdout.parquet is not the file" in entry.reason) == ("failed", True)
