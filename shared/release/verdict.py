"""Verdict."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal


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
