"""Names that infrastructure, settings and triggers share."""

STORAGE = "AzureWebJobsStorage"
DATA_EVENTS = "data-events"
MODEL_EVENTS = "model-events"
PREDICT_WINDOWS = "predict-windows"
QUEUES = (DATA_EVENTS, MODEL_EVENTS, PREDICT_WINDOWS)
PLAN_SCHEDULE = "%PLAN_SCHEDULE%"
RECONCILE_SCHEDULE = "%RECONCILE_SCHEDULE%"

# Scopes of keys. In Azure every function has keys of its own; a scope says which functions one caller's keys are for.
ANONYMOUS = "anonymous"
SCORE = "score"
APPROVE = "approve"
OPERATE = "operate"
KEY_SCOPES = (SCORE, APPROVE, OPERATE)
# The scopes that open each HTTP function: what the local host enforces, OpenAPI declares and docs/api.md lists.
# Anonymous are probes and files without data: a page asks for a key and sends it with each request it makes.
SCOPES: dict[str, tuple[str, ...]] = {
    "health": (ANONYMOUS,),
    "static": (ANONYMOUS,),
    "dashboard": (ANONYMOUS,),
    "score": (SCORE,),
    # Reading how things stand takes any key.
    "status": KEY_SCOPES,
    "trace": (OPERATE,),
    # Whoever approves must see what is to be approved.
    "dashboard_page": (APPROVE, OPERATE),
}
