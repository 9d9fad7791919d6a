"""The API's description, generated from the routes, the scenarios and the input contracts of what is deployed.

The same state gives the same document. One path per scenario, so that each has its own fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from functions.names import ANONYMOUS, HTTP, Route
from functions.openapi_schemas import Described, example, ref, schemas

_JSON = "application/json"
_PROBLEM = "application/problem+json"
_TEXT = "text/plain"


def document(models: Sequence[Described], routes: Sequence[Route] = HTTP) -> Mapping[str, Any]:
    """The OpenAPI 3.1 document."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        for path, model in _paths(route, models):
            paths.setdefault(path, {})[route.method.lower()] = _operation(route, model)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Event-driven MLOps",
            "version": "1",
            "description": "Predictions, training runs and their state. Keys have scopes; a key goes into a header.",
        },
        "servers": [{"url": "/api"}],
        "paths": dict(sorted(paths.items())),
        "components": {"securitySchemes": _SECURITY, "schemas": schemas(models)},
    }


def _paths(route: Route, models: Sequence[Described]) -> Sequence[tuple[str, Described | None]]:
    path = f"/{route.path}"
    for name in ("{scenario}", "{model}"):
        if name in path:
            return [(path.replace(name, model.scenario.name), model) for model in models]
    return [(path, None)]


def _operation(route: Route, model: Described | None) -> Mapping[str, Any]:
    suffix = f"_{model.scenario.name}" if model else ""
    title = f"{model.scenario.title} {route.summary}" if model else route.summary
    described: dict[str, Any] = {
        "operationId": f"{route.function}{suffix}",
        "summary": title,
        "tags": [route.path.split("/")[0]],
        "responses": _responses(route, model),
    }
    described["security"] = [] if route.scopes == (ANONYMOUS,) else [{"key": []}, {"bearer": []}]
    if route.scopes != (ANONYMOUS,):
        described["description"] = f"Opened by keys of scope {' or '.join(route.scopes)}."
    parameters = _parameters(route)
    body = _body(route, model)
    return {
        **described,
        **({"parameters": parameters} if parameters else {}),
        **({"requestBody": body} if body else {}),
    }


def _parameters(route: Route) -> list[Mapping[str, Any]]:
    names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    found: list[Mapping[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1, "maxLength": 200}}
        for name in names
        if name not in ("scenario", "model")
    ]
    if route.function in _WITH_ENTITY:
        found.append({"name": "x-entity-key", "in": "header", "description": _ENTITY, "schema": _HEADER})
    if route.function == "pipeline_submit":
        found.append({"name": "idempotency-key", "in": "header", "description": _IDEMPOTENCY, "schema": _HEADER})
    return found


def _body(route: Route, model: Described | None) -> Mapping[str, Any] | None:
    if route.method != "POST" or route.function == "pipeline_cancel":
        return None
    schema = ref(f"{route.function}_{model.scenario.name}") if route.function == "score" and model else None
    if schema is None:
        schema = ref(_BODIES[route.function]) if route.function in _BODIES else {"type": "object"}
    content: dict[str, Any] = {"schema": schema}
    if route.function == "score" and model and model.example:
        content["example"] = example(model)
    return {"required": True, "content": {_JSON: content}}


def _responses(route: Route, model: Described | None) -> Mapping[str, Any]:
    good = _GOOD.get(route.function, "200")
    found: dict[str, Any] = {good: _good(route, model)}
    if route.function == "static":
        found |= {"304": {"description": "The caller has it."}, "404": _plain("There is no such file.")}
    if route.scopes != (ANONYMOUS,):
        found |= {"401": _plain("No valid key."), "403": _plain("A key of another scope.")}
    if route.function not in ("health", "docs", "dashboard", "static", "v2_live"):
        wrong = _error if route.path.startswith("v2") else _problem
        codes = ["400", "503"]
        codes += ["404"] if "{" in route.path else []
        codes += ["413", "415"] if route.method == "POST" and route.function != "pipeline_cancel" else []
        codes += _MORE.get(route.function, [])
        found |= {code: wrong(code) for code in sorted(codes)}
    if route.function == "approve":
        found["403"] = _forbidden()
    return found | {"429": _plain("Too many requests wait.")}


