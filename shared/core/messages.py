"""Events that the system sends to itself: what a sweep or a decision asks to be done again."""

from __future__ import annotations

import json
from typing import Any

MODEL_REGISTERED = "Microsoft.MachineLearningServices.ModelRegistered"


def model_message(name: str, version: int) -> str:
    """Asks to go on with the release of a model version."""
    data = {"modelName": name, "modelVersion": str(version)}
    return cloud_event(MODEL_REGISTERED, f"models/{name}:{version}", f"{name}:{version}", data)


def cloud_event(kind: str, subject: str, key: str, data: dict[str, Any]) -> str:
    """A CloudEvent as a queue message."""
    event = {"specversion": "1.0", "id": f"sweep-{key}", "source": "/mlops/sweep", "type": kind}
    return json.dumps({**event, "subject": subject, "data": data})
