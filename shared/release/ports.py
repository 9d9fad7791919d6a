"""The ports of `release`: deployments, looks of the gate, approvals, rollouts, and the endpoints that serve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from shared.serving.ports import ServingPorts

if TYPE_CHECKING:
    from shared.release.approval import Approval
    from shared.release.look import Look
    from shared.release.policy import Policies
    from shared.release.signature import Signature
    from shared.release.traffic import Traffic
    from shared.release.verdict import Verdict
    from shared.serving.deployment import Deployment
    from shared.serving.rollout import Rollout
    from shared.training.model import Model


class Approvals(Protocol):
    """Requests for approval. Each is decided once and used once."""

    def request(self, approval: Approval, *, once: bool = False) -> Approval:
        """Store it; returns one for the same version, sha256, environment and certificate that is open or unused.

        `once`: without such a one, the last that was decided or used.
        """
        ...

    def find(self, approval_id: str) -> Approval | None:
        """The request, or None."""
        ...

    def list(self, scenario: str | None = None) -> Sequence[Approval]:
        """All requests, oldest first."""
        ...

    def decide(self, decided: Approval) -> Approval:
        """Close an open request; returns the stored one, which holds another decision when that came first."""
        ...


class Looks(Protocol):
    """The gate's looks at challengers, numbered without gaps per generation of the champion."""

    def take(self, look: Look, most: int) -> Look | None:
        """The look of that judgement: the one that was taken before, else the next; None after the `most`-th."""
        ...

    def list(self, scenario: str, generation: int) -> Sequence[Look]:
        """The looks that were taken at challengers of the generation, in order."""
        ...


class Rollouts(Protocol):
    """Candidates that are being tried in an environment, as gap-free changes."""

    def current(self, scenario: str, environment: str) -> Rollout | None:
        """The newest change, or None."""
        ...

    def write(self, rollout: Rollout, approval: str = "") -> Rollout:
        """Write change n when n - 1 is current; Conflict otherwise. Uses up the approval in the same transaction."""
        ...

    def list(self, scenario: str | None = None) -> Sequence[Rollout]:
        """All changes, oldest first."""
        ...


class Deployments(Protocol):
    """The deployment pointer of each scenario and environment, as gap-free generations; and the gate's verdicts."""

    def current(self, scenario: str, environment: str | None = None) -> Deployment | None:
        """The newest generation in the environment (the scenario's last one where none is named), or None."""
        ...

    def promote(self, deployment: Deployment, approval: str = "") -> Deployment:
        """Write generation n when n - 1 is current; Conflict names the current one otherwise.

        Uses up the approval of that id in the same transaction; Conflict when it is not approved or was used.
        """
        ...

    def list(self, scenario: str | None = None, environment: str | None = None) -> Sequence[Deployment]:
        """All generations in the environment (the last one where none is named), oldest first; "*": in all of them."""
        ...

    def certify(self, model: Model, verdict: Verdict) -> None:
        """Store the verdict of a model version; a later judgement replaces it, another changes nothing.

        Later is one against a later generation, or of the same one with a greater number.
        """
        ...

    def verdict(self, model: Model) -> Verdict | None:
        """The verdict of that model version, or None; Corrupt when it is not the one that was certified."""
        ...


class ServingTarget(Protocol):
    """One endpoint per (scenario, environment), with one deployment per version. Every call may be repeated."""

    def deploy(self, environment: str, model: Model) -> None:
        """Make the version ready to answer, without traffic; Transient while that takes longer than a call may."""
        ...

    def route(self, scenario: str, environment: str, traffic: Traffic) -> None:
        """Send requests as `traffic` says; its versions were deployed before. Transient until `state` meets it."""
        ...

    def state(self, scenario: str, environment: str) -> Traffic:
        """How requests are sent now."""
        ...

    def retire(self, scenario: str, environment: str, kept: frozenset[int]) -> None:
        """Take down versions that are not `kept`; one that still gets requests stays."""
        ...


class Signer(Protocol):
    """A key that signs certificates, ES256. Its public part verifies them."""

    def sign(self, message: bytes) -> Signature:
        """The signature of the newest version of the key; Misconfigured when the caller may not sign with it."""
        ...

    def verify(self, message: bytes, signature: Signature) -> bool:
        """Whether the key, or an earlier version of it that is still there, made it for this message."""
        ...


@dataclass(frozen=True, slots=True)
class ReleaseBundle:
    """The ports of releases; `policies` says how each scenario is released. Without a signer nothing is signed."""

    policies: Policies
    deployments: Deployments
    looks: Looks
    approvals: Approvals
    rollouts: Rollouts
    endpoints: ServingTarget
    signer: Signer | None = None


class ReleasePorts(ServingPorts, Protocol):
    """What a workflow of `release` takes: its own ports and those of the rooms below."""

    @property
    def release(self) -> ReleaseBundle:
        """The ports of releases; `policies` says how each scenario is released."""
        ...
