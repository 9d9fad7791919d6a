"""Names that infrastructure, settings and triggers share, and the HTTP routes."""

from __future__ import annotations

from dataclasses import dataclass

STORAGE = "AzureWebJobsStorage"
DATA_EVENTS = "data-events"
MODEL_EVENTS = "model-events"
PREDICT_WINDOWS = "predict-windows"
MONITOR_SCENARIOS = "monitor-scenarios"
QUEUES = (DATA_EVENTS, MODEL_EVENTS, PREDICT_WINDOWS, MONITOR_SCENARIOS)
# The functions that messages reach: without the storage of the queues none of them listens.
QUEUE_FUNCTIONS = (
    "ingest", "deploy", "predict_window", "watch_scenario",
    "data_poison", "model_poison", "window_poison", "monitor_poison",
)  # fmt: skip
PLAN_SCHEDULE = "%PLAN_SCHEDULE%"
RECONCILE_SCHEDULE = "%RECONCILE_SCHEDULE%"
MONITOR_SCHEDULE = "%MONITOR_SCHEDULE%"
RETENTION_SCHEDULE = "%RETENTION_SCHEDULE%"

# Scopes of keys. In Azure every function has its own keys; a scope lists the functions for one kind of caller.
ANONYMOUS = "anonymous"
SCORE = "score"
APPROVE = "approve"
OPERATE = "operate"
KEY_SCOPES = (SCORE, APPROVE, OPERATE)

_PAGE = ("text/html",)
_FILES = ("text/javascript", "text/css", "text/html", "image/svg+xml")
_DATA = ("application/json", "text/html", "text/csv")
_MODEL = ("x-model", "x-generation", "x-request-id", "x-mlops-unknown-values", "x-mlops-far-values")
_ASKED = ("x-entity-key", "x-request-id")


@dataclass(frozen=True, slots=True)
class Route:
    """An HTTP function: its path, the scopes that open it, a summary, and what goes in and out.

    `body` and `answer` name schemas of the API's description. `refusals` are the statuses beyond those of every route.
    """

    function: str
    method: str
    path: str
    scopes: tuple[str, ...]
    summary: str
    body: str = ""
    answer: str = ""
    status: int = 200
    refusals: tuple[int, ...] = ()
    # The schema of a refusal; a route without one refuses no request that has a key.
    error: str = "problem"
    kinds: tuple[str, ...] = ("application/json",)
    query: tuple[str, ...] = ()
    request_headers: tuple[str, ...] = ()
    answer_headers: tuple[str, ...] = ()


