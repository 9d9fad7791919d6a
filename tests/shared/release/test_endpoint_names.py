"""Names and machines of endpoints keep to the service's rules."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from shared.core.addresses import WorkspaceAddress
from shared.core.errors import Misconfigured
from shared.release.endpoint_names import deployment_name, endpoint_name, machines, version_of

PLACE = WorkspaceAddress("11111111-2222-3333-4444-555555555555", "rg", "ws")


@pytest.mark.parametrize("scenario", ["points", "predictive_maintenance", "a", "9_lives", "Ünïcode", "x" * 60])
@pytest.mark.parametrize("environment", ["prod", "preprod", "a-very-long-environment-name"])
def test_an_endpoint_has_a_name_that_the_service_accepts(scenario: str, environment: str) -> None:
    """3 to 32 letters, digits and single hyphens, a letter first."""
    name = endpoint_name(PLACE, scenario, environment)
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*", name)
    assert 3 <= len(name) <= 32


def test_names_tell_apart_what_is_different() -> None:
    """Also what reads the same after it was shortened, and the same scenario in another workspace of the region."""
    asked = [("predictive_maintenance", "prod"), ("predictive_maintenance", "preprod"), ("a_b", "c"), ("a", "b_c")]
    places = [PLACE, replace(PLACE, workspace="other"), replace(PLACE, subscription="s")]
    names = {endpoint_name(place, *one) for place in places for one in asked}
    assert len(names) == len(places) * len(asked)
    assert endpoint_name(PLACE, "points", "prod").startswith("points-prod-")


def test_a_deployment_is_named_after_its_version_and_no_other_is_ours() -> None:
    """Each version has one name; names that somebody else chose are no versions."""
    assert [deployment_name(number) for number in (1, 10, 100)] == ["v01", "v10", "v100"]
    assert [version_of(deployment_name(number)) for number in range(1, 200)] == list(range(1, 200))
    assert {version_of(name) for name in ("v1", "v001", "blue", "v", "v0x", "xv01", "v01-old")} == {None}


def test_machines_are_a_size_and_a_number() -> None:
    """Anything else is refused with an example."""
    found = machines("Standard_F4s_v2:3")
    assert (found.size, found.count) == ("Standard_F4s_v2", 3)
    for value in ("Standard_F4s_v2", "Standard_F4s_v2:0", ":2", "a b:1", "Standard_F4s_v2:100"):
        with pytest.raises(Misconfigured, match=r"ENDPOINT_COMPUTE is .*; accepted: <size>:<count>"):
            machines(value)
