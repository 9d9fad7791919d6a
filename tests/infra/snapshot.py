"""What Microsoft's compiler predicts that a template makes: every resource with its evaluated name and properties."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from infra.bicep import FOLDER

BICEP = shutil.which("bicep")
needs_compiler = pytest.mark.skipif(BICEP is None, reason="bicep is not on the path: the templates were not evaluated")
# A program of .NET that ends after seconds need not watch which of its code is worth compiling once more.
BRIEFLY = {"DOTNET_TieredPGO": "0"}
KEPT = FOLDER.parent / "build" / "snapshots"
SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
ADMINISTRATORS = "11111111-1111-1111-1111-111111111111"
# The longest name there may be, with a hyphen where names of apps cut it off.
ENVIRONMENT = "preprod-in-teama"
MAIN = {
    "environmentName": ENVIRONMENT,
    "location": "westeurope",
    "administratorsId": ADMINISTRATORS,
    "administratorsName": "mlops-administrators",
}
EVENTS = {
    "environmentName": ENVIRONMENT,
    "location": "westeurope",
    "dataAccount": "stdata",
    "workspaceName": "mlw-mlops-preprod",
    "ingestName": "func-ingest",
    "deployName": "func-deploy",
}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The predicted resources, and what the compiler and the template said."""

    resources: tuple[dict[str, Any], ...]
    diagnostics: tuple[dict[str, Any], ...]
    outputs: dict[str, Any]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The resources of that type."""
        return [one for one in self.resources if one["type"] == kind]

    def one(self, kind: str, name: str = "") -> dict[str, Any]:
        """The one resource of that type whose name holds that text."""
        (found,) = [one for one in self.of(kind) if name in one["name"]]
        return found


def of_main(**changed: object) -> Snapshot:
    """Of the whole system, with the least that must be given and what is changed."""
    return evaluate(FOLDER / "main.bicep", json.dumps(MAIN | changed))


def of_events() -> Snapshot:
    """Of the subscriptions."""
    return evaluate(FOLDER / "events.bicep", json.dumps(EVENTS))


@cache
def evaluate(template: Path, parameters: str) -> Snapshot:
    """The snapshot with these parameters (JSON); AssertionError with the compiler's text when there is none.

    Kept in the build folder under a digest of all templates, since each call takes seconds.
    """
    kept = KEPT / f"{_digest(template, parameters)}.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    # Another process of this run that wants the same waits for it.
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            _evaluate(template, json.loads(parameters), kept)
    found = json.loads(kept.read_text())
    return Snapshot(tuple(found["predictedResources"]), tuple(found["diagnostics"]), found["outputs"])


def _digest(template: Path, parameters: str) -> str:
    files = sorted([*FOLDER.rglob("*.bicep"), *FOLDER.rglob("*.json"), *template.parent.glob("*.bicep")])
    content = b"".join(file.read_bytes() for file in files)
    return hashlib.sha256(content + template.name.encode() + parameters.encode()).hexdigest()[:32]


def _evaluate(template: Path, parameters: dict[str, Any], kept: Path) -> None:
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        file = Path(folder) / "run.bicepparam"
        lines = [f"using '{os.path.relpath(template, folder)}'"]
        lines += [f"param {name} = {_literal(value)}" for name, value in parameters.items()]
        file.write_text("\n".join(lines) + "\n")
        scope = ["--subscription-id", SUBSCRIPTION, "--location", "westeurope"]
        if "targetScope = 'subscription'" not in template.read_text():
            scope = ["--subscription-id", SUBSCRIPTION, "--resource-group", "rg-mlops-preprod"]
        line = [str(BICEP), "snapshot", file, *scope]
        done = subprocess.run(line, capture_output=True, text=True, check=False, env=os.environ | BRIEFLY)
        assert done.returncode == 0, done.stdout + done.stderr
        file.with_suffix(".snapshot.json").replace(kept)


def _literal(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return f"'{value}'" if isinstance(value, str) else json.dumps(value)


def plain(text: str) -> str:
    """A name or id without what only a deployment knows: `[reference(id, version).x]` becomes the id's last part."""
    return re.sub(r"\[?reference\('[^']*/([^'/]+)', '[^']*'\)\.\w+\]?", r"\1", text)
