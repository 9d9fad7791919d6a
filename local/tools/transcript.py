"""The first minutes of a newcomer, as they really went: a clean clone, the README's commands, their output and times.

`python -m local.tools.transcript FILE.md` clones this checkout into a temporary folder, installs without a cache, and
writes a page of what happened. It ends with an error when a command does.
"""

from __future__ import annotations

import csv
import os
import random
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CLONE = "event-driven-mlops"
SETUP = "make demo"
OWN = (
    ".venv/bin/mlops scenario new churn --from churn.csv --target churned",
    ".venv/bin/mlops drop churn churn.csv --wait",
    ".venv/bin/mlops predict churn new-customers.csv --wait",
    ".venv/bin/mlops history --why new-customers",
    ".venv/bin/mlops dashboard export dashboard.html",
)
CUSTOMERS, NEW = 3000, 500
# Lines of output that the page keeps of a command, from its end, and their width.
KEPT, WIDE = 14, 150
# What a developer sets and a newcomer does not.
_OURS = re.compile(r"^(MLOPS_|PYTHON|VIRTUAL_ENV|.*_URL$)")


@dataclass(frozen=True, slots=True)
class Done:
    """A command, how long it took in seconds, and what it printed."""

    command: str
    seconds: float
    output: Sequence[str]


def customers(file: Path, count: int, seed: int, *, answers: bool) -> None:
    """Write a CSV of invented customers; those with short contracts and high charges leave more often."""
    draw = random.Random(seed)
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["customer", "tenure", "contract", "charges", "support_calls", *(["churned"] if answers else [])])
        for number in range(count):
            tenure, contract = draw.randint(1, 72), draw.choice(["monthly", "yearly", "two years"])
            charges, calls = round(draw.uniform(18, 120), 2), draw.randint(0, 8)
            score = 1.6 * (contract == "monthly") + charges / 60 + calls / 5 - tenure / 18
            left = "yes" if draw.gauss(score, 0.7) > 1 else "no"
            rows.writerow([f"C{seed}{number:05d}", tenure, contract, charges, calls, *([left] if answers else [])])


def run(command: str, folder: Path) -> Done:
    """Run a command as a newcomer would; RuntimeError with its last words when it fails."""
    environ = {name: value for name, value in os.environ.items() if not _OURS.match(name)}
    environ |= {"PIP_NO_CACHE_DIR": "1", "COLUMNS": "120"}
    began = time.monotonic()
    ended = subprocess.run(
        shlex.split(command), cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False,
    )  # fmt: skip
    lines = ended.stdout.replace(f"{folder}/", "").splitlines()
    if ended.returncode:
        raise RuntimeError(f"{command} ended with {ended.returncode}: {' / '.join(lines[-3:])}")
    return Done(command, time.monotonic() - began, lines)


def play(place: Path) -> Iterator[Done]:
    """The commands in their order, in a clone of this checkout below `place`."""
    clone = place / CLONE
    yield Done(f"git clone … {CLONE}", run(f"git clone --quiet {ROOT} {CLONE}", place).seconds, ())
    yield run(SETUP, clone)
    customers(clone / "churn.csv", CUSTOMERS, 1, answers=True)
    customers(clone / "new-customers.csv", NEW, 2, answers=False)
    for command in OWN:
        yield run(command, clone)


def page(done: Sequence[Done], facts: Mapping[str, str]) -> str:
    """The page: a table of times, then each command with the end of what it printed."""
    total = sum(each.seconds for each in done)
    rows = "\n".join(f"| `{each.command}` | {each.seconds:.0f} s |" for each in done)
    shown = "\n\n".join(_shown(each) for each in done if each.output)
    told = ", ".join(f"{name} {value}" for name, value in facts.items())
    return f"""# The first minutes

This page is for newcomers who want to see what the README's commands print, and how long they take.

`python -m local.tools.transcript docs/first-minutes.md` made it from a clean clone, with no cache of packages ({told}).
`churn.csv` holds {CUSTOMERS} invented customers.

| command | took |
|---|---:|
{rows}
| all | {total:.0f} s |

{shown}
"""


def _shown(each: Done) -> str:
    lines = [line if len(line) <= WIDE else f"{line[: WIDE - 1]}…" for line in each.output if line.strip()]
    left_out = [f"({len(lines) - KEPT} lines are left out here)"] if len(lines) > KEPT else []
    return "\n".join(["```", f"$ {each.command}", *left_out, *lines[-KEPT:], "```"])


def main(file: Path) -> None:
    """Play the first minutes in a temporary folder and write the page."""
    with tempfile.TemporaryDirectory() as place:
        done = list(play(Path(place)))
    facts = {"on": f"{datetime.now(UTC):%Y-%m-%d}", "processors": str(os.cpu_count())}
    file.write_text(page(done, facts))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
