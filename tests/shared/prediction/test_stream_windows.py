"""Messages in Azure Data Explorer become windows, and windows become rows in SQL: the loop of the sensor scenario."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.csv as pc
import pytest
from kusto_double import DATABASE, Cluster, Fault, bad_request
from kusto_parts import telemetry_of
from ports_with import ports_with
from world import SCENARIOS, World

from local.console.timer_round import run_timers
from model_training.generators.iiot_quality import generate
from model_training.scenarios.iiot_quality import declare
from shared import dispatch, due_work
from shared.adapters.kusto.query_texts import rows_text
from shared.adapters.kusto.telemetry import KustoTelemetry, Limits
from shared.bootstrap import build_ports
from shared.core.messages import model_message
from shared.core.scenario import Bar, GeneratorOptions
from shared.prediction.backfill import late_steps, plan_corrections
from shared.release.approvals import decide
from shared.release.manual_changes import override
from shared.training.stored_models import find_model

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
# The model of this world looks at two sensors and need not be good.
SENSORS = replace(declare(("S16", "S20")), bar=Bar("auc", 0.0), slices=())


def csv(table: Any) -> bytes:
    """The table as a file."""
    sink = io.BytesIO()
    pc.write_csv(table, sink)
    return sink.getvalue()


@pytest.fixture
def plant(tmp_path: Path, cluster: Cluster) -> World:
    """A deployed model of the sensor scenario, and an empty stream."""
    cluster.tables["opcua_raw"] = []
    world = World(tmp_path, scenarios={**SCENARIOS, SENSORS.name: SENSORS})
    telemetry = telemetry_of(cluster, world.ports.core.lake, Limits(rows=100))
    world.ports = ports_with(world.ports, prediction__telemetry=telemetry)
    world.trainer.ports = world.ports
    tables = generate(400, 1, GeneratorOptions())
    world.handle(world.land("incoming/iiot_quality/d1/sensors.csv", csv(tables["sensors"])))
    world.handle(world.land("incoming/iiot_quality/d1/quality.csv", csv(tables["quality"])))
    # Two sensors are hardly better than a constant answer: somebody lets them serve all the same.
    model = find_model(world.ports, SENSORS.name, 1)
    request = override(world.ports, model, by="eve", reason="A plant without a model predicts nothing.")
    decide(world.ports, request, "approve", by="ada", reason="agreed")
    world.handle(model_message(SENSORS.name, 1))
    assert world.ports.release.deployments.current(SENSORS.name) is not None
    return world


def messages(count: int) -> list[dict[str, Any]]:
    """What the plant sends: the module restarts in the middle, so that batch numbers begin again."""
    rows: list[Mapping[str, Any]] = generate(count, 2, GeneratorOptions())["sensors"].to_pylist()
    began = int(NOON.timestamp() * 1000)
    half = count // 2
    return [
        {**row, "BatchNumber": number % half + 1, "SourceTimestamp": began + 2000 * number, "unit": "line 1"}
        for number, row in enumerate(rows)
    ]


def plan(world: World) -> None:
    """The timer fires, and its windows are scored."""
    for window in due_work.plan(world.ports):
        dispatch.on_window(world.ports, window)


def predicted(world: World) -> list[dict[str, Any]]:
    """What a report finds in SQL, window by window."""
    from sqlalchemy import text

    with world.ports.prediction.predictions._engine.connect() as connection:  # type: ignore[attr-defined]
        found = connection.execute(text("SELECT * FROM v_predictions_iiot_quality ORDER BY prediction_id"))
        return [dict(row) for row in found.mappings()]


def test_messages_become_rows_in_sql(plant: World, cluster: Cluster) -> None:
    """In the order they were ingested, across a restart of the batch numbers, in windows that one answer holds."""
    sent = messages(240)
    for minute in range(8):
        cluster.ingest("opcua_raw", sent[minute * 30 : minute * 30 + 30], NOON + timedelta(minutes=minute))
    cluster.now = NOON + timedelta(hours=1)
    plan(plant)
    rows = predicted(plant)
    assert [(row["BatchNumber"], row["SourceTimestamp"]) for row in rows] == [
        (one["BatchNumber"], one["SourceTimestamp"]) for one in sent
    ]
    assert [row["S16"] for row in rows] == pytest.approx([one["S16"] for one in sent])
    spans = plant.ports.prediction.spans.list(SENSORS.name)
    assert sum(one.rows for one in spans) == 240
    assert max(one.rows for one in spans) <= 100
    assert all(first.span.end == second.span.start for first, second in pairwise(spans))
    assert {one.query for one in spans} == {rows_text("opcua_raw", SENSORS.scoring_table.columns)}
    assert all(len(one.sha256) == 64 and one.parameters["to_time"] == one.span.end.isoformat() for one in spans)
    commits = plant.ports.prediction.predictions.commits(SENSORS.name)
    assert [(one.window, one.rows) for one in commits] == [(one.window, one.rows) for one in spans]
    plan(plant)
    assert len(predicted(plant)) == 240


def test_a_quiet_plant_is_no_failure(plant: World, cluster: Cluster) -> None:
    """No window is made of nothing, and nothing is told as failed."""
    cluster.now = NOON + timedelta(hours=1)
    plan(plant)
    assert plant.ports.prediction.spans.list(SENSORS.name) == []
    assert [one for one in plant.ports.core.history.entries() if one.state == "failed"] == []


def test_a_sensor_that_is_silent_for_a_window_is_null(plant: World, cluster: Cluster) -> None:
    """The window is scored: it is short, the sensor may miss cells, and the model does not look at it."""
    cluster.ingest("opcua_raw", [{**one, "S4": None} for one in messages(3)], NOON)
    cluster.now = NOON + timedelta(hours=1)
    plan(plant)
    assert len(predicted(plant)) == 3


def test_late_messages_are_corrected_on_request(plant: World, cluster: Cluster) -> None:
    """The window once more with them: what it was made of stays, the late rows are one more file."""
    sent = messages(20)
    cluster.ingest("opcua_raw", sent[:10], NOON)
    cluster.ingest("opcua_raw", sent[15:], NOON + timedelta(minutes=10))
    cluster.now = NOON + timedelta(hours=1)
    plan(plant)
    cluster.ingest("opcua_raw", sent[10:15], NOON + timedelta(minutes=5))
    plan(plant)
    (step,) = late_steps(plant.ports, SENSORS, "me")
    assert step.reason == "is scored again by iiot_quality:1 with 5 late rows"
    for due in plan_corrections(plant.ports, [step]):
        dispatch.on_window(plant.ports, due.message)
    assert [one.rows for one in plant.ports.prediction.predictions.commits(SENSORS.name)] == [15, 20]
    assert late_steps(plant.ports, SENSORS, "me") == []


def test_a_file_beside_the_stream_is_told(plant: World) -> None:
    """It would never be predicted; history says where windows come from."""
    plant.handle(plant.land("scoring/iiot_quality/d1/sensors.csv", csv(generate(10, 3, GeneratorOptions())["sensors"])))
    (told,) = [one.reason for one in plant.ports.core.history.why("scoring/iiot_quality/d1") if one.state == "ignored"]
    assert told == "Windows of iiot_quality are read from a stream (TELEMETRY_URL), not from files."


def test_a_silent_cluster_holds_up_its_own_scenario_only(plant: World, cluster: Cluster) -> None:
    """History says why; other scenarios are planned, and the next timer goes on where this one was."""
    cluster.ingest("opcua_raw", messages(4), NOON)
    cluster.now = NOON + timedelta(hours=1)
    cluster.faults = [Fault(403, {}, bad_request("Forbidden"))]
    plant.handle(plant.land("incoming/points/d1/points.csv", _points()))
    plant.land("scoring/points/s1/points.csv", _points(labelled=False))
    plan(plant)
    assert len(plant.ports.prediction.predictions.commits("points")) == 1
    (told,) = [one for one in plant.ports.core.history.entries() if one.kind == "telemetry"]
    assert (told.key, told.state) == (SENSORS.name, "failed")
    assert "lacks the role Viewer of database telemetry" in told.reason
    plan(plant)
    assert len(predicted(plant)) == 4


def test_a_round_by_hand_tells_what_it_could_not_do(plant: World, cluster: Cluster) -> None:
    """A cluster that does not answer and a window that is refused: each with its reason, and none counts as scored."""
    cluster.ingest("opcua_raw", messages(4), NOON)
    cluster.now = NOON + timedelta(hours=1)
    cluster.faults = [Fault(403, {}, bad_request("Forbidden"))]
    plant.handle(plant.land("incoming/points/d1/points.csv", _points()))
    plant.land("scoring/points/s1/points.csv", _points(labelled=False).replace(b"0", b"x"))
    plant.land("scoring/points/s2/points.csv", _points(labelled=False))
    done = run_timers(plant.ports)
    assert done.windows == 1
    stream, file = done.unfinished
    assert (stream.what, stream.exit_code) == ("No window of iiot_quality could be planned", 4)
    assert "lacks the role Viewer of database telemetry" in stream.reason
    assert file.what.startswith("Window points/s1-")
    assert (file.state, file.exit_code) == ("quarantined", 3)
    assert file.reason
    again = run_timers(plant.ports)
    assert (again.windows, again.unfinished) == (1, ())


def _points(*, labelled: bool = True) -> bytes:
    from world import points_csv

    return points_csv(labelled=labelled)


def test_the_setting_chooses_the_adapter(tmp_path: Path, cluster: Cluster) -> None:
    """Nothing is asked before there is something to ask."""
    settings = {"MLOPS_HOME": str(tmp_path), "TELEMETRY_URL": f"kusto:{cluster.url}/{DATABASE}", "TRAINER_URL": "none:"}
    ports = build_ports(settings, SCENARIOS)
    assert isinstance(ports.prediction.telemetry, KustoTelemetry)
    assert cluster.asked == []
