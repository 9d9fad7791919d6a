"""Checks and their verdict: what the gate, the health rules and the smoke checks say, line by line."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Literal

CheckVerdict = Literal["pass", "fail", "skip", "undecided", "trade_off"]
VerdictState = Literal["passed", "refused", "undecided", "trade_off"]
# The check that chooses between the judged fit and the refit.
REFIT = "refit"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its verdict, the measured value, the threshold, and a sentence.

    `undecided`: the rows are too few to tell. `trade_off`: better in one respect and worse in another.
    """

    name: str
    verdict: CheckVerdict
    value: float | str | None
    threshold: float | str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Judging:
    """Which judgement of a version against a generation it is, on how many fresh rows of which dataset version.

    `look` is the number of the look it took: 0 when there were too few rows to compare, or no champion.
    """

    number: int
    dataset: str
    rows: int
    look: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every check of the gate on one model version, with the sha256 of that model.

    `generation` is the champion's when it was judged, 0 when nothing served; None, as is `judging`, in certificates of
    earlier versions.
    """

    model: str
    sha256: str
    checks: tuple[Check, ...]
    generation: int | None = None
    judging: Judging | None = None

    @property
    def number(self) -> int:
        """Which judgement against its generation it is."""
        return self.judging.number if self.judging else 1

    @property
    def state(self) -> VerdictState:
        """A failed check refuses; without one, what is undecided and then a trade-off are for a person to decide."""
        found = {check.verdict for check in self.checks}
        if "fail" in found:
            return "refused"
        if "undecided" in found:
            return "undecided"
        return "trade_off" if "trade_off" in found else "passed"

    @property
    def passed(self) -> bool:
        """True when no check failed and none is left to a person."""
        return self.state == "passed"

    @property
    def refit(self) -> str:
        """The first digits of the sha256 of the refit that serves after this pass; empty when the judged fit does."""
        found = [check.value for check in self.checks if check.name == REFIT and check.verdict == "pass"]
        return str(found[0]) if found and self.passed else ""

    @property
    def graph_sentence(self) -> str:
        """Which graph serves and why; empty for a version without a refit."""
        return next((check.reason for check in self.checks if check.name == REFIT), "") if self.passed else ""

    @property
    def digest(self) -> str:
        """sha256 of the canonical JSON: approvals are bound to it, and an altered certificate does not match it."""
        content = asdict(self)
        for name in ("generation", "judging"):
            if content[name] is None:
                del content[name]
        return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    @property
    def reason(self) -> str:
        """The sentences of the checks that were not passed, or "All checks passed."."""
        decisive = ("fail",) if self.state == "refused" else ("undecided", "trade_off")
        told = [check.reason for check in self.checks if check.verdict in decisive]
        return " ".join(told) or "All checks passed."

    @property
    def summary(self) -> str:
        """How the model stands, in words that follow its name."""
        words = {
            "passed": "passed its gate",
            "refused": "is refused",
            "undecided": "is undecided, the champion stays",
            "trade_off": "is a trade-off, the champion stays until a person decides",
        }
        return words[self.state]
