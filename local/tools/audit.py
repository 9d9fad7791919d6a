"""Second opinions on security: bandit on the code, known advisories of what is pinned, and a bill of materials.

`python -m local.tools.audit` prints the result of each. A check whose service did not answer is reported as NOT RUN.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from local.console.output import out

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("functions", "shared", "model_training", "local")
SBOM = ROOT / "build" / "sbom.json"
# What pip-audit prints when no advisory service answered for a package.
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


def main() -> int:
    """Run all three; the exit code is 1 when one of them failed."""
    SBOM.parent.mkdir(exist_ok=True)
    findings = (
        of_bandit(*run(["bandit", "-q", "-ll", "-c", "pyproject.toml", "-r", *PACKAGES])),
        of_advisories(*run(["pip_audit", "--strict", "--no-deps", "--disable-pip", "-r", "requirements.txt"])),
        of_materials(*run(["cyclonedx_py", "requirements", "requirements.txt", "-o", str(SBOM)])),
    )
    for finding in findings:
        out.print(f"{finding.tool:<10} {finding.verdict:<8} {finding.fact}", markup=False, soft_wrap=True)
    return int(any(finding.verdict == "fail" for finding in findings))


if __name__ == "__main__":
    sys.exit(main())
