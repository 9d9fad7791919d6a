"""How the newest version stands while another one serves: its verdict, its look, and whether people override."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from shared.release.look import MOST_LOOKS
from shared.serving.deployment import Deployment
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


@dataclass(frozen=True, slots=True)
class Challenger:
    """The newest version: what its gate said, on how many fresh rows, by which look, and of how many spent.

    Without a certificate the verdict is None. `override` is the state of the newest request to override, or empty.
    """

    model: str
    verdict: str | None = None
    reason: str = ""
    rows: int | None = None
    look: int = 0
    looks_spent: int = 0
    looks: int = MOST_LOOKS
    override: str = ""

    @property
    def told(self) -> str:
        """The challenger in one line."""
        look = f", look {self.look} of {self.looks}" if self.look else ""
        override = f", override {self.override}" if self.override else ""
        return f"{self.model} {(self.verdict or 'not judged').replace('_', '-')}{look}{override}"


def challenger_of(ports: OperationsPorts, scenario: str, current: Deployment | None) -> Challenger | None:
    """The newest version while it does not serve; None when it serves, and where there is no version."""
    versions = ports.training.registry.list(scenario)
    if not versions or (current is not None and current.version == versions[-1].version):
        return None
    newest, verdict = versions[-1], ports.release.deployments.verdict(versions[-1])
    spent = len(ports.release.looks.list(scenario, current.generation)) if current else 0
    override = _override_state(ports, newest)
    if verdict is None:
        return Challenger(newest.id, looks_spent=spent, override=override)
    rows, look = (verdict.judging.rows, verdict.judging.look) if verdict.judging else (None, 0)
    return Challenger(newest.id, verdict.state, verdict.reason, rows, look, spent, override=override)


def challenger_json(challenger: Challenger | None) -> Mapping[str, Any] | None:
    """The challenger as plain values."""
    if challenger is None:
        return None
    names = ("model", "verdict", "reason", "rows", "look", "looks_spent", "looks", "override", "told")
    return {name: getattr(challenger, name) for name in names}


def served_by_override(ports: OperationsPorts, model: Model) -> Deployment | None:
    """The newest generation that people put the version into by an override of its gate, or None."""
    found = [one for one in ports.release.deployments.list(model.name) if one.version == model.version and one.override]
    return found[-1] if found else None


def with_override(card: str, deployment: Deployment | None) -> str:
    """The model card, which says first when the version served by an override."""
    if deployment is None:
        return card
    since = f"since {deployment.at:%Y-%m-%d %H:%M} UTC, generation {deployment.generation} in {deployment.environment}"
    note = f'<p role="note"><b>In service by an override of its gate</b> {since}. {escape(deployment.reason)}</p>'
    head, body, rest = card.partition("<body>")
    return f"{head}{body}{note}{rest}" if body else f"{card}{note}"


def _override_state(ports: OperationsPorts, model: Model) -> str:
    requests = [
        one for one in ports.release.approvals.list(model.name) if one.override and one.version == model.version
    ]
    return requests[-1].state if requests else ""
