"""What `mlops doctor` checks, and the fix it names for each thing that is wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

from local.running import running_host
from local.session import APP, Session
from shared.errors import Fault
from shared.settings import NAMES

_PYTHON = (3, 13)
_PACKAGES = (
    "azure.functions",
    "azure_functions_runtime",
    "lightgbm",
    "onnxruntime",
    "pyarrow",
    "sklearn",
    "sqlalchemy",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked."""

    name: str
    verdict: Literal["ok", "warn", "fail"]
    fact: str
    fix: str = ""


def run_checks() -> list[Finding]:
    """Every check, in the order in which one depends on another."""
    findings = [_python(), _packages(), _misspelt()]
    try:
        session = Session()
    except Fault as fault:
        return [*findings, Finding("settings", "fail", fault.reason, "Correct it in local.settings.json or unset it.")]
    findings.append(Finding("settings", "ok", f"MLOPS_HOME is {session.settings.home}"))
    return [*findings, *(_guarded(check, session) for check in (_lake, _database, _functions, _host, _stuck))]


def _guarded(check: Callable[[Session], Finding], session: Session) -> Finding:
    try:
        return check(session)
    except Fault as fault:
        return Finding(
            check.__name__.strip("_"), "fail", fault.reason, "See the sentence; then run mlops doctor again."
        )
    except OSError as error:
        return Finding(
            check.__name__.strip("_"), "fail", str(error), "Make the path writable or choose another MLOPS_HOME."
        )


def _python() -> Finding:
    found = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] == _PYTHON:
        return Finding("python", "ok", found)
    return Finding("python", "fail", found, "Install Python 3.13 and run make setup again.")


def _packages() -> Finding:
    missing = [name for name in _PACKAGES if not _there(name)]
    if missing:
        return Finding("packages", "fail", f"missing: {', '.join(missing)}", "Run make setup.")
    return Finding("packages", "ok", f"{len(_PACKAGES)} found")


def _there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _misspelt() -> Finding:
    """A setting that looks like one of ours and is none."""
    strange = sorted(_strange())
    if strange:
        known = ", ".join(NAMES)
        return Finding("setting names", "warn", f"not read: {', '.join(strange)}", f"Settings that are read: {known}.")
    return Finding("setting names", "ok", "no unknown MLOPS_ or _URL setting")


def _strange() -> Iterator[str]:
    close = {name.replace("_", "").lower(): name for name in NAMES}
    for name in os.environ:
        if name not in NAMES and (name.replace("_", "").lower() in close or name.startswith("MLOPS_")):
            yield name


def _lake(session: Session) -> Finding:
    blob, _ = session.ports.lake.put("doctor/probe", b"probe", if_absent=False)
    return Finding("lake", "ok", f"writable, ETag {blob.etag}")


def _database(session: Session) -> Finding:
    count = len(session.ports.history.entries(1))
    return Finding("database", "ok", f"answers; history has {'entries' if count else 'no entry yet'}")


def _functions(session: Session) -> Finding:
    from local.worker import declared_functions

    names = [function.name for function in declared_functions(APP, session.environ)]
    return Finding("functions", "ok", f"{len(names)} can be indexed: {', '.join(sorted(names))}")


def _host(session: Session) -> Finding:
    host = running_host(session.settings.home)
    if host is None:
        return Finding(
            "host", "warn", "none runs on this home", "Start one with mlops up; mlops drop --wait brings its own."
        )
    return Finding("host", "ok", f"process {host.pid} on port {host.port}")


def _stuck(session: Session) -> Finding:
    ports = session.ports
    stuck = ports.history.stuck(ports.clock())
    if stuck:
        first = f"{stuck[0].kind} {stuck[0].key}: {stuck[0].reason}"
        return Finding("stuck work", "warn", f"{len(stuck)}; the oldest is {first}", "Run mlops tick, or mlops up.")
    return Finding("stuck work", "ok", "nothing")
