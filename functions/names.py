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


@dataclass(frozen=True, slots=True)
class Route:
    """An HTTP function: where it is, which scopes open it, and what it does in a few words."""

    function: str
    method: str
    path: str
    scopes: tuple[str, ...]
    summary: str


# What the local host enforces, OpenAPI declares and docs/api.md lists. Anonymous are probes, and pages and files
# without data: a page asks for a key and sends it with each request it makes.
HTTP = (
    Route("health", "GET", "health", (ANONYMOUS,), "Whether the app answers."),
    Route("docs", "GET", "docs", (ANONYMOUS,), "A page to try the API; it knows nothing and asks for a key."),
    Route("static", "GET", "static/{file}", (ANONYMOUS,), "What pages are made of; a fixed list of files."),
    Route("openapi", "GET", "openapi.json", KEY_SCOPES, "This document."),
    Route("status", "GET", "status", KEY_SCOPES, "How every scenario stands."),
    Route("score", "POST", "score/{scenario}", (SCORE,), "Predict."),
    Route("actuals", "POST", "actuals/{scenario}", (OPERATE,), "Labels that came late."),
    Route("trace", "GET", "trace/{scenario}/{prediction}", (OPERATE,), "Where a prediction comes from."),
    Route("dashboard", "GET", "dashboard", (ANONYMOUS,), "The dashboard's page; it knows nothing and asks for a key."),
    # Whoever approves must see what is to be approved.
    Route("dashboard_page", "GET", "dashboard/{page}", (APPROVE, OPERATE), "What a page of the dashboard shows."),
    Route("approvals", "GET", "approvals", (APPROVE, OPERATE), "Requests for approval."),
    Route("approval", "GET", "approvals/{id}", (APPROVE, OPERATE), "A request for approval; looking never decides."),
    Route("approve", "POST", "approvals/{id}", (APPROVE,), "Approve or reject a request."),
    Route("release_status", "GET", "releases/{scenario}/{version}/status", KEY_SCOPES, "How a release stands."),
    Route("rollback", "POST", "deployments/{scenario}/rollback", (OPERATE,), "Serve what served before."),
    Route("v2_server", "GET", "v2", (SCORE,), "The server's metadata."),
    Route("v2_live", "GET", "v2/health/live", (ANONYMOUS,), "Whether the app answers."),
    Route("v2_ready", "GET", "v2/health/ready", (ANONYMOUS,), "Whether the state can be read."),
    Route("v2_model", "GET", "v2/models/{model}", (SCORE,), "The tensors a model takes and answers with."),
    Route("v2_model_ready", "GET", "v2/models/{model}/ready", (SCORE,), "Whether a model is deployed and loads."),
    Route("v2_infer", "POST", "v2/models/{model}/infer", (SCORE,), "Predict from tensors."),
    Route("pipeline_submit", "POST", "pipelines/{scenario}/runs", (OPERATE,), "Train a dataset version."),
    Route("pipeline_runs", "GET", "pipelines/{scenario}/runs", (OPERATE,), "The scenario's training runs."),
    Route("pipeline_run", "GET", "pipelines/{scenario}/runs/{run}", (OPERATE,), "How a training run stands."),
    Route("pipeline_cancel", "POST", "pipelines/{scenario}/runs/{run}/cancel", (OPERATE,), "End a training run."),
    Route("pipeline_schedule_add", "POST", "pipelines/{scenario}/schedules", (OPERATE,), "Train again and again."),
    Route("pipeline_schedules", "GET", "pipelines/{scenario}/schedules", (OPERATE,), "The scenario's schedules."),
    Route("pipeline_schedule", "GET", "pipelines/{scenario}/schedules/{name}", (OPERATE,), "How a schedule stands."),
    Route("pipeline_schedule_stop", "DELETE", "pipelines/{scenario}/schedules/{name}", (OPERATE,), "Stop a schedule."),
)
SCOPES = {route.function: route.scopes for route in HTTP}
