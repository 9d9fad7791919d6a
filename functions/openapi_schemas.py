"""What requests and answers look like in the API's description: one schema per scenario, and the common ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.openapi_schedules import NAME, NOTHING, SCHEDULE, recurrence

if TYPE_CHECKING:
    from shared.core.scenario import Scenario

_LARGEST = 3.4028234663852886e38
MAX_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Described:
    """A scenario as its deployed model takes it: (name, kind) of each input, and a row that was really asked."""

    scenario: Scenario
    inputs: Sequence[tuple[str, str]]
    example: Mapping[str, Any] | None = None


def ref(name: str) -> Mapping[str, Any]:
    """A reference to the schema of that name."""
    return {"$ref": f"#/components/schemas/{name}"}


def example(model: Described) -> Mapping[str, Any]:
    """A request that is answered, made from a row the deployed model has been asked."""
    row = dict(model.example or {})
    if model.scenario.text:
        return {"text": row[model.scenario.text]}
    return {"Inputs": {"data": [row]}, "GlobalParameters": {"method": "predict"}}


def schemas(models: Sequence[Described]) -> Mapping[str, Any]:
    """Every schema by name, in order."""
    found = dict(_COMMON)
    for model in models:
        name = model.scenario.name
        found[f"row_{name}"] = _row(model)
        found[f"score_{name}"] = _request(model)
        found[f"score_answer_{name}"] = _answer(model)
    return dict(sorted(found.items()))


def _row(model: Described) -> Mapping[str, Any]:
    names = [name for name, _ in model.inputs]
    fields = {name: _cell(kind) for name, kind in model.inputs}
    # Accepted because callers have them, and not looked at.
    fields |= {name: {} for name in model.scenario.request_fields if name not in fields}
    return {"type": "object", "properties": fields, "required": names, "additionalProperties": False}


def _cell(kind: str) -> Mapping[str, Any]:
    if kind == "number":
        return {"type": ["number", "null"], "minimum": -_LARGEST, "maximum": _LARGEST}
    return {"type": ["string", "null"]}


def _request(model: Described) -> Mapping[str, Any]:
    name = model.scenario.name
    rows = {"type": "array", "items": ref(f"row_{name}"), "minItems": 1, "maxItems": MAX_ROWS}
    methods = ["predict"] if model.scenario.task == "regression" else ["predict", "predict_proba"]
    parameters = {"type": "object", "properties": {"method": {"enum": methods}}, "additionalProperties": False}
    inputs = {"type": "object", "properties": {"data": rows}, "required": ["data"], "additionalProperties": False}
    managed = _closed({"Inputs": inputs, "GlobalParameters": parameters}, "Inputs")
    shapes: list[Any] = [managed, _closed({"data": rows}, "data")]
    if model.scenario.live:
        shapes.append(_closed({"data": _readings(model.scenario)}, "data"))
    if model.scenario.text:
        shapes.append(_closed({"text": {"type": "string", "pattern": "^[A-Za-z]"}}, "text"))
    elif all(kind == "number" for _, kind in model.inputs):
        number = {"type": "number", "minimum": -_LARGEST, "maximum": _LARGEST}
        width = len(model.inputs)
        row = {"type": "array", "items": number, "minItems": width, "maxItems": width}
        matrix = {"type": "array", "items": row, "minItems": 1, "maxItems": MAX_ROWS}
        shapes.append(_closed({"data": matrix}, "data"))
    return {"oneOf": shapes}


def _readings(scenario: Scenario) -> Mapping[str, Any]:
    """Raw readings: one row an hour, with the columns of their table."""
    live = scenario.live
    if live is None:
        return {}
    fields: dict[str, Any] = {}
    for column in scenario.table(live.table).columns:
        bounds = {"minimum": column.minimum, "maximum": column.maximum}
        kind = {"int": "integer", "float": "number"}.get(column.kind, "string")
        fields[column.name] = {"type": kind, **{name: one for name, one in bounds.items() if one is not None}}
    row = {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    return {"type": "array", "items": row, "minItems": 1, "maxItems": MAX_ROWS}


def _closed(fields: Mapping[str, Any], *required: str) -> Mapping[str, Any]:
    return {"type": "object", "properties": fields, "required": list(required), "additionalProperties": False}


def _answer(model: Described) -> Mapping[str, Any]:
    results = {"type": "object", "properties": {"Results": {"type": "array"}}, "required": ["Results"]}
    legacy = {"type": "string", "description": 'JSON in a string: {"result": […]}'}
    single = {"type": "object", "properties": {"result": {}}, "required": ["result"]}
    takes_more = model.scenario.text or all(kind == "number" for _, kind in model.inputs)
    return {"oneOf": [results, legacy, *([single] if takes_more else [])]}


_TENSOR = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "shape": {"type": "array", "items": {"type": "integer"}},
        "datatype": {"type": "string"},
        "data": {"type": "array"},
    },
    "required": ["name", "shape", "datatype", "data"],
}
_RUN = {
    "type": "object",
    "properties": {
        "Id": {"type": "string"},
        "Status": {"enum": ["requested", "running", "completed", "failed", "cancelled"]},
        "Reason": {"type": "string"},
        "Dataset": {"type": "string"},
        "Profile": {"type": "string"},
    },
    "required": ["Id", "Status"],
}
_SUBMISSION: Mapping[str, Any] = {
    "ExperimentName": {"type": "string", "maxLength": 200, "pattern": "^[ -~]*$"},
    "ParameterAssignments": {
        "type": "object",
        "properties": {"dataset": {"type": "string"}, "profile": {"enum": ["default", "demo"]}},
        "additionalProperties": False,
    },
}
_COMMON: Mapping[str, Any] = {
    "problem": {
        "type": "object",
        "properties": {
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "status_code": {"type": "integer"},
            "message": {"type": "string"},
            "error": {"type": "string"},
        },
        "required": ["title", "status", "status_code", "message", "error"],
    },
    "inference_error": {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]},
    "inference_request": {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "inputs": {"type": "array", "items": _TENSOR, "minItems": 1},
            "outputs": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
        },
        "required": ["inputs"],
    },
    "inference_answer": {
        "type": "object",
        "properties": {
            "model_name": {"type": "string"},
            "model_version": {"type": "string"},
            "id": {"type": "string"},
            "outputs": {"type": "array", "items": _TENSOR},
        },
        "required": ["model_name", "outputs"],
    },
    "model_metadata": {
        "type": "object",
        "properties": {"name": {"type": "string"}, "versions": {"type": "array"}, "platform": {"type": "string"}},
        "required": ["name", "platform", "inputs", "outputs"],
    },
    "submission": _closed(_SUBMISSION),
    "run": _RUN,
    "runs": {
        "type": "object",
        "properties": {"Runs": {"type": "array", "items": ref("run")}},
        "required": ["Runs"],
    },
    "schedule_wanted": _closed({"Name": NAME, **_SUBMISSION, "Recurrence": recurrence()}, "Name", "Recurrence"),
    "schedule": {**SCHEDULE, "properties": {**SCHEDULE["properties"], "LastRun": {"oneOf": [ref("run"), NOTHING]}}},
    "schedules": {
        "type": "object",
        "properties": {"Schedules": {"type": "array", "items": ref("schedule")}},
        "required": ["Schedules"],
    },
}
