"""A filled home, the function app on it, and one browser for all tests of this folder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from command import REPOSITORY
from crowded_world import ALL, crowd
from lived_world import lived_world
from world import World

from functions import names
from local.tools.vendor import Package, fetch
from shared.core.errors import Fault

AXE = Package("axe-core", "4.11.0", {"axe.min.js": "axe.min.js", "LICENSE": "axe.LICENSE"})
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_HOST = """
import os, signal, sys
from pathlib import Path
from local.host.functions_host import Host
host = Host(Path(sys.argv[1]), Path(sys.argv[2]), os.environ, port=0)
host.start()
keys = host.keys
print(host.port, *(keys.newest_for_scope(scope) for scope in ("operate", "approve", "score")), flush=True)
signal.sigwait({signal.SIGTERM})
host.stop()
"""


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a world in which much has happened."""
    place = tmp_path_factory.mktemp("dashboard") / "home"
    lived_world(place)
    return place


@pytest.fixture(scope="session")
def crowded_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a world in which there is much of everything, and something is damaged."""
    place = tmp_path_factory.mktemp("crowded") / "home"
    crowd(World(place, scenarios=ALL))
    return place


@pytest.fixture(scope="session")
def site(home: Path) -> Iterator[dict[str, str]]:
    """The function app on the lived home, with its keys."""
    with hosted(home) as address:
        yield address


@pytest.fixture(scope="session")
def crowded_site(crowded_home: Path) -> Iterator[dict[str, str]]:
    """The function app on the crowded home, with its keys."""
    with hosted(crowded_home) as address:
        yield address


@contextmanager
def hosted(home: Path) -> Iterator[dict[str, str]]:
    """The function app on that home, on a free port of this machine, with its keys."""
    paths = os.pathsep.join((str(REPOSITORY), str(REPOSITORY / "tests" / "support")))
    # Nothing happens by itself while pages are looked at.
    quiet = {value.strip("%"): "0 0 0 1 1 *" for name, value in vars(names).items() if name.endswith("_SCHEDULE")}
    settings = {"MLOPS_HOME": str(home), "TRAINER_URL": "none:", "APPROVALS": "none", **quiet}
    environ = {**os.environ, "PYTHONPATH": paths, **settings}
    line = [sys.executable, "-c", _HOST, str(REPOSITORY / "tests" / "dashboard" / "app"), str(home)]
    with subprocess.Popen(line, env=environ, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port, *keys = process.stdout.readline().split()
        yield {"url": f"http://127.0.0.1:{port}/api/", **dict(zip(("operate", "approve", "score"), keys, strict=True))}
        process.send_signal(signal.SIGTERM)
        process.wait(300)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window, its event loop as well; skipped, with the reason, where there is none."""
    api = pytest.importorskip(
        "playwright.sync_api", reason="Playwright is not installed: pip install -r tests/dashboard/requirements.txt"
    )
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("No Chromium on this machine: apt-get install chromium")
    with api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, fetched once into build/; skipped, with the reason, where no registry answers."""
    folder = REPOSITORY / "build" / "axe"
    try:
        fetch(folder, (AXE,))
    except Fault as fault:
        pytest.skip(f"axe-core cannot be had: {fault.reason}")
    return (folder / "axe.min.js").read_text(encoding="utf-8")
