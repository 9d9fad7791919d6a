"""What is kept: the facts about datasets, runs, models, deployments, windows and the ledger."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

# What the last environment of a release is called unless settings say otherwise.
PRODUCTION = "prod"
# How work ends. Everything that was accepted reaches exactly one of FINAL.
FINAL = frozenset(
    {"done", "duplicate", "superseded", "quarantined", "refused", "waiting", "ignored", "gone", "conflict", "failed"}
)


@dataclass(frozen=True, slots=True)
class Blob:
    """One version of one blob in the lake."""

    path: str
    etag: str
    size: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to act once on (kind, key) until `expires`; `token` proves who holds it, `attempt` counts from 1."""

    kind: str
    key: str
    token: str
    expires: datetime
    attempt: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger: what happened to (kind, key), and why."""

    kind: str
    key: str
    state: str
    reason: str
    at: datetime
    attempts: int = 0
    repeats: int = 0
    expires: datetime | None = None
    message: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a piece of work ended: a final state, the sentence that says why, and facts a program can read."""

    state: str
    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableFile:
    """A validated table as it lies in the lake: canonical Parquet, immutable, addressed by its sha256."""

    name: str
    path: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """A checked dataset: id = UTC time + short digest over its tables. `sources` are "path@etag"."""

    scenario: str
    id: str
    digest: str
    tables: tuple[TableFile, ...]
    sources: tuple[str, ...]
    created_at: datetime

    @property
    def rows(self) -> int:
        """Rows of the largest table."""
        return max((table.rows for table in self.tables), default=0)


RunState = Literal["requested", "running", "completed", "failed"]


@dataclass(frozen=True, slots=True)
class Run:
    """A training run of one dataset version. `request` is unique: dataset, pipeline version, and a key when forced."""

    id: str
    scenario: str
    dataset: str
    request: str
    state: RunState
    attempts: int
    reason: str
    created_at: datetime
    updated_at: datetime
    profile: str = "default"

    @property
    def attempt_name(self) -> str:
        """The name of the present attempt, where a service wants one: `<run>-<attempt>`."""
        return f"{self.id}-{self.attempts}"


@dataclass(frozen=True, slots=True)
class Artefact:
    """What a training run hands to the registry: the ONNX bytes, their manifest, and files that travel with them."""

    scenario: str
    run: str
    dataset: str
    onnx: bytes
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Model:
    """A registered model version. `folder` is its place in the lake."""

    name: str
    version: int
    sha256: str
    run: str
    dataset: str
    metrics: Mapping[str, float]
    folder: str
    created_at: datetime
    state: str = "registered"

    @property
    def id(self) -> str:
        """`name:version`, as people and tags write it."""
        return f"{self.name}:{self.version}"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a gate verdict."""

    name: str
    verdict: Literal["pass", "fail", "skip"]
    value: float | str | None
    threshold: float | str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every check of a gate, bound to the sha256 of the model it judged."""

    model: str
    sha256: str
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """True when no check failed."""
        return all(check.verdict != "fail" for check in self.checks)

    @property
    def digest(self) -> str:
        """sha256 of the canonical JSON: what an approval is bound to, and what shows that somebody altered it."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    @property
    def reason(self) -> str:
        """The failed checks' sentences, or that all passed."""
        failed = [check.reason for check in self.checks if check.verdict == "fail"]
        return " ".join(failed) or "All checks passed."


@dataclass(frozen=True, slots=True)
class Deployment:
    """One generation of what serves a scenario in an environment: gap-free numbers from 1, each by one writer."""

    scenario: str
    generation: int
    model: str
    version: int
    sha256: str
    at: datetime
    by: str
    reason: str
    environment: str = PRODUCTION


@dataclass(frozen=True, slots=True)
class Window:
    """Inputs that are predicted together. `ordinal` counts per scenario from 1 and makes prediction ids ordered."""

    scenario: str
    id: str
    ordinal: int
    inputs: tuple[str, ...]
    state: Literal["planned", "committed", "quarantined"]
    created_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Commit:
    """A window that is true: the content of `_COMMIT.json`, and a row of `prediction_commit`."""

    scenario: str
    window: str
    ordinal: int
    path: str
    sha256: str
    rows: int
    failed_rows: int
    plan_sha256: str
    model: str
    model_sha256: str
    run: str
    dataset: str
    scored_at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """An event of our own (or of the embedded registry) waiting in the outbox, as CloudEvents 1.0 fields."""

    id: str
    type: str
    source: str
    subject: str
    time: datetime
    data: Mapping[str, Any]
