"""Log records of work for whoever watches it: ids and states, never the content of files or requests."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Ended = Literal["answered", "refused", "failed"]
# The file of records in the folder `logs` of a laptop's home.
RECORDS_FILE = "records.jsonl"
# A dataset version's id, which run ids contain.
_DATASET = re.compile(r"\d{8}T\d{6}\d*Z-[0-9a-f]{6,12}")
# Of the facts of an outcome these are ids; anything else may be content.
_IDS = ("dataset", "run", "model", "generation", "sha256", "rows")


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One step of work on (kind, key).

    `operation` is the same id from the event to the predictions; `claim` is the id of this piece of work alone.
    """

    kind: str
    key: str
    state: str
    operation: str
    claim: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def step_record(
    kind: str, key: str, state: str, detail: Mapping[str, Any] | None = None, attempt: int = 0
) -> LogRecord:
    """The record of a step of (kind, key), without its reason, which may quote what somebody sent."""
    facts = {name: value for name, value in (detail or {}).items() if name in _IDS}
    if attempt:
        facts["attempt"] = attempt
    shown = key if key.isprintable() else "".join(map(_shown, key))
    return LogRecord(kind, shown, state, operation_of(kind, key, facts), trace_id(f"{kind}/{key}"), facts)


def _shown(mark: str) -> str:
    return mark if mark.isprintable() else f"\\x{ord(mark):02x}"


def operation_of(kind: str, key: str, facts: Mapping[str, Any]) -> str:
    """The operation a step belongs to: that of its dataset version where one is known, else its own."""
    for text in (str(facts.get("dataset", "")), str(facts.get("run", "")), key):
        match = _DATASET.search(text)
        if match:
            return trace_id(f"dataset/{match[0]}")
    return trace_id(f"{kind}/{key}")


def trace_id(name: str) -> str:
    """32 hex digits, as W3C trace context wants an operation's id; the same name gives the same one."""
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:32]
