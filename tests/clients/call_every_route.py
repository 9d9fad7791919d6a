"""Calls every route with the client that was generated as package `made`; prints statuses and types of the answers.

It runs in the environment of the generator: `python call_every_route.py FOLDER_OF_MADE FACTS`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, sys.argv[1])
from made import AuthenticatedClient
from made import models as m
from made.api.dashboard import dashboard, dashboard_page
from made.api.documentation import docs, openapi, static
from made.api.inference import v_2_infer, v_2_live, v_2_model, v_2_model_ready, v_2_ready, v_2_server
from made.api.labels import actuals_points
from made.api.operations import baseline_accept, failure_acknowledge, work_replay
from made.api.releases import approval, approvals, approve, release_status, rollback
from made.api.score import score_marks, score_points, score_prices, trace
from made.api.state import health, status
from made.api.training import (
    pipeline_cancel,
    pipeline_run,
    pipeline_runs,
    pipeline_schedule,
    pipeline_schedule_add,
    pipeline_schedule_stop,
    pipeline_schedules,
    pipeline_submit,
)

FACTS = json.loads(Path(sys.argv[2]).read_text())
POINTS = m.ScenarioName.POINTS
PLACE = {"scenario": POINTS}
CLIENTS = {
    scope: AuthenticatedClient(
        FACTS["url"], key, prefix="", auth_header_name="x-functions-key", raise_on_unexpected_status=True
    )
    for scope, key in FACTS["keys"].items()
}
told: dict[str, Any] = {}


def call(scope: str, route: Any, **arguments: Any) -> Any:
    """The parsed answer of the route; told with its status."""
    answer = route.sync_detailed(client=CLIENTS[scope], **arguments)
    told[route.__name__.rpartition(".")[2]] = [int(answer.status_code), type(answer.parsed).__name__]
    return answer.parsed


def scores() -> None:
    """One row for each scenario that serves."""
    row = m.ScorePointsRow(x=0.4, color="red")
    parameters = m.ScorePointsParameters(method=m.ScorePointsParametersMethod.PREDICT_PROBA)
    body = m.ScorePointsRequest(inputs=m.ScorePointsInputs(data=[row]), global_parameters=parameters)
    assert abs(sum(call("score", score_points, body=body).results[0]) - 1) < 0.001
    plain = m.ScorePointsRequest(inputs=m.ScorePointsInputs(data=[row]))
    assert call("score", score_points, body=plain).results == ["yes"]
    marks = m.ScoreMarksInputs(data=[m.ScoreMarksRow(x=0.4, z=0.1)])
    assert call("score", score_marks, body=m.ScoreMarksRequest(inputs=marks)).results == [["up"]]
    prices = m.ScorePricesInputs(data=[m.ScorePricesRow(x=0.4, z=None)])
    assert isinstance(call("score", score_prices, body=m.ScorePricesRequest(inputs=prices)).results[0], float | None)
    label = m.ActualsPointsLabel(id=FACTS["entity"], y="yes")
    call("operate", actuals_points, body=m.ActualsPointsRequest(data=[label]))
    found = call("operate", trace, scenario=POINTS, prediction=FACTS["prediction"])
    assert found.window.rows > 0
    assert found.deployment.model == "points"


def inference() -> None:
    """The Open Inference Protocol."""
    assert call("score", v_2_server).name
    assert call("score", v_2_live).live
    assert call("score", v_2_ready).ready
    assert call("score", v_2_model, model=POINTS).inputs[0].name == "x"
    assert call("score", v_2_model_ready, model=POINTS).ready
    inputs = (("x", "FP64", [0.4]), ("color", "BYTES", ["red"]))
    tensors = [m.Tensor(name=name, shape=[1, 1], datatype=kind, data=data) for name, kind, data in inputs]
    assert call("score", v_2_infer, model=POINTS, body=m.InferenceRequest(inputs=tensors)).outputs[0].data == ["yes"]


def releases() -> None:
    """A request for approval is found, read and decided; a release is asked for; the way back."""
    assert FACTS["approval"] in [one.id for one in call("approve", approvals).approvals]
    one = call("approve", approval, id=FACTS["approval"])
    decision = m.Decision(decision=m.DecisionDecision.REJECT, by="ada", reason="only a trial", version=one.version)
    assert call("approve", approve, id=one.id, body=decision).state == m.DecidedAnswerState.REJECTED
    call("operate", release_status, scenario=POINTS, version=1)
    back = m.RollbackRequest(by="ada", reason="only a trial")
    assert call("operate", rollback, body=back, **PLACE).version == 1


def training() -> None:
    """A run is asked for and cancelled; a schedule is made and stopped."""
    parameters = m.Parameters(profile=m.ParametersProfile.DEMO, trials=3)
    body = m.SubmissionBody(experiment_name="a client", parameter_assignments=parameters)
    run = call("operate", pipeline_submit, body=body, idempotency_key=FACTS["name"], **PLACE)
    assert run.id in [one.id for one in call("operate", pipeline_runs, **PLACE).runs]
    assert call("operate", pipeline_run, run=run.id, **PLACE).status == m.RunAnswerStatus.REQUESTED
    call("operate", pipeline_cancel, run=run.id, **PLACE)
    every = m.EveryWeek(frequency=m.EveryWeekFrequency.WEEK, interval=2)
    wanted = m.ScheduleBody(name=FACTS["name"], recurrence=every, parameter_assignments=parameters)
    assert call("operate", pipeline_schedule_add, body=wanted, **PLACE).recurrence.interval == 2
    assert call("operate", pipeline_schedules, **PLACE).schedules
    assert call("operate", pipeline_schedule, name=FACTS["name"], **PLACE).last_run is None
    assert call("operate", pipeline_schedule_stop, name=FACTS["name"], **PLACE).status == m.ScheduleAnswerStatus.STOPPED


def operations() -> None:
    """A baseline is accepted; what failed is acknowledged and tried again."""
    wanted = m.BaselineRequest(dataset=FACTS["dataset"], by="ada", reason="looked at")
    assert call("operate", baseline_accept, body=wanted, **PLACE).dataset == FACTS["dataset"]
    work = m.WorkRequest(kind="drop", key=FACTS["failed"], by="ada", reason="only a trial")
    assert call("operate", failure_acknowledge, body=work).key == FACTS["failed"]
    assert call("operate", work_replay, body=work).reason


def state() -> None:
    """Probes, pages and the document."""
    call("operate", health)
    assert call("operate", status).scenarios["points"].model == "points:2"
    call("operate", dashboard)
    call("operate", dashboard_page, page=m.PageName.OVERVIEW, scenario=POINTS)
    call("operate", docs)
    call("operate", static, file=m.FileName.DOCS_CSS)
    assert call("operate", openapi).openapi.startswith("3.1")


for part in (scores, inference, training, operations, state, releases):
    part()
print(json.dumps(told))  # noqa: T201 -- its output
