"""The queues, and the events that the system puts there itself: work that a sweep or a decision asks for."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any


class Queue(StrEnum):
    """A queue of the app. The first two hold events, the others messages that name a window or a scenario."""

    DATA_EVENTS = "data-events"
    MODEL_EVENTS = "model-events"
    PREDICT_WINDOWS = "predict-windows"
    MONITOR_SCENARIOS = "monitor-scenarios"


# The platform puts what failed too often into a queue of this ending.
POISON = "-poison"
MODEL_REGISTERED = "Microsoft.MachineLearningServices.ModelRegistered"


def model_message(name: str, version: int) -> str:
    """The message that asks to go on with the release of a model version."""
    data = {"modelName": name, "modelVersion": str(version)}
    return cloud_event(MODEL_REGISTERED, f"models/{name}:{version}", f"{name}:{version}", data)


def cloud_event(kind: str, subject: str, key: str, data: dict[str, Any]) -> str:
    """A CloudEvent as a queue message."""
    event = {"specversion": "1.0", "id": f"sweep-{key}", "source": "/mlops/sweep", "type": kind}
    return json.dumps({**event, "subject": subject, "data": data})
