"""The API's description, generated from the routes, the scenarios and the input contracts of what is deployed.

The same state gives the same document. One path per scenario, so that each has its own fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from functions.names import ANONYMOUS, HTTP, Route
from functions.openapi_schemas import Schemas
from functions.openapi_scoring import EXAMPLES, Described

_TEXT = "text/plain"
_JSON = "application/json"
# The content type of each kind of refusal.
_ERRORS = {"problem": "application/problem+json", "inference_error": _JSON}


def document(models: Sequence[Described], routes: Sequence[Route] = HTTP) -> Mapping[str, Any]:
    """The OpenAPI 3.1 document."""
    schemas = Schemas(models)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        for path, model in _paths(route, models):
            paths.setdefault(path, {})[route.method.lower()] = _operation(route, model, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Event-driven MLOps",
            "version": "1",
            "description": "Predictions, training runs and their state. Keys have scopes; a key goes into a header.",
        },
        "servers": [{"url": "/api"}],
        "paths": dict(sorted(paths.items())),
        "components": {"securitySchemes": _SECURITY, "schemas": schemas.components},
    }


def _paths(route: Route, models: Sequence[Described]) -> Sequence[tuple[str, Described | None]]:
    path = f"/{route.path}"
    for name in ("{scenario}", "{model}"):
        if name in path:
            return [(path.replace(name, model.scenario.name), model) for model in models]
    return [(path, None)]


def _operation(route: Route, model: Described | None, schemas: Schemas) -> Mapping[str, Any]:
    suffix = f"_{model.scenario.name}" if model else ""
    title = f"{model.scenario.title} {route.summary}" if model else route.summary
    described: dict[str, Any] = {
        "operationId": f"{route.function}{suffix}",
        "summary": title,
        "tags": [route.path.split("/")[0]],
        "responses": _responses(route, model, schemas),
        "security": [{"key": []}] if _guarded(route) else [],
    }
    if _guarded(route):
        described["description"] = f"Opened by keys of scope {' or '.join(route.scopes)}."
    if parameters := _parameters(route):
        described["parameters"] = parameters
    if route.body:
        described["requestBody"] = {"required": True, "content": {_JSON: _body(route, model, schemas)}}
    return described


def _guarded(route: Route) -> bool:
    return route.scopes != (ANONYMOUS,)


def _parameters(route: Route) -> list[Mapping[str, Any]]:
    names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    found: list[Mapping[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 200}}
        for name in names
        if name not in ("scenario", "model")
    ]
    found += [
        {"name": name, "in": "header", "description": _HEADERS[name], "schema": _HEADER}
        for name in route.request_headers
    ]
    return found


def _body(route: Route, model: Described | None, schemas: Schemas) -> Mapping[str, Any]:
    schema, make = schemas.of(route.body, model), EXAMPLES.get(route.body)
    return {"schema": schema, "example": make(model)} if make and model and model.example else {"schema": schema}


def _responses(route: Route, model: Described | None, schemas: Schemas) -> Mapping[str, Any]:
    found: dict[int, Any] = {route.status: _answer(route, model, schemas)}
    if _guarded(route):
        found[401] = {"description": "No valid key, or one of another scope; without a body."}
    for code in _refusals(route):
        content = found.get(code, {}).get("content", {}) | _refusal(route, code, schemas)
        found[code] = {"description": _STATUSES[code], **({"content": content} if content else {})}
    found[429] = {"description": "The app is full; without a body and a Retry-After."}
    return {str(code): said for code, said in found.items()}


def _refusals(route: Route) -> list[int]:
    codes = [*route.refusals]
    codes += [404] if "{" in route.path else []
    codes += [400, 503] if route.error else []
    codes += [411, 413, 415] if route.body else []
    return sorted(codes)


def _refusal(route: Route, code: int, schemas: Schemas) -> Mapping[str, Any]:
    if code in _WITHOUT_CONTENT:
        return {}
    return {_ERRORS[route.error]: {"schema": schemas.of(route.error)}} if route.error else _plain("")["content"]


def _answer(route: Route, model: Described | None, schemas: Schemas) -> Mapping[str, Any]:
    content = {kind: {"schema": schemas.of(route.answer, model) if kind == _JSON else _STRING} for kind in route.kinds}
    headers = {name: {"description": _HEADERS[name], "schema": _STRING} for name in route.answer_headers}
    return {"description": "Answered.", "content": content, **({"headers": headers} if headers else {})}


def _plain(said: str) -> Mapping[str, Any]:
    return {"description": said, "content": {_TEXT: {"schema": _STRING}}}


_STRING = {"type": "string"}
_HEADER = {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]{1,128}$"}
_HEADERS = {
    "x-entity-key": (
        "Who or what the rows are about. The same key is answered by the same model while a new one is tried."
    ),
    "x-request-id": (
        "The request's id: the caller's, or one that is made. Late labels name an answer by it and its row, from 0."
    ),
    "idempotency-key": "The same key and body again give the same run; another body with the same key is refused.",
    "x-model": "The model's name and version.",
    "x-generation": "The deployment it answered for.",
    "x-mlops-unknown-values": "Values that the model does not know, by field (`job=3, month=1`); absent without any.",
    "x-mlops-far-values": "Numbers far outside what the model learned from, by field; absent without any.",
    "location": "Where the state of what was made is.",
}
_WITHOUT_CONTENT = (304,)
_STATUSES = {
    304: "The caller has it.",
    400: "Not understood; the sentence says what would be accepted.",
    403: "A decision that somebody else has to take: one's own request, another environment.",
    404: "Something that was named does not exist.",
    409: "Somebody else was faster, or the state does not allow it.",
    411: "The body came in chunks, without a Content-Length.",
    413: "The body is too large.",
    415: "Another content type than application/json.",
    422: "Understood, and in contradiction to what was said before.",
    503: "Something this app needs does not answer; try again.",
}
_SECURITY = {"key": {"type": "apiKey", "in": "header", "name": "x-functions-key"}}
