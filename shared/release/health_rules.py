"""Health rules: what was seen of a candidate beside its champion becomes a verdict for each rule, never silence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.profiles.distances import psi, psi_noise, z_score
from shared.release.policy import HealthRules
from shared.release.verdict import Check
from shared.serving.health import LATENCY_MS, Health

# Fewer answered requests say nothing about a 95th percentile.
LEAST_REQUESTS = 20
# Below this a candidate is quick, however much quicker its champion is.
QUICK_MS = 20.0
_TAIL = 0.95
_ALPHA = 0.001


@dataclass(frozen=True, slots=True)
class Totals:
    """Health of several processes and minutes added up."""

    requests: int
    rows: int
    errors: int
    latency: tuple[int, ...]
    answers: tuple[int, ...]

    @classmethod
    def of(cls, seen: Iterable[Health]) -> Totals:
        """The sum of what was seen."""
        all_ = list(seen)
        latency = _sum([one.latency for one in all_])
        answers = _sum([one.answers for one in all_])
        numbers = (sum(one.requests for one in all_), sum(one.rows for one in all_), sum(one.errors for one in all_))
        return cls(*numbers, latency, answers)

    @property
    def answered(self) -> int:
        """Requests that ended in an answer."""
        return sum(self.latency)

    @property
    def tail_ms(self) -> float:
        """The 95th percentile of the time a request took, as the upper end of its cell; infinite beyond the last."""
        wanted, seen = math.ceil(self.answered * _TAIL), 0
        for count, end in zip(self.latency, (*LATENCY_MS, math.inf), strict=False):
            seen += count
            if seen >= wanted:
                return end
        return 0.0


def _sum(cells: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    width = max(map(len, cells), default=0)
    return tuple(sum(one[place] for one in cells if place < len(one)) for place in range(width))


def judge_health(model: str, candidate: Totals, champion: Totals, rules: HealthRules) -> list[Check]:
    """One verdict per rule; `skip` says what is missing before the rule can speak."""
    return [
        _errors(model, candidate, rules),
        _latency(model, candidate, champion, rules),
        _shift(model, candidate, champion, rules),
    ]


def _errors(model: str, candidate: Totals, rules: HealthRules) -> Check:
    if not candidate.requests:
        return Check("errors", "skip", 0, rules.error_share, f"{model} was not asked yet.")
    share = candidate.errors / candidate.requests
    told = (
        f"{model} failed in {candidate.errors} of {candidate.requests} requests; {rules.error_share:.1%} is accepted."
    )
    fails = _at_least(candidate.errors, candidate.requests) > rules.error_share
    return Check("errors", "fail" if fails else "pass", share, rules.error_share, told)


def _at_least(errors: int, requests: int) -> float:
    """The lower end of Wilson's 95 % interval: one error of two requests proves less than fifty of a hundred."""
    z, share = z_score(0.975), errors / requests
    centre, spread = (
        share + z * z / (2 * requests),
        z * math.sqrt(share * (1 - share) / requests + (z / requests) ** 2 / 4),
    )
    return (centre - spread) / (1 + z * z / requests)


def _latency(model: str, candidate: Totals, champion: Totals, rules: HealthRules) -> Check:
    if candidate.answered < LEAST_REQUESTS:
        reason = f"{model} answered {candidate.answered} requests; {LEAST_REQUESTS} are needed to judge its latency."
        return Check("latency", "skip", None, rules.latency_ms, reason)
    found, limit = candidate.tail_ms, rules.latency_ms
    if champion.answered >= LEAST_REQUESTS:
        limit = min(limit, max(QUICK_MS, rules.slower * champion.tail_ms))
    told = f"95 % of the requests to {model} took up to {found:g} ms; {limit:g} ms is accepted."
    return Check("latency", "fail" if found > limit else "pass", found, limit, told)


def _shift(model: str, candidate: Totals, champion: Totals, rules: HealthRules) -> Check:
    least = min(candidate.rows, champion.rows)
    if least < rules.rows:
        reason = (
            f"{model} answered {candidate.rows} rows and its champion {champion.rows}; "
            f"{rules.rows:g} of each are needed to compare their answers."
        )
        return Check("shift", "skip", None, rules.shift, reason)
    found = psi(candidate.answers, champion.answers)
    noise = psi_noise(len(champion.answers), candidate.rows, champion.rows, _ALPHA)
    told = f"The answers of {model} and its champion differ by a PSI of {found:.3f}; {rules.shift:g} is accepted"
    fails = found > rules.shift and found > noise
    chance = f" (chance alone gives up to {noise:.3f})." if found > rules.shift else "."
    return Check("shift", "fail" if fails else "pass", found, rules.shift, told + chance)
