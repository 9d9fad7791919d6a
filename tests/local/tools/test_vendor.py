"""Browser libraries come with the app: pinned, whole, and with their licences."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.tools.vendor import FOLDER, PACKAGES, Package, fetch


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_set_up_has_fetched_every_file(package: Package) -> None:
    """Each file is there with content, and the mark names the pinned release."""
    assert (FOLDER / f"{package.name}.version").read_text() == package.version
    assert all((FOLDER / name).stat().st_size > 0 for name in package.files.values())


def test_what_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    """With its marks an empty folder stays empty: the registry gets no request."""
    for package in PACKAGES:
        (tmp_path / f"{package.name}.version").write_text(package.version)
    fetch(tmp_path)
    assert {file.suffix for file in tmp_path.iterdir()} == {".version"}
