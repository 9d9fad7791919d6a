"""Recurring training over HTTP: add, list, show, stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import azure.functions as func

from functions.answering import answered, body_of
from functions.scenarios import scenario_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.ports import Ports

_ACCEPTED = '{"Name": "…", "Recurrence": {"Frequency": "Week", "Interval": 1}}'


def add(bp: func.Blueprint, ports: Callable[[], Ports]) -> None:
    """The routes under `pipelines/{scenario}/schedules`."""

    @bp.route(route="pipelines/{scenario}/schedules", methods=["POST"])
    def pipeline_schedule_add(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: _add(req, ports()), status=201)

    @bp.route(route="pipelines/{scenario}/schedules", methods=["GET"])
    def pipeline_schedules(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_list(req, ports()), {}))

    @bp.route(route="pipelines/{scenario}/schedules/{name}", methods=["GET"])
    def pipeline_schedule(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_show(req, ports()), {}))

    @bp.route(route="pipelines/{scenario}/schedules/{name}", methods=["DELETE"])
    def pipeline_schedule_stop(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_stop(req, ports()), {}))


def _add(req: func.HttpRequest, ports: Ports) -> tuple[Any, Mapping[str, str]]:
    from shared.core.strict_json import read_json_body
    from shared.training.schedule_requests import add, read_schedule_request, schedule_answer

    scenario = scenario_of(req, ports)
    schedule = add(ports, scenario, read_schedule_request(read_json_body(body_of(req), _ACCEPTED)))
    return schedule_answer(ports, schedule), {"location": f"/api/pipelines/{scenario.name}/schedules/{schedule.name}"}


def _list(req: func.HttpRequest, ports: Ports) -> Any:
    from shared.training.schedule_requests import schedule_answer

    schedules = ports.training.schedules.list(scenario_of(req, ports).name)
    return {"Schedules": [schedule_answer(ports, schedule) for schedule in schedules]}


def _show(req: func.HttpRequest, ports: Ports) -> Any:
    from shared.training.schedule_requests import find_schedule, schedule_answer

    return schedule_answer(ports, find_schedule(ports, scenario_of(req, ports), req.route_params["name"]))


def _stop(req: func.HttpRequest, ports: Ports) -> Any:
    from shared.training.schedule_requests import schedule_answer, stop

    return schedule_answer(ports, stop(ports, scenario_of(req, ports), req.route_params["name"]))
