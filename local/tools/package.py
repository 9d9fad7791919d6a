"""The deployment zip: all files that `.funcignore` does not exclude; equal files give equal bytes.

`python -m local.tools.package` writes `build/function-app.zip`; the platform's remote build installs requirements.txt.
Modules are there compiled as well: where the app runs its folder is read-only, and each cold start would compile again.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from pathspec import GitIgnoreSpec

from local.console.output import out
from model_training.scenarios.outside import FOLDER, SETTING, outside_folder
from shared.bootstrap.whole_files import whole_file
from shared.core.errors import BadInput, Permanent

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "build" / "function-app.zip"
MAX_BYTES = 50 << 20
# The files of a function app, and the fetched libraries, which git ignores.
_NEEDED = ("function_app.py", "host.json", "requirements.txt")
_FETCHED = "functions/static/vendor"
_EPOCH = (1980, 1, 1, 0, 0, 0)
# In a process of its own, whose state decides on bytes; what is read never looks at the age of its source.
_COMPILE = ("-I", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash")


def contents(root: Path = ROOT) -> list[str]:
    """The names of the deployed files, sorted; BadInput when the folder is not a function app."""
    ignored = GitIgnoreSpec.from_lines((root / ".funcignore").read_text().splitlines())
    names = sorted({name for name in _known(root) if not ignored.match_file(name)})
    absent = [name for name in (*_NEEDED, _FETCHED) if not any(file.startswith(name) for file in names)]
    if absent:
        raise BadInput(f"{root} lacks {', '.join(absent)}: run `make setup` in a checkout of the project first.")
    return names


def _known(root: Path) -> Iterator[str]:
    """Files that git tracks or would track (no caches, no local state), and the fetched libraries."""
    line = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    yield from subprocess.run(line, cwd=root, capture_output=True, text=True, check=True).stdout.splitlines()  # noqa: S603 -- a fixed line
    yield from (str(file.relative_to(root)) for file in (root / _FETCHED).glob("*") if file.is_file())


def package(target: Path = TARGET, root: Path = ROOT) -> Path:
    """Write the zip; Permanent when it is too large or a module of it is not one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    files = {name: (root / name).read_bytes() for name in contents(root) if (root / name).is_file()}
    files |= {name: file.read_bytes() for name, file in _of_users()}
    files |= _compiled(files)
    with whole_file(target, replace=True) as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(_entry(name), content)
        size = out.seek(0, os.SEEK_END)
        if size > MAX_BYTES:
            raise Permanent(f"The package has {size >> 20} MB; accepted: at most {MAX_BYTES >> 20} MB.")
    return target


def _compiled(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The modules among these files, compiled by this Python (another one compiles them itself); else Permanent."""
    with TemporaryDirectory() as place:
        for name in (name for name in files if name.endswith(".py")):
            file = Path(place, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(files[name])
        line = [sys.executable, *_COMPILE, "-s", place, place]
        setting = {**os.environ, "PYTHONHASHSEED": "0"}
        done = subprocess.run(line, capture_output=True, text=True, check=False, env=setting)  # noqa: S603 -- a fixed line
        if done.returncode:
            raise Permanent(f"The package has a module that Python cannot compile: {' '.join(done.stdout.split())}.")
        made = sorted(Path(place).rglob("*.pyc"))
        return {str(file.relative_to(place)): file.read_bytes() for file in made}


def _of_users() -> Iterator[tuple[str, Path]]:
    """The scenarios of a folder that a setting names; one beside the package is part of the checkout."""
    folder = outside_folder(os.environ[SETTING]) if os.environ.get(SETTING) else None
    for file in sorted(folder.rglob("*.py")) if folder else []:
        yield f"{FOLDER}/{file.relative_to(folder).as_posix()}", file  # type: ignore[arg-type]  # there is a folder


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


if __name__ == "__main__":
    written = package()
    out.print(f"{written.relative_to(ROOT)}: {written.stat().st_size / 1e6:.1f} MB")
