"""Parameters of routes, in the path, the query and headers, as the API's description has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.names import Route
from functions.openapi.tidy import reference
from functions.pages import FILES
from shared.operations.views import VIEWS
from shared.operations.views.files import FILES as DOWNLOADS

SCENARIO = "ScenarioName"
# Enumerations that parameters are of.
LISTED = {
    "PageName": {"title": "PageName", "type": "string", "enum": [*VIEWS, *DOWNLOADS]},
    "FileName": {"title": "FileName", "type": "string", "enum": sorted(FILES)},
}
STRING = {"type": "string"}
_NAME = {"type": "string", "minLength": 1, "maxLength": 200}
_WHOLE = {"type": "integer", "minimum": 0}
# Beyond what many languages read as a whole number: its upper half counts windows.
_ROW_ID = {"type": "integer", "format": "int64", "minimum": 0}
_HEADER = {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]{1,128}$"}
HEADERS = {
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
_PATH: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "scenario": (reference(SCENARIO), "The name of a scenario."),
    "model": (reference(SCENARIO), "The name of a model, which is its scenario's."),
    "version": ({"type": "integer", "minimum": 0, "maximum": 999_999_999}, "The number of a model version."),
    "prediction": (_ROW_ID, "The number in column `prediction_id`."),
    "page": (reference("PageName"), "A page, or a file that a page offers."),
    "file": (reference("FileName"), "A file of a page."),
    "id": (_NAME, "The id of a request for approval."),
    "run": (_NAME, "The id of a training run."),
    "name": (_NAME, "The name of a schedule."),
}
_QUERY: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "scenario": (reference(SCENARIO), "The name of a scenario; the first without it."),
    "dataset": (_NAME, "The id of a dataset version."),
    "window": (_NAME, "The id of a scored window."),
    "version": (_WHOLE, "The number of a model version."),
    "limit": (_WHOLE, "How many rows or entries at most."),
}


def parameters(route: Route, *, of_scenario: bool) -> list[Mapping[str, Any]]:
    """The parameters of the route; its path may be that `of_scenario` alone, whose name is no parameter then."""
    in_path = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    return [
        *(
            {**_named(name, "path", *_PATH[name]), "required": True}
            for name in in_path
            if not (of_scenario and name == "scenario")
        ),
        *(_named(name, "query", *_QUERY[name]) for name in route.query),
        *(_named(name, "header", _HEADER, HEADERS[name]) for name in route.request_headers),
    ]


def _named(name: str, place: str, schema: Mapping[str, Any], said: str) -> Mapping[str, Any]:
    return {"name": name, "in": place, "description": said, "schema": schema}