# The local host enforces these routes, OpenAPI declares them and docs/api.md lists them. Anonymous are probes, and
# pages and files without data: a page asks for a key and sends it with each of its requests.
HTTP = (
    Route("health", "GET", "health", (ANONYMOUS,), "Whether the app answers and its timers fire.",
          answer="healthy", error="unhealthy"),
    Route("docs", "GET", "docs", (ANONYMOUS,), "A page to try the API; it holds no data and asks for a key.",
          error="", kinds=_PAGE),
    Route("static", "GET", "static/{file}", (ANONYMOUS,), "The files of the pages; a fixed list.",
          error="", kinds=_FILES, refusals=(304,)),
    Route("openapi", "GET", "openapi.json", KEY_SCOPES, "This document.", answer="document"),
    Route("status", "GET", "status", KEY_SCOPES, "The state of every scenario.", answer="status"),
    Route("score", "POST", "score/{scenario}", (SCORE,), "Predict.",
          body="score", answer="score_answer", request_headers=_ASKED, answer_headers=_MODEL),
    Route("actuals", "POST", "actuals/{scenario}", (OPERATE,), "Post late labels.",
          body="actuals", answer="posted_labels"),
    Route("trace", "GET", "trace/{scenario}/{prediction}", (OPERATE,), "Where a prediction comes from.",
          answer="trace"),
    Route("dashboard", "GET", "dashboard", (ANONYMOUS,), "The dashboard's page; it holds no data and asks for a key.",
          error="", kinds=_PAGE),
    # An approver must see what is to be approved.
    Route("dashboard_page", "GET", "dashboard/{page}", (APPROVE, OPERATE), "The data of a dashboard page.",
          answer="page", kinds=_DATA, query=("scenario", "dataset", "window", "version", "limit")),
    Route("approvals", "GET", "approvals", (APPROVE, OPERATE), "Requests for approval.", answer="approvals"),
    Route("approval", "GET", "approvals/{id}", (APPROVE, OPERATE), "A request for approval; GET never decides.",
          answer="approval"),
    Route("approve", "POST", "approvals/{id}", (APPROVE,), "Approve or reject a request.",
          body="decision", answer="decided", refusals=(403, 409)),
    Route("release_status", "GET", "releases/{scenario}/{version}/status", KEY_SCOPES, "The status of a release.",
          answer="release"),
    Route("rollback", "POST", "deployments/{scenario}/rollback", (OPERATE,), "Serve the previous model version.",
          body="rollback", answer="deployment", refusals=(409,)),
    Route("baseline_accept", "POST", "baselines/{scenario}", (OPERATE,), "Accept a dataset version as baseline.",
          body="baseline_wanted", answer="baseline", status=201, refusals=(409,)),
    Route("work_replay", "POST", "replays", (OPERATE,), "Try work again that ended badly; answers how it ended.",
          body="work", answer="work_ended", refusals=(404, 409)),
    Route("failure_acknowledge", "POST", "acknowledgements", (OPERATE,), "Acknowledge a failure.",
          body="work", answer="work_ended", refusals=(404, 409)),
    Route("v2_server", "GET", "v2", (SCORE,), "The server's metadata.",
          answer="server", error="inference_error"),
    Route("v2_live", "GET", "v2/health/live", (ANONYMOUS,), "Whether the app answers.",
          answer="live", error=""),
    Route("v2_ready", "GET", "v2/health/ready", (ANONYMOUS,), "Whether state and models can be read and timers fire.",
          answer="ready", error="inference_error"),
    Route("v2_model", "GET", "v2/models/{model}", (SCORE,), "The tensors that a model takes and returns.",
          answer="model_metadata", error="inference_error"),
    Route("v2_model_ready", "GET", "v2/models/{model}/ready", (SCORE,), "Whether a model is deployed and loads.",
          answer="model_ready", error="inference_error"),
    Route("v2_infer", "POST", "v2/models/{model}/infer", (SCORE,), "Predict from tensors.",
          body="inference_request", answer="inference_answer", error="inference_error",
          request_headers=_ASKED, answer_headers=_MODEL),
    Route("pipeline_submit", "POST", "pipelines/{scenario}/runs", (OPERATE,), "Train a dataset version.",
          body="submission", answer="submitted", status=202, refusals=(409, 422),
          request_headers=("idempotency-key",), answer_headers=("location",)),
    Route("pipeline_runs", "GET", "pipelines/{scenario}/runs", (OPERATE,), "The scenario's training runs.",
          answer="runs"),
    Route("pipeline_run", "GET", "pipelines/{scenario}/runs/{run}", (OPERATE,), "The state of a training run.",
          answer="run"),
    Route("pipeline_cancel", "POST", "pipelines/{scenario}/runs/{run}/cancel", (OPERATE,), "Cancel a training run.",
          answer="run", refusals=(409,)),
    Route("pipeline_schedule_add", "POST", "pipelines/{scenario}/schedules", (OPERATE,), "Add recurring training.",
          body="schedule_wanted", answer="schedule", status=201, refusals=(409,), answer_headers=("location",)),
    Route("pipeline_schedules", "GET", "pipelines/{scenario}/schedules", (OPERATE,), "The scenario's schedules.",
          answer="schedules"),
    Route("pipeline_schedule", "GET", "pipelines/{scenario}/schedules/{name}", (OPERATE,), "The state of a schedule.",
          answer="schedule"),
    Route("pipeline_schedule_stop", "DELETE", "pipelines/{scenario}/schedules/{name}", (OPERATE,), "Stop a schedule.",
          answer="schedule", refusals=(409,)),
)  # fmt: skip
SCOPES = {route.function: route.scopes for route in HTTP}
