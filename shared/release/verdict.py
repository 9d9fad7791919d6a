"""Checks and their verdict: what the gate, the health rules and the smoke checks say, line by line."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its verdict, the measured value, the threshold, and a sentence."""

    name: str
    verdict: Literal["pass", "fail", "skip"]
    value: float | str | None
    threshold: float | str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every check of the gate on one model version, with the sha256 of that model."""

    model: str
    sha256: str
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """True when no check failed."""
        return all(check.verdict != "fail" for check in self.checks)

    @property
    def digest(self) -> str:
        """sha256 of the canonical JSON: approvals are bound to it, and an altered certificate does not match it."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    @property
    def reason(self) -> str:
        """The sentences of the failed checks, or "All checks passed."."""
        failed = [check.reason for check in self.checks if check.verdict == "fail"]
        return " ".join(failed) or "All checks passed."
