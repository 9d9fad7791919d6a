"""The Open Inference Protocol (version 2), so that clients of other servers work unchanged."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import azure.functions as func

from functions.answering import Ready, answered, as_json, body_of, error, header_of
from shared.serving.inference import JSON_LENGTH
from shared.serving.request_ids import HEADER

if TYPE_CHECKING:
    from collections.abc import Callable

    from functions.scoring import Scorer
    from functions.turns import Turns

_BINARY = "application/octet-stream"
SERVER = {"name": "event-driven-mlops", "version": "0.1.0", "extensions": ["binary_tensor_data"]}


def blueprint(turns: Turns) -> func.Blueprint:
    """Routes under `v2`; a model has the name of its scenario."""
    bp = func.Blueprint()  # type: ignore[no-untyped-call]  # the library's constructor has no annotations

    @bp.route(route="v2", methods=["GET"])
    def v2_server(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (SERVER, {}), refuse=error)

    @bp.route(route="v2/health/live", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
    def v2_live(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 -- the trigger's binding
        return as_json(200, {"live": True})

    @bp.route(route="v2/health/ready", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
    def v2_ready(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_ready(turns.scorer()), {}), refuse=error)

    @bp.route(route="v2/models/{model}", methods=["GET"])
    def v2_model(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_metadata(req, turns.scorer()), {}), refuse=error)

    @bp.route(route="v2/models/{model}/ready", methods=["GET"])
    def v2_model_ready(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_model_ready(req, turns.scorer()), {}), refuse=error)

    @bp.route(route="v2/models/{model}/infer", methods=["POST"])
    async def v2_infer(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
        act = partial(answered, req, partial(_infer, req, turns.scorer), refuse=error)
        name = req.route_params["model"]
        return turns.at_once(req, name, act) or await turns.in_thread(req, context, name, act)

    return bp


def _ready(scorer: Scorer) -> Any:
    scorer.check()
    return {"ready": True}


def _metadata(req: func.HttpRequest, scorer: Scorer) -> Any:
    from shared.serving.inference.open_inference import describe

    name = req.route_params["model"]
    return describe(scorer.scenario(name), scorer.champion(name))


def _model_ready(req: func.HttpRequest, scorer: Scorer) -> Any:
    return {"name": scorer.champion(req.route_params["model"]).deployment.scenario, "ready": True}


def _infer(req: func.HttpRequest, scorer: Callable[[], Scorer]) -> func.HttpResponse:
    length = header_of(req, JSON_LENGTH)
    body = body_of(req, _BINARY) if length else body_of(req)
    key, sent = header_of(req, "x-entity-key"), header_of(req, HEADER)
    content, headers = scorer().infer(req.route_params["model"], body, key, sent, length)
    if JSON_LENGTH in headers:
        return func.HttpResponse(content, headers=headers, mimetype=_BINARY)
    return Ready(content, headers)
