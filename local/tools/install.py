"""Install the packages of requirements files, with progress: by uv where it is on the path, else by pip.

`python -m local.tools.install FILE…` runs before anything is installed, so it needs only Python's own library.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

CLEAR = "\r\033[K"


def command(files: Sequence[str], uv: str | None) -> list[str]:
    """What installs the packages of the files into the Python that runs this."""
    wanted = [word for file in files for word in ("-r", file)]
    if uv:
        return [uv, "pip", "install", "--python", sys.executable, *wanted]
    pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-compile"]
    return [*pip, "--progress-bar", "off", *wanted]


def told(lines: Iterable[str], *, terminal: bool) -> Iterable[str]:
    """What is shown while pip writes these lines: one line that moves on a terminal, else every tenth package."""
    seen = 0
    for line in lines:
        words = line.split()
        if words[:1] != ["Collecting"]:
            continue
        seen += 1
        if terminal:
            yield f"{CLEAR}  {seen} packages: {words[1][:60]}"
        elif seen % 10 == 0:
            yield f"  {seen} packages\n"
    if terminal and seen:
        yield CLEAR


def install(files: Sequence[str]) -> int:
    """Install them and say how long it took and how much lies there; the exit code of the installer."""
    began = time.monotonic()
    uv = shutil.which("uv")
    print(f"Installing packages with {'uv' if uv else 'pip'} ...", flush=True)
    code = subprocess.run(command(files, uv), check=False).returncode if uv else _watched(command(files, None))
    if code == 0:
        print(f"Installed in {time.monotonic() - began:.0f} s; {_megabytes(Path(sys.prefix))} MB.", flush=True)
    return code


def _watched(words: Sequence[str]) -> int:
    # What pip complains of is shown when it fails: most of its warnings are about registries, not about packages.
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=said, text=True, errors="replace") as pip:
            for text in told(pip.stdout or (), terminal=sys.stdout.isatty()):
                print(text, end="", flush=True)
        if pip.returncode:
            said.seek(0)
            sys.stderr.write(said.read())
    return pip.returncode


def _megabytes(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*") if file.is_file()) // 1_000_000


if __name__ == "__main__":
    sys.exit(install(sys.argv[1:]))
