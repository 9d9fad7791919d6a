"""`make sabotage`: plant each defect in a copy of the project, run the tests that must fail, and tell who survived.

Names as arguments choose mutations, such as `make sabotage ARGS="parity fsync"`: those whose name has one of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.sabotage.mutation import Mutation
from tests.sabotage.mutations import MUTATIONS

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 300
FAILED = 1


def main(words: Sequence[str]) -> int:
    """0 when every chosen defect was caught."""
    chosen = [one for one in MUTATIONS if not words or any(word in one.name for word in words)]
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(Path(folder) / "sabotaged")
        tests = sorted({test for one in chosen for test in one.tests})
        if not chosen or run(copy, tests, 10 * SECONDS):
            say("Nothing was shown: no mutation has such a name, or the tests fail without one.")
            return 2
        survived = [one.name for one in chosen if not caught(copy, one)]
    say(f"{len(chosen) - len(survived)} of {len(chosen)} caught. Survived: {', '.join(survived) or 'none'}.")
    return 1 if survived else 0


def copied(place: Path) -> Path:
    """The project's own files, as they are now; a change to one of them changes no file of the project."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    for name in names:
        source, target = ROOT / name, place / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    return place


def caught(copy: Path, mutation: Mutation) -> bool:
    """Whether its tests fail while the defect is there; says it, with the seconds that it took."""
    file, started = copy / mutation.file, time.monotonic()
    whole = file.read_text(encoding="utf-8")
    file.write_text(sabotaged(whole, mutation), encoding="utf-8")
    try:
        result = run(copy, mutation.tests, SECONDS)
    finally:
        file.write_text(whole, encoding="utf-8")
    told = {0: "SURVIVED", FAILED: "caught"}.get(result, f"NOT RUN ({result})")
    say(f"{told:<9} {time.monotonic() - started:5.1f} s  {mutation.name:<44} {mutation.file}")
    return result == FAILED


def sabotaged(text: str, mutation: Mutation) -> str:
    """The file with the defect in it; ValueError when its text does not stand there exactly once."""
    if text.count(mutation.find) != 1:
        raise ValueError(f"{mutation.name}: {mutation.file} has its text {text.count(mutation.find)} times, not once.")
    return text.replace(mutation.find, mutation.put)


def run(copy: Path, tests: Sequence[str], seconds: float) -> int:
    """What pytest answers: 0 for passed, 1 for failed; a run that does not end in time has not shown anything."""
    line = [sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    environ = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        return subprocess.run(line, cwd=copy, env=environ, capture_output=True, timeout=seconds, check=False).returncode
    except subprocess.TimeoutExpired:
        return -1


def say(line: str) -> None:
    """One line of the table."""
    print(line, flush=True)  # noqa: T201 -- the answer


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
