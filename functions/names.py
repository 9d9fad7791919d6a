"""Names that infrastructure, settings and triggers share."""

STORAGE = "AzureWebJobsStorage"
DATA_EVENTS = "data-events"
MODEL_EVENTS = "model-events"
PREDICT_WINDOWS = "predict-windows"
QUEUES = (DATA_EVENTS, MODEL_EVENTS, PREDICT_WINDOWS)
PLAN_SCHEDULE = "%PLAN_SCHEDULE%"
RECONCILE_SCHEDULE = "%RECONCILE_SCHEDULE%"
