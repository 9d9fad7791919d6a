"""HTTP: health, status, scoring and documentation. Every route with data needs a key."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

import azure.functions as func

from functions.answering import Ready, answered, as_json, body_of, header_of
from functions.names import QUEUE_FUNCTIONS, STORAGE
from functions.static import file
from shared.core.errors import Misconfigured
from shared.serving.request_ids import HEADER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from functions.scoring import Scorer
    from functions.turns import Turns
    from shared.ports import Ports

_RUNTIME = "FUNCTIONS_WORKER_RUNTIME"
_ACCEPTED = "UseDevelopmentStorage=true on a laptop, a storage account in Azure"
_OFF = frozenset({"true", "1"})


def blueprint(ports: Callable[[], Ports], turns: Turns) -> func.Blueprint:
    """Routes under the host's prefix (`/api`)."""
    bp = func.Blueprint()  # type: ignore[no-untyped-call]  # the library's constructor has no annotations

    @bp.route(route="health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
    def health(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: _health(ports()), refuse=_unhealthy)

    @bp.route(route="docs", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
    def docs(req: func.HttpRequest) -> func.HttpResponse:
        return file(req, "docs.html", page=True)

    @bp.route(route="openapi.json", methods=["GET"])
    def openapi(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_openapi(turns.scorer()), {}))

    @bp.route(route="status", methods=["GET"])
    def status(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_status(ports()), {}))

    @bp.route(route="score/{scenario}", methods=["POST"])
    async def score(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
        act = partial(answered, req, partial(_score, req, turns.scorer))
        name = req.route_params["scenario"]
        return turns.at_once(req, name, act) or await turns.in_thread(req, context, name, act)

    return bp


def _health(ports: Ports) -> tuple[Any, dict[str, str]]:
    from shared.monitoring.timer_watch import check_own_timers, known_given_up

    check_listening(os.environ)
    check_own_timers(ports)
    # A message that was given up makes no app unhealthy; a database that does not answer makes its timers late.
    poison = known_given_up(ports)
    return {"status": "healthy", **({"poison": poison} if poison else {})}, {}


def _unhealthy(code: int, reason: str) -> func.HttpResponse:
    return as_json(code, {"status": "unhealthy", "reason": reason}, {"retry-after": "5"})


def _status(ports: Ports) -> Any:
    from shared.operations.status import status

    return status(ports)


def _openapi(scorer: Scorer) -> Any:
    from functions.openapi.description import document

    return document(scorer.described())


def _score(req: func.HttpRequest, scorer: Callable[[], Scorer]) -> func.HttpResponse:
    name, key, sent = req.route_params["scenario"], header_of(req, "x-entity-key"), header_of(req, HEADER)
    return Ready(*scorer().score(name, body_of(req), key, sent))


def check_listening(environ: Mapping[str, str]) -> None:
    """Misconfigured when a host runs this app without the storage that holds its queues; names what hears nothing."""
    if not environ.get(_RUNTIME) or any(value for key, value in environ.items() if key.startswith(STORAGE)):
        return
    deaf = [name for name in QUEUE_FUNCTIONS if environ.get(f"AzureWebJobs.{name}.Disabled", "").lower() not in _OFF]
    if deaf:
        raise Misconfigured(STORAGE, f"is not set, so no message reaches {', '.join(deaf)}", _ACCEPTED)
