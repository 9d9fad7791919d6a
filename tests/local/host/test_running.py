"""One host per home."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.host.running import HomeLock, RunningHost, running_host
from shared.core.errors import Conflict

PROJECT = Path(__file__).resolve().parents[3]
HOLD = """
import sys
from pathlib import Path
from local.host.running import HomeLock
lock = HomeLock(Path(sys.argv[1]))
lock.acquire()
lock.announce(4711)
print("held", flush=True)
sys.stdin.read()
"""


def test_no_host_runs_on_a_new_home(tmp_path: Path) -> None:
    """The query changes nothing."""
    assert running_host(tmp_path / "home") is None
    assert not (tmp_path / "home").exists()


def test_a_second_host_is_refused_with_the_first_one_s_process(tmp_path: Path) -> None:
    """The refusal has process and port; after the first host released the home, the second may take it."""
    first, second = HomeLock(tmp_path), HomeLock(tmp_path)
    first.acquire()
    assert running_host(tmp_path) == RunningHost(0, 0)
    first.announce(7071)
    assert running_host(tmp_path) == RunningHost(os.getpid(), 7071)
    with pytest.raises(Conflict, match=rf"process {os.getpid()}, port 7071"):
        second.acquire()
    first.release()
    assert running_host(tmp_path) is None
    second.acquire()
    second.release()


def test_a_killed_host_runs_no_more(tmp_path: Path) -> None:
    """The lock dies with its process, whatever files are left behind."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=PROJECT,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert running_host(tmp_path) == RunningHost(holder.pid, 4711)
        holder.kill()
        holder.wait()
    assert (tmp_path / "host.json").exists()
    assert running_host(tmp_path) is None
    lock = HomeLock(tmp_path)
    lock.acquire()
    lock.release()
