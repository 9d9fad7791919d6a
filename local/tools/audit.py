"""Second opinions: bandit on the code, known advisories, a bill of materials, and whether jobs can be installed.

`python -m local.tools.audit` prints the result of each. A check whose service did not answer is reported as NOT RUN.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from local.console.output import out
from model_training.azureml.environments import PYTHON, names, pins_of

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("functions", "shared", "model_training", "local", "mlops")
SBOM = ROOT / "build" / "sbom.json"
# What pip-audit prints when no advisory service answered for a package.
_NO_REGISTRY = ("Failed to fetch", "error sending request", "Could not connect", "dns error", "timed out")
_UNANSWERED = ("not found on PyPI", "could not be audited", "ConnectionError", "Failed to establish", "Max retries")


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one tool."""

    tool: str
    verdict: Literal["pass", "fail", "NOT RUN"]
    fact: str


def run(line: Sequence[str]) -> tuple[int, str]:
    """A tool's exit code and its output."""
    done = subprocess.run([sys.executable, "-m", *line], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 -- fixed lines
    return done.returncode, done.stdout + done.stderr


def of_bandit(code: int, output: str) -> Finding:
    """Whether bandit reports something of medium severity or more."""
    return Finding(
        "bandit", "fail" if code else "pass", output.strip()[-1500:] if code else "Nothing of medium severity."
    )


def of_advisories(code: int, output: str) -> Finding:
    """Known vulnerabilities of the pinned packages; NOT RUN when no advisory service answered."""
    if code == 0:
        return Finding("pip-audit", "pass", "No known vulnerability in requirements.txt.")
    if any(words in output for words in _UNANSWERED):
        return Finding("pip-audit", "NOT RUN", f"No advisory service answered: {output.strip().splitlines()[-1][:200]}")
    return Finding("pip-audit", "fail", output.strip()[-1500:])


def of_materials(code: int, output: str) -> Finding:
    """Whether the bill of materials was written."""
    return Finding(
        "cyclonedx", "fail" if code else "pass", output.strip()[-500:] if code else f"{SBOM.relative_to(ROOT)}"
    )


def resolve(name: str) -> tuple[int, str]:
    """Resolve an environment of Azure ML's jobs for Python 3.13; nothing is installed."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(pins_of(name)))
        file.flush()
        return run(["uv", "pip", "compile", "--quiet", "--python-version", PYTHON, file.name])


def of_environment(name: str, code: int, output: str) -> Finding:
    """Whether one set of versions fits every pin; NOT RUN when no package registry answered."""
    tool = f"environment {name}"
    if code == 0:
        return Finding(tool, "pass", "Its pins can be installed together.")
    if any(words in output for words in _NO_REGISTRY):
        return Finding(tool, "NOT RUN", f"No package registry answered: {output.strip().splitlines()[-1][:200]}")
    return Finding(tool, "fail", output.strip()[-1500:])


def main() -> int:
    """Run all of them; the exit code is 1 when one of them failed."""
    SBOM.parent.mkdir(exist_ok=True)
    findings = (
        of_bandit(*run(["bandit", "-q", "-ll", "-c", "pyproject.toml", "-r", *PACKAGES])),
        of_advisories(*run(["pip_audit", "--strict", "--no-deps", "--disable-pip", "-r", "requirements.txt"])),
        of_materials(*run(["cyclonedx_py", "requirements", "requirements.txt", "-o", str(SBOM)])),
        *(of_environment(name, *resolve(name)) for name in names()),
    )
    for finding in findings:
        out.print(f"{finding.tool:<26} {finding.verdict:<8} {finding.fact}", markup=False, soft_wrap=True)
    return int(any(finding.verdict == "fail" for finding in findings))


if __name__ == "__main__":
    sys.exit(main())
