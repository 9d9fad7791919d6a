"""Training runs over HTTP: submit, list, show, cancel."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import azure.functions as func

from functions import schedules
from functions.answering import answered, body_of
from functions.scenarios import scenario_of
from shared.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.ports import Ports

KEY_HEADER = "idempotency-key"
_KEY = re.compile(r"[\x21-\x7e]{1,128}")
LISTED = 100


def blueprint(ports: Callable[[], Ports]) -> func.Blueprint:
    """Routes under `pipelines/{scenario}`."""
    bp = func.Blueprint()  # type: ignore[no-untyped-call]  # the library's constructor has no annotations

    @bp.route(route="pipelines/{scenario}/runs", methods=["POST"])
    def pipeline_submit(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: _submit(req, ports()), status=202)

    @bp.route(route="pipelines/{scenario}/runs", methods=["GET"])
    def pipeline_runs(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_runs(req, ports()), {}))

    @bp.route(route="pipelines/{scenario}/runs/{run}", methods=["GET"])
    def pipeline_run(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_run(req, ports()), {}))

    @bp.route(route="pipelines/{scenario}/runs/{run}/cancel", methods=["POST"])
    def pipeline_cancel(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_cancel(req, ports()), {}))

    schedules.add(bp, ports)
    return bp


def _submit(req: func.HttpRequest, ports: Ports) -> tuple[Any, Mapping[str, str]]:
    from shared.core.strict_json import read_json_body
    from shared.training.requests import read_submission, run_answer, submit

    scenario = scenario_of(req, ports)
    key = req.headers.get(KEY_HEADER) or ""
    if key and not _KEY.fullmatch(key):
        raise BadInput("The Idempotency-Key is not valid; accepted: 1 to 128 printable ASCII characters, no spaces.")
    value = read_json_body(body_of(req) or b"{}", '{"ExperimentName": "…", "ParameterAssignments": {…}}')
    run = submit(ports, scenario, read_submission(value), key)
    url = f"/api/pipelines/{scenario.name}/runs/{run.id}"
    return {**run_answer(run), "StatusUrl": url}, {"location": url}


def _runs(req: func.HttpRequest, ports: Ports) -> Any:
    from shared.training.requests import run_answer

    return {"Runs": [run_answer(run) for run in ports.training.runs.list(scenario_of(req, ports).name)[-LISTED:]]}


def _run(req: func.HttpRequest, ports: Ports) -> Any:
    from shared.training.requests import find_run, run_answer

    return run_answer(find_run(ports, scenario_of(req, ports), req.route_params["run"]))


def _cancel(req: func.HttpRequest, ports: Ports) -> Any:
    from shared.training.requests import cancel, run_answer

    return run_answer(cancel(ports, scenario_of(req, ports), req.route_params["run"]))
