"""Names and machines of managed online endpoints: one endpoint per scenario and environment, one deployment a version.

Rules of the service: 3 to 32 letters, digits and hyphens, the first one a letter. An endpoint's name is unique in its
region.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from shared.core.addresses import WorkspaceAddress
from shared.core.errors import Misconfigured

SETTING = "ENDPOINT_COMPUTE"
DEFAULT = "Standard_DS3_v2:1"
_LONGEST, _DIGEST = 32, 8
_VERSION = re.compile(r"v(0\d|[1-9]\d+)")
_COMPUTE = re.compile(r"([A-Za-z][A-Za-z0-9_]{2,62}):([1-9]\d?)")


@dataclass(frozen=True, slots=True)
class Machines:
    """What a deployment runs on: a size of virtual machine, and how many of them."""

    size: str
    count: int


def machines(value: str) -> Machines:
    """The machines that the setting ENDPOINT_COMPUTE names; Misconfigured otherwise."""
    found = _COMPUTE.fullmatch(value)
    if found is None:
        raise Misconfigured(SETTING, f"is {value!r}", f"<size>:<count>, such as {DEFAULT}")
    return Machines(found[1], int(found[2]))


def endpoint_name(place: WorkspaceAddress, scenario: str, environment: str) -> str:
    """What the endpoint is called: readable, and with a digest that tells workspaces apart in a region."""
    whole = f"{place.subscription}/{place.group}/{place.workspace}/{scenario}/{environment}"
    digest = hashlib.sha256(whole.encode()).hexdigest()[:_DIGEST]
    plain = re.sub(r"[^a-z0-9]+", "-", f"{scenario}-{environment}".lower()).strip("-")
    readable = plain[: _LONGEST - _DIGEST - 1].rstrip("-")
    return f"{readable if readable[:1].isalpha() else 'm'}-{digest}"


def deployment_name(version: int) -> str:
    """What the deployment of a version is called; two digits at least, since three letters are the shortest name."""
    return f"v{version:02d}"


def version_of(deployment: str) -> int | None:
    """The version that a deployment is for; None when it is somebody else's."""
    return int(deployment[1:]) if _VERSION.fullmatch(deployment) else None
