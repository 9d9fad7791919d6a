"""Health rules: the counts of a candidate and its champion give a verdict for each rule."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.core.wording import counted
from shared.profiles.distances import psi, psi_noise, z_score
from shared.release.policy import HealthRules
from shared.release.verdict import Check
from shared.serving.health import LATENCY_MS, Health

# A 95th percentile needs at least this many answered requests.
LEAST_REQUESTS = 20
# A candidate below this is quick enough, even if its champion is much quicker.
QUICK_MS = 20.0
_TAIL = 0.95
_ALPHA = 0.001


@dataclass(frozen=True, slots=True)
class Totals:
    """Health counts of several processes and minutes added up."""

    requests: int
    rows: int
    errors: int
    latency: tuple[int, ...]
    answers: tuple[int, ...]

    @classmethod
    def of(cls, counts: Iterable[Health]) -> Totals:
        """The sum of the counts."""
        parts = list(counts)
        return cls(
            requests=sum(part.requests for part in parts),
            rows=sum(part.rows for part in parts),
            errors=sum(part.errors for part in parts),
            latency=_sum([part.latency for part in parts]),
            answers=_sum([part.answers for part in parts]),
        )

    @property
    def answered(self) -> int:
        """Requests that ended in an answer."""
        return sum(self.latency)

    @property
    def tail_ms(self) -> float:
        """The 95th percentile of the time of a request, as the upper end of its bin; infinite beyond the last bin."""
        wanted, counted = math.ceil(self.answered * _TAIL), 0
        for count, end in zip(self.latency, (*LATENCY_MS, math.inf), strict=False):
            counted += count
            if counted >= wanted:
                return end
        return 0.0


def _sum(histograms: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    width = max(map(len, histograms), default=0)
    return tuple(sum(bins[n] for bins in histograms if n < len(bins)) for n in range(width))


def judge_health(model: str, candidate: Totals, champion: Totals, rules: HealthRules) -> list[Check]:
    """One verdict per rule; `skip` says what is missing before the rule can be judged."""
    return [
        _errors(model, candidate, rules),
        _latency(model, candidate, champion, rules),
        _shift(model, candidate, champion, rules),
    ]


def _errors(model: str, candidate: Totals, rules: HealthRules) -> Check:
    errors, requests, accepted = candidate.errors, candidate.requests, rules.error_share
    if not requests:
        return Check("errors", "skip", 0, accepted, f"{model} has received no requests yet.")
    reason = f"{model} failed in {errors} of {counted(requests, 'request')}; {accepted:.1%} is accepted."
    fails = _wilson_low(errors, requests) > accepted
    return Check("errors", "fail" if fails else "pass", errors / requests, accepted, reason)


def _wilson_low(errors: int, requests: int) -> float:
    """The lower end of Wilson's 95 % interval: one error of two requests proves less than fifty of a hundred."""
    z, share = z_score(0.975), errors / requests
    centre = share + z * z / (2 * requests)
    spread = z * math.sqrt(share * (1 - share) / requests + (z / requests) ** 2 / 4)
    return (centre - spread) / (1 + z * z / requests)


def _latency(model: str, candidate: Totals, champion: Totals, rules: HealthRules) -> Check:
    if candidate.answered < LEAST_REQUESTS:
        reason = (
            f"{model} answered {counted(candidate.answered, 'request')}; "
            f"{LEAST_REQUESTS} are needed to judge its latency."
        )
        return Check("latency", "skip", None, rules.latency_ms, reason)
    tail, limit = candidate.tail_ms, rules.latency_ms
    if champion.answered >= LEAST_REQUESTS:
        limit = min(limit, max(QUICK_MS, rules.slower * champion.tail_ms))
    reason = f"95 % of the requests to {model} took up to {tail:g} ms; {limit:g} ms is accepted."
    return Check("latency", "fail" if tail > limit else "pass", tail, limit, reason)


def _shift(model: str, candidate: Totals, champion: Totals, rules: HealthRules) -> Check:
    if min(candidate.rows, champion.rows) < rules.rows:
        reason = (
            f"{model} answered {counted(candidate.rows, 'row')} and its champion {champion.rows}; "
            f"{rules.rows:g} of each are needed to compare their answers."
        )
        return Check("shift", "skip", None, rules.shift, reason)
    shift = psi(candidate.answers, champion.answers)
    noise = psi_noise(len(champion.answers), candidate.rows, champion.rows, _ALPHA)
    reason = f"The answers of {model} and its champion differ by a PSI of {shift:.3f}; {rules.shift:g} is accepted"
    chance = f" (chance alone gives up to {noise:.3f})." if shift > rules.shift else "."
    return Check("shift", "fail" if shift > max(rules.shift, noise) else "pass", shift, rules.shift, reason + chance)
