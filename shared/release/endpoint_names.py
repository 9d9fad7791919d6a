"""Names and machines of managed online endpoints: an endpoint per scenario and environment, a deployment per version.

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
    """The machines of a deployment: the size of virtual machine, and their number."""

    size: str
    count: int


def machines(value: str) -> Machines:
    """The machines that the setting ENDPOINT_COMPUTE names; Misconfigured when it names none."""
    match = _COMPUTE.fullmatch(value)
    if match is None:
        raise Misconfigured(SETTING, f"is {value!r}", f"<size>:<count>, such as {DEFAULT}")
    return Machines(match[1], int(match[2]))


def endpoint_name(place: WorkspaceAddress, scenario: str, environment: str) -> str:
    """The endpoint's name: readable, with a digest that tells workspaces of a region apart."""
    whole = f"{place.subscription}/{place.group}/{place.workspace}/{scenario}/{environment}"
    digest = hashlib.sha256(whole.encode()).hexdigest()[:_DIGEST]
    plain = re.sub(r"[^a-z0-9]+", "-", f"{scenario}-{environment}".lower()).strip("-")
    readable = plain[: _LONGEST - _DIGEST - 1].rstrip("-")
    return f"{readable if readable[:1].isalpha() else 'm'}-{digest}"


def deployment_name(version: int) -> str:
    """The name of a version's deployment; two digits at least, because a name has at least three characters."""
    return f"v{version:02d}"


def version_of(deployment: str) -> int | None:
    """The version of a deployment; None for a name that this project does not give."""
    return int(deployment[1:]) if _VERSION.fullmatch(deployment) else None
