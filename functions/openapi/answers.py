"""What answers look like that are written as plain values: types for the API's description, field by field."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta

from shared.datasets.version import DatasetVersion
from shared.operations.erasure_record import ErasureRecord
from shared.release.approval import ApprovalState
from shared.release.verdict import Check, Judging, VerdictState
from shared.serving.deployment import Deployment
from shared.training.model import Model
from shared.training.run import Run, RunState

# Clients of typed languages make 32 bits of a whole number that says nothing.
WideInt = Annotated[int, Meta(extra_json_schema={"format": "int64"})]


class Problem(TypedDict):
    """Why a request is refused: RFC 9457, and what older clients read."""

    title: str
    status: int
    status_code: int
    message: str
    error: str


class InferenceError(TypedDict):
    """Why a request is refused, as the Open Inference Protocol writes it."""

    error: str


class Healthy(TypedDict):
    """The app answers; `poison` counts messages that were given up."""

    status: Literal["healthy"]
    poison: NotRequired[int]


class Unhealthy(TypedDict):
    """What keeps the app from its work."""

    status: Literal["unhealthy"]
    reason: str


class ApiDocument(TypedDict):
    """A document as OpenAPI 3.1 has it."""

    openapi: str
    info: dict[str, Any]
    servers: list[dict[str, Any]]
    tags: list[dict[str, Any]]
    paths: dict[str, Any]
    components: dict[str, Any]


class NewestRun(TypedDict):
    """The newest training run of a scenario."""

    id: str
    state: RunState


class MetricValue(TypedDict):
    """A metric of the model that serves, as its evaluation has it."""

    name: str
    value: float


class ChallengerAnswer(TypedDict):
    """The newest version while another one serves, and what its gate said."""

    model: str
    verdict: str | None
    reason: str
    rows: int | None
    look: int
    looks_spent: int
    looks: int
    override: str
    told: str


class ScenarioStatus(TypedDict):
    """What serves a scenario, what was trained and predicted last, and what waits for people."""

    dataset: str | None
    run: NewestRun | None
    model: str | None
    deployed_at: str | None
    metric: MetricValue | None
    generation: int
    newest_row: str | None
    override: bool
    challenger: ChallengerAnswer | None
    offered_baseline: str | None
    trial: str | None
    overdue: str | None
    breaches: int
    approvals: list[str]
    open_windows: int
    predictions: WideInt


class Listed(TypedDict):
    """When the sweep last saw every landed file, and how many it has seen of the round under way."""

    ended_at: str | None
    files: int
    under_way: int


class StatusAnswer(TypedDict):
    """The state of every scenario, by name."""

    scenarios: dict[str, ScenarioStatus]
    listed: Listed | None


class PostedLabels(TypedDict):
    """What became of posted labels; further fields count rows."""

    state: str
    reason: str


class DashboardPage(TypedDict):
    """What a page of the dashboard shows; the fields differ from page to page and are no contract."""


class ApprovalAnswer(TypedDict):
    """A request for approval, bound to one model version, its bytes, its certificate and an environment."""

    id: str
    model: str
    scenario: str
    version: int
    sha256: str
    environment: str
    certificate: str
    nonce: str
    expires: str
    requested_by: str
    requested_at: str
    why: str
    override: bool
    state: ApprovalState
    decided_by: str
    decided_at: str | None
    reason: str


class DecidedAnswer(ApprovalAnswer):
    """The request after a decision; `repeated` when an earlier decision already said the same."""

    repeated: bool


class ApprovalsAnswer(TypedDict):
    """Every request for approval."""

    approvals: list[ApprovalAnswer]


class ReleaseAnswer(TypedDict):
    """How a release stands, as a pipeline's gate polls it."""

    status: Literal["success", "pending", "failed"]
    reason: str
    signature: Literal["off", "valid", "missing", "wrong"]


class ServerMetadata(TypedDict):
    """The server and its extensions."""

    name: str
    version: str
    extensions: list[str]


class LiveAnswer(TypedDict):
    """Whether the app answers."""

    live: bool


class ReadyAnswer(TypedDict):
    """Whether state and models can be read and timers fire."""

    ready: bool


class ModelReadyAnswer(TypedDict):
    """Whether a model is deployed and loads."""

    name: str
    ready: bool


class WindowAnswer(TypedDict):
    """A scored window: its version, its rows, and the files it was made of."""

    id: str
    base: str
    version: int
    ordinal: int
    created_at: str
    committed_at: str | None
    superseded_at: str | None
    generation: int
    model: str
    dataset: str
    rows: int
    failed_rows: int
    first_id: WideInt
    last_id: WideInt
    path: str
    sha256: str
    plan_sha256: str
    inputs: list[str]


class GateAnswer(TypedDict):
    """Every check of the gate on the model version, and what they say together."""

    passed: bool
    verdict: VerdictState
    model: str
    sha256: str
    checks: list[Check]
    generation: int | None
    judging: Judging | None


class LedgerEntry(TypedDict):
    """A piece of work that led to the prediction, and the event that asked for it."""

    kind: str
    key: str
    state: str
    reason: str
    at: str
    event_id: str | None
    event_type: str | None


class TraceAnswer(TypedDict):
    """A prediction with everything that led to it; what the state does not hold any more is null."""

    scenario: str
    prediction: dict[str, Any]
    window: WindowAnswer
    deployment: Deployment | None
    model: Model | None
    gate: GateAnswer | None
    run: Run | None
    dataset: DatasetVersion | None
    events: list[LedgerEntry]
    erased: list[ErasureRecord]


class AcceptedBaseline(TypedDict):
    """The baseline that new data is compared with from now on."""

    scenario: str
    number: int
    dataset: str


class WorkAnswer(TypedDict):
    """A piece of work, its state now, and why."""

    kind: str
    key: str
    state: str
    reason: str
