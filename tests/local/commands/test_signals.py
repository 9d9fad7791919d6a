"""A command that runs until it is told to stop."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

from command import REPOSITORY

WAITING = """
from local.commands.up import hear_signals
stopped = hear_signals()
print("ready", flush=True)
for _ in range(200):
    stopped.get()
print("ended", flush=True)
"""


def test_signals_that_come_together_are_all_handled() -> None:
    """A handler that interrupts the wait, or another handler, blocks nothing."""
    line = [sys.executable, "-c", WAITING]
    with subprocess.Popen(line, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        ended = time.monotonic() + 300
        try:
            # The system keeps one of each that is not heard yet, so how many are needed is not known.
            while process.poll() is None and time.monotonic() < ended:
                process.send_signal(signal.SIGINT)
                process.send_signal(signal.SIGTERM)
            assert process.communicate(timeout=300)[0] == "ended\n"
        finally:
            process.kill()
