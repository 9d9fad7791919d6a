"""Release policies are read once; a bad value is named with what would be accepted."""

from __future__ import annotations

import pytest

from shared.core.errors import Misconfigured
from shared.release.policy import Policy, Step
from shared.release.policy_settings import read_policies


def test_a_deployed_app_is_safe_without_any_setting() -> None:
    """A person approves prod, nobody approves what they asked for, and a candidate is tried in steps."""
    policy = read_policies({}, ["bank"]).of("bank")
    assert policy == Policy()
    assert (policy.environments, policy.approvals, policy.approve_own) == (("preprod", "prod"), {"prod"}, False)
    assert [step.share for step in policy.steps] == [0, 10, 50]


def test_a_scenario_may_have_its_own() -> None:
    """What is not set for it is as for all."""
    environ = {"APPROVALS": "none", "ROLLOUT": "full", "APPROVALS_BANK": "preprod, prod", "ROLLOUT_BANK": "5:1,50:2.5"}
    policies = read_policies(environ, ["bank", "text"])
    assert (policies.of("text").approvals, policies.of("text").steps) == (frozenset(), ())
    assert policies.of("bank").approvals == {"preprod", "prod"}
    assert policies.of("bank").steps == (Step(5, 1), Step(50, 2.5))


def test_other_environments_still_need_a_person_at_their_end() -> None:
    """Naming them takes no approval away."""
    policies = read_policies({"ENVIRONMENTS": "test,stage,live"}, ["bank"])
    assert policies.of("bank").approvals == {"live"}
    assert policies.last("bank") == "live"


@pytest.mark.parametrize(
    ("key", "value", "accepted"),
    [
        ("ENVIRONMENTS", "prod,prod", "different names"),
        ("ENVIRONMENTS", "Pre Prod", "different names"),
        ("APPROVALS", "production", "preprod, prod"),
        ("APPROVAL_HOURS", "-1", "above 0"),
        ("APPROVAL_HOURS", "soon", "above 0"),
        ("APPROVE_OWN", "yes", "true or false"),
        ("ROLLOUT", "10", "share:minutes"),
        ("ROLLOUT", "50:1,10:1", "rising shares"),
        ("ROLLOUT", "100:1", "below 100"),
        ("HEALTH_RULES", "errors:1", "error_share"),
        ("HEALTH_RULES", "rows:many", "error_share"),
        ("ROLLOUT_BANK", "x", "share:minutes"),
    ],
)
def test_a_bad_value_names_the_setting_and_what_is_accepted(key: str, value: str, accepted: str) -> None:
    """One sentence: which setting, what is wrong, what would do."""
    with pytest.raises(Misconfigured) as told:
        read_policies({key: value}, ["bank"])
    assert told.value.reason.startswith(f"Setting {key} ")
    assert accepted in told.value.reason
