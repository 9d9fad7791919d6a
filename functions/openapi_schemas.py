"""What requests and answers look like in the API's description: made from the types that read and write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import msgspec

from functions.openapi_scoring import Described, types_of
from shared.release.decision import Decision
from shared.release.rollback_request import RollbackRequest
from shared.serving.inference.tensors import InferenceAnswer, InferenceRequest, ModelMetadata
from shared.training.schemas import (
    RunAnswer,
    RunsAnswer,
    ScheduleAnswer,
    ScheduleBody,
    SchedulesAnswer,
    SubmissionBody,
    SubmittedAnswer,
)

_PLACE = "#/components/schemas/{name}"


class Problem(TypedDict):
    """Why a request is refused: RFC 9457, and what older clients read."""

    title: str
    status: int
    status_code: int
    message: str
    error: str


class InferenceError(TypedDict):
    """Why a request is refused, as the Open Inference Protocol writes it."""

    error: str


# By the names that routes give them.
_TYPES: Mapping[str, Any] = {
    "object": dict,
    "problem": Problem,
    "inference_error": InferenceError,
    "inference_request": InferenceRequest,
    "inference_answer": InferenceAnswer,
    "model_metadata": ModelMetadata,
    "decision": Decision,
    "rollback": RollbackRequest,
    "submission": SubmissionBody,
    "submitted": SubmittedAnswer,
    "run": RunAnswer,
    "runs": RunsAnswer,
    "schedule_wanted": ScheduleBody,
    "schedule": ScheduleAnswer,
    "schedules": SchedulesAnswer,
}


class Schemas:
    """The schemas of every body and answer, and the components that they refer to."""

    def __init__(self, models: Sequence[Described]) -> None:
        named: dict[str, Sequence[Any]] = {name: [kind] for name, kind in _TYPES.items()}
        for model in models:
            named |= {f"{name}/{model.scenario.name}": kinds for name, kinds in types_of(model).items()}
        kinds = [kind for several in named.values() for kind in several]
        schemas, self.components = msgspec.json.schema_components(kinds, ref_template=_PLACE)
        rest = iter(schemas)
        self._named = {name: [next(rest) for _ in several] for name, several in named.items()}

    def of(self, name: str, model: Described | None = None) -> Mapping[str, Any]:
        """The schema of that name, which may differ by scenario."""
        key = f"{name}/{model.scenario.name}" if model else name
        found = self._named.get(key) or self._named[name]
        return found[0] if len(found) == 1 else {"oneOf": found}
