"""Runs a release pipeline on this machine, step by step, as its service would; services are stand-ins (shims.py)."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from infra.bicep import FOLDER

ROOT = FOLDER.parent
PROGRAMS = ("az", "azd", "make", "sudo", "curl", "odbcinst", "apt-get")
SHIMS = Path(__file__).with_name("shims.py")
# Actions of others that are taken as done.
DONE = ("actions/checkout", "actions/setup-python", "azure/login", "Azure/setup-azd")


@dataclass(slots=True)
class Machine:
    """A folder with the project's scripts, a PATH of stand-ins, and what is kept between jobs."""

    home: Path
    variables: Mapping[str, str]
    approve: Callable[[str], bool]
    extra: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        programs = {name: self.home / "bin" / name for name in PROGRAMS}
        programs |= {name: self.home / ".venv" / "bin" / name for name in ("python", "mlops")}
        for name, file in programs.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            # Without what is installed, which they do not need: a release starts some sixty of them.
            file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "{SHIMS}" {name} "$@"\n')
            file.chmod(0o755)
        shutil.copytree(FOLDER, self.home / "infra")

    def bash(self, script: str, environ: Mapping[str, str]) -> None:
        """One step; AssertionError with its output when it fails."""
        path = f"{self.home / 'bin'}:{os.environ['PATH']}"
        inner = {"DRY_RUN": str(self.home), "PATH": path, "HOME": str(self.home), "EVENTS_PAUSE_SECONDS": "0"}
        line = ["bash", "-euo", "pipefail", "-c", script]
        done = subprocess.run(
            line, cwd=self.home, env={**environ, **inner, **self.extra}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"

    def calls(self, environment: str = "") -> list[list[str]]:
        """What the stand-ins were asked, of one environment or of all."""
        journal = self.home / "calls.jsonl"
        entries = [json.loads(line) for line in journal.read_text().splitlines()] if journal.exists() else []
        return [one["call"] for one in entries if not environment or one["environment"] == environment]


def _loaded(path: Path) -> Any:
    return yaml.load(path.read_text(), Loader=yaml.BaseLoader)  # noqa: S506 -- texts only, nothing is constructed


def github(machine: Machine) -> None:
    """deploy.yml, with the workflow that it calls."""
    for job in _loaded(ROOT / ".github/workflows/deploy.yml")["jobs"].values():
        if "uses" in job:
            inputs = job["with"]
            (called,) = _loaded(ROOT / job["uses"])["jobs"].values()
            if not machine.approve(_github(called["environment"], machine, inputs)):
                return
            _github_job(called, machine, inputs)
        else:
            _github_job(job, machine, {})


def _github_job(job: Mapping[str, Any], machine: Machine, inputs: Mapping[str, str]) -> None:
    environ = {name: _github(value, machine, inputs) for name, value in job.get("env", {}).items()}
    for step in job["steps"]:
        if "run" in step:
            _step(step["run"], machine, environ)
        else:
            action = step["uses"].partition("@")[0]
            assert action in (*DONE, "actions/upload-artifact", "actions/download-artifact"), action
            if action == "actions/upload-artifact":
                assert (machine.home / step["with"]["path"]).is_file()


def _github(text: str, machine: Machine, inputs: Mapping[str, str]) -> str:
    """An expression filled in; a variable that nobody set is empty."""
    known = {**{f"vars.{name}": value for name, value in machine.variables.items()}}
    known |= {f"inputs.{name}": value for name, value in inputs.items()}
    return re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda found: known.get(found[1], ""), text)


def azure_devops(machine: Machine) -> None:
    """azure-pipelines.yml, with the steps that it includes."""
    for stage in _loaded(ROOT / "azure-pipelines.yml")["stages"]:
        for job in stage["jobs"]:
            if "deployment" in job and not machine.approve(job["environment"]):
                return
            for step, parameters in _devops_steps(job):
                _devops_step(step, parameters, machine)


def _devops_steps(job: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, str]]]:
    steps = job["strategy"]["runOnce"]["deploy"]["steps"] if "deployment" in job else job["steps"]
    for step in steps:
        if "template" in step:
            for inner in _loaded(ROOT / step["template"])["steps"]:
                yield inner, step["parameters"]
        else:
            yield step, {}


def _devops_step(step: Mapping[str, Any], parameters: Mapping[str, str], machine: Machine) -> None:
    environ = {name: _devops(value, machine, parameters) for name, value in step.get("env", {}).items()}
    if "bash" in step:
        _step(step["bash"], machine, environ)
    elif step.get("task") == "AzureCLI@2":
        place = machine.home / "artifacts" / "function-app"
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(machine.home / "build" / "function-app.zip", place)
        _step(step["inputs"]["inlineScript"], machine, {**environ, "PIPELINE_WORKSPACE": str(place.parent)})
    else:
        assert step.keys() & {"publish", "download", "checkout"} or step["task"] in {
            "UsePythonVersion@0",
            "PublishTestResults@2",
        }, step


def _devops(text: str, machine: Machine, parameters: Mapping[str, str]) -> str:
    """A macro of a variable that nobody set stays as it is written."""
    filled = re.sub(r"\$\{\{ parameters\.(\w+) \}\}", lambda found: parameters[found[1]], text)
    return re.sub(r"\$\((\w+)\)", lambda found: machine.variables.get(found[1], found[0]), filled)


def _step(script: str, machine: Machine, environ: Mapping[str, str]) -> None:
    """The suite itself is not run again."""
    if script.strip() != "bash .ci/run":
        machine.bash(script, environ)
