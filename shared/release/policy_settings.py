"""Release policies from settings: one value for all scenarios, `<SETTING>_<SCENARIO>` for a single scenario."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace

from shared.core.errors import Misconfigured
from shared.release.policy import HealthRules, Policies, Policy, Step

NAMES = ("ENVIRONMENTS", "APPROVALS", "APPROVAL_HOURS", "APPROVE_OWN", "ROLLOUT", "HEALTH_RULES", "TRIAL_WINDOWS")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_NONE, _FULL = "none", "full"
_ALL_REQUESTS = 100
_MOST_WINDOWS = 1000


def read_policies(environ: Mapping[str, str], scenarios: Iterable[str]) -> Policies:
    """The default policy and those of single scenarios; Misconfigured names the setting that cannot be used."""
    default = _policy(environ, "", Policy())
    own = {name: _policy(environ, f"_{name.upper()}", default) for name in scenarios}
    return Policies(default, {name: policy for name, policy in own.items() if policy != default})


def _policy(environ: Mapping[str, str], suffix: str, base: Policy) -> Policy:
    given = {name: value for name in NAMES if (value := environ.get(f"{name}{suffix}", "").strip())}
    policy = base
    for name, value in given.items():
        policy = _READERS[name](f"{name}{suffix}", value, policy)
    unknown = policy.approvals - set(policy.environments)
    if unknown and "APPROVALS" in given:
        accepted = f"{_NONE}, or some of {', '.join(policy.environments)}"
        raise Misconfigured(f"APPROVALS{suffix}", f"names {min(unknown)!r}, which is not an environment", accepted)
    if unknown:
        # The default approvals name environments that the setting replaced: the last one needs a person.
        policy = replace(policy, approvals=frozenset({policy.last}))
    return policy


def _environments(key: str, value: str, policy: Policy) -> Policy:
    names = _list(value)
    if not all(_NAME.fullmatch(name) for name in names) or len(set(names)) != len(names):
        raise Misconfigured(
            key, f"is {value[:80]!r}", "different names of a-z, 0-9 and '-', in order, such as preprod,prod"
        )
    return replace(policy, environments=names)


def _approvals(key: str, value: str, policy: Policy) -> Policy:  # noqa: ARG001 -- one signature for all
    return replace(policy, approvals=frozenset() if value.lower() == _NONE else frozenset(_list(value)))


def _approval_hours(key: str, value: str, policy: Policy) -> Policy:
    return replace(policy, approval_hours=_number(key, value, "a number of hours above 0, such as 72"))


def _approve_own(key: str, value: str, policy: Policy) -> Policy:
    if value.lower() not in ("true", "false"):
        raise Misconfigured(key, f"is {value[:80]!r}", "true or false")
    return replace(policy, approve_own=value.lower() == "true")


def _rollout(key: str, value: str, policy: Policy) -> Policy:
    accepted = "full, or steps of share:minutes with rising shares below 100, such as 0:10,10:10,50:10"
    if value.lower() == _FULL:
        return replace(policy, steps=())
    steps = []
    for part in _list(value):
        share, _, minutes = part.partition(":")
        if not share.isdigit() or int(share) >= _ALL_REQUESTS:
            raise Misconfigured(key, f"has the step {part[:40]!r}", accepted)
        steps.append(Step(int(share), _number(key, minutes, accepted)))
    if [step.share for step in steps] != sorted({step.share for step in steps}):
        raise Misconfigured(key, f"is {value[:80]!r}", accepted)
    return replace(policy, steps=tuple(steps))


def _health(key: str, value: str, policy: Policy) -> Policy:
    names = [rule.name for rule in fields(HealthRules)]
    accepted = f"name:number of {', '.join(names)}"
    given = dict.fromkeys(names, "") | dict(part.partition(":")[::2] for part in _list(value))
    if len(given) > len(names):
        raise Misconfigured(key, f"is {value[:80]!r}", accepted)
    # Zero minutes switch the watch off; a limit of zero would refuse everything.
    off = {name: 0.0 for name, text in given.items() if name == "after_minutes" and text.strip() == "0"}
    numbers = off | {name: _number(key, text, accepted) for name, text in given.items() if text and name not in off}
    if "rows" in numbers:
        numbers["rows"] = int(numbers["rows"])
    return replace(policy, health=replace(policy.health, **numbers))  # type: ignore[arg-type]  # rows is an int by now


def _trial_windows(key: str, value: str, policy: Policy) -> Policy:
    if not value.isdecimal() or int(value) > _MOST_WINDOWS:
        raise Misconfigured(key, f"is {value[:80]!r}", f"a whole number up to {_MOST_WINDOWS}; 0 switches trials off")
    return replace(policy, trial_windows=int(value))


def _list(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(","))


def _number(key: str, value: str, accepted: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise Misconfigured(key, f"has {value[:40]!r}", accepted)
    return number


_READERS = {
    "ENVIRONMENTS": _environments,
    "APPROVALS": _approvals,
    "APPROVAL_HOURS": _approval_hours,
    "APPROVE_OWN": _approve_own,
    "ROLLOUT": _rollout,
    "HEALTH_RULES": _health,
    "TRIAL_WINDOWS": _trial_windows,
}
