"""What requests and answers look like in the API's description: made from the types that read and write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from functions.openapi import answers
from functions.openapi.parameters import LISTED, SCENARIO
from functions.openapi.scoring import Described, types_of
from functions.openapi.tidy import PLACE, tidied
from shared.operations.decision_requests import BaselineRequest, WorkRequest
from shared.release.decision import Decision
from shared.release.rollback.request import RollbackRequest
from shared.serving.deployment import Deployment
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

# By the names that routes give them.
_TYPES: Mapping[str, Any] = {
    "problem": answers.Problem,
    "inference_error": answers.InferenceError,
    "healthy": answers.Healthy,
    "unhealthy": answers.Unhealthy,
    "document": answers.ApiDocument,
    "status": answers.StatusAnswer,
    "posted_labels": answers.PostedLabels,
    "trace": answers.TraceAnswer,
    "page": answers.DashboardPage,
    "approval": answers.ApprovalAnswer,
    "approvals": answers.ApprovalsAnswer,
    "decided": answers.DecidedAnswer,
    "release": answers.ReleaseAnswer,
    "deployment": Deployment,
    "server": answers.ServerMetadata,
    "live": answers.LiveAnswer,
    "ready": answers.ReadyAnswer,
    "model_ready": answers.ModelReadyAnswer,
    "inference_request": InferenceRequest,
    "inference_answer": InferenceAnswer,
    "model_metadata": ModelMetadata,
    "decision": Decision,
    "rollback": RollbackRequest,
    "baseline_wanted": BaselineRequest,
    "baseline": answers.AcceptedBaseline,
    "work": WorkRequest,
    "work_ended": answers.WorkAnswer,
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
        named = dict(_TYPES)
        for model in models:
            named |= {f"{name}/{model.scenario.name}": kind for name, kind in types_of(model).items()}
        schemas, components = msgspec.json.schema_components(list(named.values()), ref_template=PLACE)
        self.components = {**tidied(components), **LISTED, SCENARIO: _scenarios(models)}
        self._named = dict(zip(named, schemas, strict=True))

    def of(self, name: str, model: Described | None = None) -> Mapping[str, Any]:
        """The schema of that name, which may differ by scenario."""
        found: Mapping[str, Any] | None = self._named.get(f"{name}/{model.scenario.name}") if model else None
        return found or self._named[name]


def _scenarios(models: Sequence[Described]) -> Mapping[str, Any]:
    names = [model.scenario.name for model in models]
    schema = {"title": SCENARIO, "description": "A scenario that this app knows.", "type": "string"}
    return {**schema, "enum": names} if names else schema
