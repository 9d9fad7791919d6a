"""Names that infrastructure, settings and triggers share."""

from __future__ import annotations

from dataclasses import dataclass

STORAGE = "AzureWebJobsStorage"
DATA_EVENTS = "data-events"
MODEL_EVENTS = "model-events"
PREDICT_WINDOWS = "predict-windows"
MONITOR_SCENARIOS = "monitor-scenarios"
QUEUES = (DATA_EVENTS, MODEL_EVENTS, PREDICT_WINDOWS, MONITOR_SCENARIOS)
PLAN_SCHEDULE = "%PLAN_SCHEDULE%"
RECONCILE_SCHEDULE = "%RECONCILE_SCHEDULE%"
MONITOR_SCHEDULE = "%MONITOR_SCHEDULE%"

# Scopes of keys. In Azure every function has keys of its own; a scope says which functions one caller's keys are for.
ANONYMOUS = "anonymous"
SCORE = "score"
APPROVE = "approve"
OPERATE = "operate"
KEY_SCOPES = (SCORE, APPROVE, OPERATE)

_PAGE = ("text/html",)
_FILES = ("text/javascript", "text/css", "text/html", "image/svg+xml")
_DATA = ("application/json", "text/html", "text/csv")
_MODEL = ("x-model", "x-generation")


@dataclass(frozen=True, slots=True)
class Route:
    """An HTTP function: where it is, which scopes open it, what it does in a few words, and what goes in and out.

    `body` and `answer` name schemas of the API's description. `refusals` are the statuses beyond those of every route.
    """

    function: str
    method: str
    path: str
    scopes: tuple[str, ...]
    summary: str
    body: str = ""
    answer: str = "object"
    status: int = 200
    refusals: tuple[int, ...] = ()
    # The schema of a refusal; a route without one refuses no request that has a key.
    error: str = "problem"
    kinds: tuple[str, ...] = ("application/json",)
    request_headers: tuple[str, ...] = ()
    answer_headers: tuple[str, ...] = ()


# What the local host enforces, OpenAPI declares and docs/api.md lists. Anonymous are probes, and pages and files
# without data: a page asks for a key and sends it with each request it makes.
HTTP = (
    Route("health", "GET", "health", (ANONYMOUS,), "Whether the app answers.", error=""),
    Route("docs", "GET", "docs", (ANONYMOUS,), "A page to try the API; it knows nothing and asks for a key.",
          error="", kinds=_PAGE),
    Route("static", "GET", "static/{file}", (ANONYMOUS,), "What pages are made of; a fixed list of files.",
          error="", kinds=_FILES, refusals=(304,)),
    Route("openapi", "GET", "openapi.json", KEY_SCOPES, "This document."),
    Route("status", "GET", "status", KEY_SCOPES, "How every scenario stands."),
    Route("score", "POST", "score/{scenario}", (SCORE,), "Predict.",
          body="score", answer="score_answer", request_headers=("x-entity-key",), answer_headers=_MODEL),
    Route("actuals", "POST", "actuals/{scenario}", (OPERATE,), "Labels that came late.", body="actuals"),
    Route("trace", "GET", "trace/{scenario}/{prediction}", (OPERATE,), "Where a prediction comes from."),
    Route("dashboard", "GET", "dashboard", (ANONYMOUS,), "The dashboard's page; it knows nothing and asks for a key.",
          error="", kinds=_PAGE),
    # Whoever approves must see what is to be approved.
    Route("dashboard_page", "GET", "dashboard/{page}", (APPROVE, OPERATE), "What a page of the dashboard shows.",
          kinds=_DATA),
    Route("approvals", "GET", "approvals", (APPROVE, OPERATE), "Requests for approval."),
    Route("approval", "GET", "approvals/{id}", (APPROVE, OPERATE), "A request for approval; looking never decides."),
    Route("approve", "POST", "approvals/{id}", (APPROVE,), "Approve or reject a request.",
          body="decision", refusals=(403, 409)),
    Route("release_status", "GET", "releases/{scenario}/{version}/status", KEY_SCOPES, "How a release stands."),
    Route("rollback", "POST", "deployments/{scenario}/rollback", (OPERATE,), "Serve what served before.",
          body="rollback", refusals=(409,)),
    Route("v2_server", "GET", "v2", (SCORE,), "The server's metadata.", error="inference_error"),
    Route("v2_live", "GET", "v2/health/live", (ANONYMOUS,), "Whether the app answers.", error=""),
    Route("v2_ready", "GET", "v2/health/ready", (ANONYMOUS,), "Whether the state can be read.",
          error="inference_error"),
    Route("v2_model", "GET", "v2/models/{model}", (SCORE,), "The tensors a model takes and answers with.",
          answer="model_metadata", error="inference_error"),
    Route("v2_model_ready", "GET", "v2/models/{model}/ready", (SCORE,), "Whether a model is deployed and loads.",
          error="inference_error"),
    Route("v2_infer", "POST", "v2/models/{model}/infer", (SCORE,), "Predict from tensors.",
          body="inference_request", answer="inference_answer", error="inference_error",
          request_headers=("x-entity-key",), answer_headers=_MODEL),
    Route("pipeline_submit", "POST", "pipelines/{scenario}/runs", (OPERATE,), "Train a dataset version.",
          body="submission", answer="submitted", status=202, refusals=(409, 422),
          request_headers=("idempotency-key",), answer_headers=("location",)),
    Route("pipeline_runs", "GET", "pipelines/{scenario}/runs", (OPERATE,), "The scenario's training runs.",
          answer="runs"),
    Route("pipeline_run", "GET", "pipelines/{scenario}/runs/{run}", (OPERATE,), "How a training run stands.",
          answer="run"),
    Route("pipeline_cancel", "POST", "pipelines/{scenario}/runs/{run}/cancel", (OPERATE,), "End a training run.",
          answer="run", refusals=(409,)),
    Route("pipeline_schedule_add", "POST", "pipelines/{scenario}/schedules", (OPERATE,), "Train again and again.",
          body="schedule_wanted", answer="schedule", status=201, refusals=(409,), answer_headers=("location",)),
    Route("pipeline_schedules", "GET", "pipelines/{scenario}/schedules", (OPERATE,), "The scenario's schedules.",
          answer="schedules"),
    Route("pipeline_schedule", "GET", "pipelines/{scenario}/schedules/{name}", (OPERATE,), "How a schedule stands.",
          answer="schedule"),
    Route("pipeline_schedule_stop", "DELETE", "pipelines/{scenario}/schedules/{name}", (OPERATE,), "Stop a schedule.",
          answer="schedule", refusals=(409,)),
)  # fmt: skip
SCOPES = {route.function: route.scopes for route in HTTP}
