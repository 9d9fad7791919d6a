"""What is told about work to whoever watches it: ids and states, never the content of files or requests."""

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
# Of what an outcome tells, these are ids; anything else may be content.
_IDS = ("dataset", "run", "model", "generation", "sha256", "rows")


@dataclass(frozen=True, slots=True)
class Told:
    """One structured record. `operation` is the same from the event to the predictions; `claim` is the work's own."""

    kind: str
    key: str
    state: str
    operation: str
    claim: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def told(kind: str, key: str, state: str, detail: Mapping[str, Any] | None = None, attempt: int = 0) -> Told:
    """The record of a step of (kind, key): what it was about, without reasons, which may quote what somebody sent."""
    facts = {name: value for name, value in (detail or {}).items() if name in _IDS}
    if attempt:
        facts["attempt"] = attempt
    shown = "".join(one if one.isprintable() else f"\\x{ord(one):02x}" for one in key)
    return Told(kind, shown, state, operation_of(kind, key, facts), trace_id(f"{kind}/{key}"), facts)


def operation_of(kind: str, key: str, facts: Mapping[str, Any]) -> str:
    """The operation a step belongs to: that of its dataset version where one is known, else its own."""
    for text in (str(facts.get("dataset", "")), str(facts.get("run", "")), key):
        found = _DATASET.search(text)
        if found:
            return trace_id(f"dataset/{found[0]}")
    return trace_id(f"{kind}/{key}")


def trace_id(name: str) -> str:
    """32 hex digits, as W3C trace context wants an operation's id; the same name gives the same one."""
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:32]
