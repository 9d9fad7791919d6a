"""What schedules look like in the API's description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.training.recurrence import LARGEST, YEARS

NAME = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$"}
NOTHING = {"type": "null"}
_TEXT = {"type": "string"}
_TIME_OR_NOT = {"type": ["string", "null"]}
_RECURS = {"Frequency": {"enum": list(LARGEST)}, "Interval": {"type": "integer"}, "StartTime": _TEXT}
SCHEDULE: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "Id": NAME,
        "Name": NAME,
        "Status": {"enum": ["active", "stopped"]},
        "ExperimentName": _TEXT,
        "ParameterAssignments": {"type": "object"},
        "Recurrence": {"type": "object", "properties": _RECURS, "required": list(_RECURS)},
        "NextDue": _TIME_OR_NOT,
        "LastDue": _TIME_OR_NOT,
        "LastOutcome": _TEXT,
        "CreatedAt": _TEXT,
        "StoppedAt": _TIME_OR_NOT,
    },
    "required": ["Id", "Name", "Status", "Recurrence", "NextDue", "LastDue", "LastOutcome", "LastRun"],
}


def recurrence() -> Mapping[str, Any]:
    """How often, as it is asked for: each word has its own longest interval."""
    first, last = YEARS
    start = {
        "type": "string",
        "description": f"ISO 8601 in UTC, to the second, of the years {first} to {last - 1}; at once without.",
        "pattern": "^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$",
    }
    return {"oneOf": [_every(word, most, start) for word, most in LARGEST.items()]}


def _every(word: str, most: int, start: Mapping[str, Any]) -> Mapping[str, Any]:
    interval = {"type": "integer", "minimum": 1, "maximum": most}
    return {
        "type": "object",
        "properties": {"Frequency": {"const": word}, "Interval": interval, "StartTime": start},
        "required": ["Frequency", "Interval"],
        "additionalProperties": False,
    }
