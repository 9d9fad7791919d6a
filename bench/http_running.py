"""The servers of the HTTP benchmark as processes: started, asked, weighed, ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from socket import socket

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]
from http_data import NAME  # noqa: E402 - found through the line above

from local.load.http_load import LoadResult, Target, load  # noqa: E402

OWN = ("limit", "lean", "ours", "fastapi")
PEERS = ("pandas", "mlserver", "mlserver-codes", "bentoml", "mlflow-serve")
# Where a server is asked and in which form; the others at /score with a list of rows.
_PATHS = {
    "ours": (f"/api/score/{NAME}", "inputs"),
    "mlserver": ("/v2/models/trees/infer", "columns"),
    "mlserver-codes": ("/v2/models/trees/infer", "codes"),
    "mlflow-serve": ("/invocations", "records"),
}
_PARENT, _USER, _SYSTEM, _RESIDENT = 1, 11, 12, 21
_TRIES, _PAUSE = 120, 0.5


class Server:
    """A server in a session of its own, with the processes it starts."""

    def __init__(self, name: str, folder: Path, python: str, asked: dict[str, bytes]) -> None:
        with socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        script = HERE / ("http_servers.py" if name in OWN else "http_peers.py")
        command = [python, str(script), name, str(folder), str(port)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.headers = {"content-type": "application/json"}
        line = self._process.stdout.readline().strip()
        if line.startswith("{"):
            self.headers["x-functions-key"] = json.loads(line)["key"]
        path, form = _PATHS.get(name, ("/score", "rows"))
        self.url, self.asked = f"http://127.0.0.1:{port}{path}", asked
        self.body = asked[form]

    def target(self) -> Target:
        """The request it is asked with."""
        return Target(self.url, self.body, self.headers)

    def ask(self, concurrency: int, seconds: float) -> LoadResult:
        """A load of that request."""
        return load(self.target(), concurrency, seconds)

    def refuse(self, concurrency: int, seconds: float) -> LoadResult:
        """A load of a request whose last row lacks a column."""
        return load(Target(self.url, self.asked["bad"], self.headers), concurrency, seconds)

    def awake(self) -> bool:
        """Whether it answers well, after the time it needs to start."""
        for _ in range(_TRIES):
            if self._process.poll() is not None:
                return False
            try:
                found = self.ask(1, 0.3)
            except Exception:  # noqa: BLE001 - not there yet
                found = None
            if found and found.times:
                return True
            time.sleep(_PAUSE)
        return False

    def cpu(self) -> float:
        """Seconds of processor time its processes have used."""
        ticks = sum(int(fields[_USER]) + int(fields[_SYSTEM]) for fields in self._processes())
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """MB its processes hold."""
        return sum(int(fields[_RESIDENT]) for fields in self._processes()) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def _processes(self) -> list[list[str]]:
        """What /proc tells about the process and its descendants: some start sessions of their own."""
        every = {}
        for file in Path("/proc").glob("[0-9]*/stat"):
            try:
                every[int(file.parent.name)] = file.read_text().rpartition(")")[2].split()
            except OSError:
                continue
        family = {self._process.pid}
        # A child may have a smaller number than its parent: until nobody is added.
        while more := {pid for pid, fields in every.items() if int(fields[_PARENT]) in family} - family:
            family |= more
        return [every[pid] for pid in family if pid in every]

    def stop(self) -> None:
        """End it and what it started."""
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(15)
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
