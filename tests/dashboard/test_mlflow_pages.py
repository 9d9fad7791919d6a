"""`make ui` opens MLflow's own pages on the experiments; only where its packages are installed already."""

from __future__ import annotations

import importlib.util
import os
import select
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from command import REPOSITORY

from model_training.runs.tracking import TrackedRun, track

READY = "build/ui-venv/.ready"
MINUTES = 5

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (REPOSITORY / READY).is_file(), reason="MLflow's pages are not installed: make ui"),
    pytest.mark.skipif(importlib.util.find_spec("mlflow") is None, reason="mlflow is optional and not installed"),
]


def test_make_ui_opens_the_experiments(browser: Any, tmp_path: Path) -> None:
    """What the command opens in the browser is the list of experiments, with that of the tracked run."""
    assert track(TrackedRun("r1", "bank_marketing", tmp_path / "r1", failed=True, reason="a trial"), tmp_path)
    with made_ui(tmp_path) as address:
        page = browser.new_page()
        page.goto(address)
        page.wait_for_selector("a:text-is('bank_marketing')", timeout=MINUTES * 60_000)
        assert page.url.startswith(address)
        page.close()


@contextmanager
def made_ui(home: Path) -> Iterator[str]:
    """The address that `make ui` opens, while its server runs; a named pipe stands for the browser's program."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    pipe, program = home / "opened", home / "browser"
    os.mkfifo(pipe)
    program.write_text(f'#!/bin/sh\necho "$1" > {pipe}\n')
    program.chmod(0o755)
    # The packages are as they were installed, whatever the files' times say.
    line = ["make", "-o", READY, "ui", f"MLOPS_HOME={home}", f"PORT={port}"]
    environ = {**os.environ, "BROWSER": f"{program} %s"}
    with subprocess.Popen(line, cwd=REPOSITORY, env=environ, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, start_new_session=True) as process:  # fmt: skip
        try:
            yield told(pipe, MINUTES * 60)
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def told(pipe: Path, seconds: float) -> str:
    """The line that somebody writes into the pipe within that time."""
    end = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        ready, _, _ = select.select([end], [], [], seconds)
        assert ready, "nothing was opened in the browser"
        return os.read(end, 1000).decode().strip()
    finally:
        os.close(end)
