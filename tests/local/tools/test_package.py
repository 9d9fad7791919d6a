"""What is deployed: the app and nothing of the laptop, small, and importable on its own."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from pathspec import GitIgnoreSpec

from local.tools.package import ROOT, SETTING, contents, package
from shared.core.errors import BadInput, Permanent

CODE = "import sys, function_app; print(len(function_app.app.get_functions())); print('\\n'.join(sys.modules))"


@pytest.fixture(scope="module")
def unpacked(packed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package in a folder, as the platform lays it out."""
    folder = tmp_path_factory.mktemp("package")
    # Far below the platform's 50 MB: nothing that was learned or landed is in it.
    assert packed.stat().st_size < 5 << 20
    with zipfile.ZipFile(packed) as files:
        files.extractall(folder)
    return folder


def test_the_package_holds_the_app_and_nothing_of_the_laptop() -> None:
    """Triggers, logic, learning, pages and pins; no tests, no local twin, no settings, no documents."""
    names = contents()
    tops = {name.partition("/")[0] for name in names}
    assert tops >= {"function_app.py", "host.json", "requirements.txt", "functions", "shared", "model_training"}
    assert tops.isdisjoint({"tests", "local", "bench", "docs", "infra", ".local", ".venv", "local.settings.json"})
    assert "functions/static/vendor/swagger-ui.js" in names


def test_the_packaged_app_indexes_without_the_rest(unpacked: Path) -> None:
    """In a process that sees only the package and what is installed; nothing of the laptop is loaded."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, '.'); {CODE}"],
        cwd=unpacked,
        capture_output=True,
        text=True,
        check=True,
    )
    count, *modules = done.stdout.split()
    assert int(count) > 5
    assert "local" not in modules
    assert "shared" not in modules or "shared.adapters" not in modules


COMPILED = """
import os, sys
compiled = []
sys.addaudithook(lambda event, given: compiled.append(given[1]) if event == "compile" else None)
sys.path.insert(0, ".")
import function_app, shared.dispatch
print(len(function_app.app.get_functions()), [one for one in compiled if str(one).startswith(os.getcwd())])
"""


def test_a_cold_start_of_the_package_compiles_nothing_of_ours(unpacked: Path) -> None:
    """The folder of a running app is read-only: nothing that it compiles would be there the next time."""
    line = [sys.executable, "-P", "-c", COMPILED]
    done = subprocess.run(line, cwd=unpacked, capture_output=True, text=True, check=True)
    assert done.stdout.endswith(" []\n"), done.stdout
    sources = set(unpacked.rglob("*.py"))
    assert {file.parent.parent / f"{file.name.partition('.')[0]}.py" for file in unpacked.rglob("*.pyc")} == sources


def test_the_same_files_make_the_same_package(packed: Path, tmp_path: Path) -> None:
    """Byte for byte: a deployment can be compared with what was tested."""
    assert package(tmp_path / "again.zip").read_bytes() == packed.read_bytes()


def test_a_module_that_does_not_compile_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one sentence that names it; the app could not start with it."""
    (tmp_path / "broken.py").write_text("def broken(:\n")
    monkeypatch.setenv(SETTING, str(tmp_path))
    with pytest.raises(Permanent, match=r"Python cannot compile: .*broken\.py"):
        package(tmp_path / "one.zip")
    assert not (tmp_path / "one.zip").exists()


def test_a_folder_that_is_no_app_is_refused(tmp_path: Path) -> None:
    """With the names of what is missing and what to run."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / ".funcignore").write_text("")
    with pytest.raises(BadInput, match=r"lacks function_app\.py.*make setup"):
        contents(tmp_path)


# What lies in a folder where somebody has worked, none of it part of the app.
DIRT = (
    "build/function-app.zip",
    "build/snapshots/x.json",
    "functions/__pycache__/app.cpython-313.pyc",
    "shared/core/__pycache__/errors.cpython-313.pyc",
    "model_training/old.pyc",
    ".coverage",
    ".coverage.host.1",
    ".azure/preprod/.env",
    ".env",
    ".vscode/settings.json",
    ".idea/x.xml",
    ".DS_Store",
    "functions/.DS_Store",
    ".local/lake/x.csv",
    ".venv/bin/python",
    ".hypothesis/x",
    ".mypy_cache/x.json",
    ".ruff_cache/x",
    ".pytest_cache/x",
    ".import_linter_cache/x",
    "event_driven_mlops.egg-info/PKG-INFO",
    "bench/results/x.json",
    "htmlcov/index.html",
    "local.settings.json",
    "node_modules/x/index.js",
)


def test_azd_deploys_the_same_files(tmp_path: Path) -> None:
    """`azd deploy` walks the folder as it is and leaves out what .funcignore names, nothing else."""
    for name in (*_tracked(), *(name for name in contents() if name.startswith("functions/static/vendor/")), *DIRT):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    (tmp_path / ".funcignore").write_text((ROOT / ".funcignore").read_text())
    assert _walked(tmp_path) == set(contents())


def _tracked() -> list[str]:
    line = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


def _walked(root: Path) -> set[str]:
    """A folder that is left out is not entered."""
    ignored = GitIgnoreSpec.from_lines((root / ".funcignore").read_text().splitlines())
    found = set()
    for folder, folders, files in root.walk():
        place = folder.relative_to(root)
        folders[:] = [one for one in folders if not ignored.match_file(f"{place / one}/")]
        found |= {str(place / one) for one in files if not ignored.match_file(str(place / one))}
    return found
