"""Settings that look like one of ours and are none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from local.console.session import DEFAULTS
from local.doctor.finding import Finding
from model_training.scenarios import SCENARIOS
from shared.release.policy_settings import NAMES as POLICIES
from shared.settings import NAMES

KNOWN = (*NAMES, *DEFAULTS, "AzureWebJobsStorage")
# Of the infrastructure, of tests, of the platform: not ours to judge.
_ELSEWHERE = {"MLOPS_ADMINISTRATORS_ID", "MLOPS_ADMINISTRATORS_NAME", "MLOPS_FULL_SWEEP"}
_PLATFORM = ("AzureWebJobs", "AzureFunctions", "FUNCTIONS_", "APPLICATIONINSIGHTS_", "WEBSITE_", "AZURE_", "PYTHON")
_SHAPE = re.compile(r"[A-Z][A-Z_]+", re.IGNORECASE)
# A neighbouring exchange of two letters in LAKE_URL gives 0.88, another word less than 0.85.
_LIKE, _ALIKE = 0.85, 0.95


def misspelt(environ: Mapping[str, str]) -> list[Finding]:
    """Each strange name with the known one that is nearest to it."""
    strange = list(_strange(environ))
    if not strange:
        return [Finding("setting names", "ok", "no name that looks like a misspelt setting")]
    words = "; ".join(f"{name} is not read" + (f", {near} is" if near else "") for name, near in strange)
    renamed = "; ".join(f"rename {name} to {near}" if near else f"unset {name}" for name, near in strange)
    return [Finding("setting names", "warn", words, f"{renamed} (where it is set: environment or local.settings.json)")]


def _strange(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    known = {*KNOWN, *(f"{policy}_{name.upper()}" for policy in POLICIES for name in SCENARIOS)}
    shapes = {_plain(name): name for name in known}
    for name in sorted(set(environ) - known - _ELSEWHERE):
        if not _SHAPE.fullmatch(name):
            continue
        near = get_close_matches(_plain(name), shapes, 1, _ALIKE if name.startswith(_PLATFORM) else _LIKE)
        if near:
            yield name, shapes[near[0]]
        elif name.startswith("MLOPS_"):
            yield name, ""


def _plain(name: str) -> str:
    return name.replace("_", "").lower()