def _good(route: Route, model: Described | None) -> Mapping[str, Any]:
    if route.function in ("docs", "dashboard", "static"):
        kinds = (
            ("text/html",)
            if route.function != "static"
            else ("text/javascript", "text/css", "text/html", "image/svg+xml")
        )
        return {"description": "The file.", "content": {kind: {"schema": {"type": "string"}} for kind in kinds}}
    if route.function == "dashboard_page":
        files = {kind: {"schema": {"type": "string"}} for kind in ("text/html", "text/csv")}
        return {"description": "Answered.", "content": {_JSON: {"schema": {"type": "object"}}, **files}}
    name = f"{route.function}_answer_{model.scenario.name}" if route.function == "score" and model else None
    name = name or _ANSWERS.get(route.function)
    schema = ref(name) if name else {"type": "object"}
    described: dict[str, Any] = {"description": "Answered.", "content": {_JSON: {"schema": schema}}}
    if route.function in _WITH_ENTITY:
        described["headers"] = {
            "x-model": {"description": "The model's name and version.", "schema": {"type": "string"}},
            "x-generation": {"description": "The deployment it answered for.", "schema": {"type": "string"}},
        }
    if route.function == "pipeline_submit":
        described["headers"] = {"location": {"description": "Where the run's state is.", "schema": {"type": "string"}}}
    return described


def _plain(said: str) -> Mapping[str, Any]:
    return {"description": said, "content": {_TEXT: {"schema": {"type": "string"}}}}


def _forbidden() -> Mapping[str, Any]:
    said = (
        "A key of another scope, or a decision that somebody else has to take: one's own request, another environment."
    )
    return {"description": said, "content": {**_plain(said)["content"], _PROBLEM: {"schema": ref("problem")}}}


def _problem(code: str) -> Mapping[str, Any]:
    return {"description": _STATUSES[code], "content": {_PROBLEM: {"schema": ref("problem")}}}


def _error(code: str) -> Mapping[str, Any]:
    return {"description": _STATUSES[code], "content": {_JSON: {"schema": ref("inference_error")}}}


_HEADER = {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]{1,128}$"}
_ENTITY = "Who or what the rows are about. The same key is answered by the same model while a new one is tried."
_IDEMPOTENCY = "The same key and body again give the same run; another body with the same key is refused."
_WITH_ENTITY = ("score", "v2_infer")
_GOOD = {"pipeline_submit": "202", "pipeline_schedule_add": "201"}
_MORE = {
    "pipeline_submit": ["409", "422"],
    "pipeline_cancel": ["409"],
    "pipeline_schedule_add": ["409"],
    "pipeline_schedule_stop": ["409"],
    "rollback": ["409"],
    "approve": ["409"],
}
_BODIES = {
    "v2_infer": "inference_request",
    "pipeline_submit": "submission",
    "pipeline_schedule_add": "schedule_wanted",
}
_ANSWERS = {
    "v2_infer": "inference_answer",
    "v2_model": "model_metadata",
    "pipeline_submit": "run",
    "pipeline_run": "run",
    "pipeline_cancel": "run",
    "pipeline_runs": "runs",
    "pipeline_schedule_add": "schedule",
    "pipeline_schedules": "schedules",
    "pipeline_schedule": "schedule",
    "pipeline_schedule_stop": "schedule",
}
_STATUSES = {
    "400": "Not understood; the sentence says what would be accepted.",
    "404": "Something that was named does not exist.",
    "409": "Somebody else was faster, or the state does not allow it.",
    "413": "The body is too large.",
    "415": "Another content type than application/json.",
    "422": "Understood, and in contradiction to what was said before.",
    "503": "Something this app needs does not answer; try again.",
}
_SECURITY = {
    "key": {"type": "apiKey", "in": "header", "name": "x-functions-key"},
    "bearer": {"type": "http", "scheme": "bearer", "description": "Taken by the local host only."},
}
