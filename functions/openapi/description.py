"""The API's description, generated from the routes, the scenarios and the input contracts of what is deployed.

The same state gives the same document. Scoring and late labels have one path per scenario, so that each has its own
fields; elsewhere the scenario is a parameter. Generators of clients and linters read it without a finding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from functions.names import ANONYMOUS, HTTP, Route
from functions.openapi.parameters import HEADERS, STRING, parameters
from functions.openapi.schemas import Schemas
from functions.openapi.scoring import EXAMPLES, Described, other_forms, worded
from functions.openapi.tags import TAGS, tag_of
from functions.openapi.tidy import camel

_TEXT = "text/plain"
_JSON = "application/json"
# Bodies whose fields differ by scenario.
_BY_SCENARIO = ("score", "actuals")
# The content type of each kind of refusal.
_ERRORS = {"problem": "application/problem+json", "inference_error": _JSON, "unhealthy": _JSON}


def document(models: Sequence[Described], routes: Sequence[Route] = HTTP) -> Mapping[str, Any]:
    """The OpenAPI 3.1 document."""
    described = worded(models)
    schemas = Schemas(described)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        for path, model in _paths(route, described):
            paths.setdefault(path, {})[route.method.lower()] = _operation(route, model, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Event-driven MLOps",
            "version": "1",
            "description": "Predictions, training runs and their state. Keys have scopes; a key goes into a header.",
            "contact": {"name": "The people who operate this app"},
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/api"}],
        "tags": [{"name": name, "description": said} for name, said in TAGS.items()],
        "paths": dict(sorted(paths.items())),
        "components": {"securitySchemes": _SECURITY, "schemas": schemas.components},
    }


def has_own_paths(route: Route) -> bool:
    """Whether the route has a path for each scenario, whose fields it takes."""
    return route.body in _BY_SCENARIO


def _paths(route: Route, models: Sequence[Described]) -> Sequence[tuple[str, Described | None]]:
    path = f"/{route.path}"
    if has_own_paths(route):
        return [(path.replace("{scenario}", model.scenario.name), model) for model in models]
    return [(path, None)]


def _operation(route: Route, model: Described | None, schemas: Schemas) -> Mapping[str, Any]:
    described: dict[str, Any] = {
        "operationId": camel(route.function, model.word if model else ""),
        "summary": f"{model.scenario.title}: {route.summary}" if model else route.summary,
        "description": _said(route, model),
        "tags": [tag_of(route)],
        "responses": _responses(route, model, schemas),
        "security": [{"key": []}] if _guarded(route) else [],
    }
    if found := parameters(route, of_scenario=model is not None):
        described["parameters"] = found
    if route.body:
        described["requestBody"] = {"required": True, "content": {_JSON: _body(route, model, schemas)}}
    return described


def _said(route: Route, model: Described | None) -> str:
    keys = f"Opened by keys of scope {' or '.join(route.scopes)}." if _guarded(route) else "Needs no key."
    return f"{keys} {other_forms(model)[route.body]}" if model else keys


def _guarded(route: Route) -> bool:
    return route.scopes != (ANONYMOUS,)


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
    content = {kind: {"schema": schemas.of(route.answer, model) if kind == _JSON else STRING} for kind in route.kinds}
    headers = {name: {"description": HEADERS[name], "schema": STRING} for name in route.answer_headers}
    return {"description": "Answered.", "content": content, **({"headers": headers} if headers else {})}


def _plain(said: str) -> Mapping[str, Any]:
    return {"description": said, "content": {_TEXT: {"schema": STRING}}}


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
