"""Roles that the apps' identities have and the templates no longer give: a deployment never removes one.

`python -m local.tools.stale_grants ENVIRONMENT` reads what az lists as JSON from standard input (`identities` and
`assignments`), and prints the id of each assignment to remove.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from local.roles import Need, needs, place_of

_GROUP = re.compile(r"/resourceGroups/(rg-mlops-[^/]+)(/|$)", re.IGNORECASE)


def stale(
    environment: str,
    identities: Sequence[Mapping[str, Any]],
    assignments: Sequence[Mapping[str, Any]],
    environ: Mapping[str, str] = os.environ,
) -> Iterator[str]:
    """The ids of assignments in the environment's resource group that no row of the table of roles explains.

    `environ` holds the variables of the deployment, some of which add a role.
    """
    needed = needs(environ)
    who = {one["principalId"]: _identity(one["name"], environment) for one in identities}
    for one in assignments:
        identity = who.get(one["principalId"], "")
        group = _GROUP.search(one["scope"])
        if not identity or group is None or group[1].lower() != f"rg-mlops-{environment}":
            continue
        # A custom role carries the environment's name behind its own.
        role = one["roleDefinitionName"].partition(" (")[0]
        if Need(identity, role, place_of(one["scope"])) not in needed:
            yield one["id"]


def _identity(name: str, environment: str) -> str:
    found = re.fullmatch(rf"id-(\w+)-{re.escape(environment)}", name)
    return found[1] if found else ""


if __name__ == "__main__":
    given = json.load(sys.stdin)
    sys.stdout.writelines(f"{one}\n" for one in stale(sys.argv[1], given["identities"], given["assignments"]))
