"""This machine: Python, packages, the clock, and Microsoft's ODBC driver when the database needs it."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.util import find_spec

import httpx

from local.doctor.finding import Finding, Subject, first_line
from local.doctor.http_probe import ask
from shared.core.wording import counted

_PYTHON = (3, 13)
WARN_SECONDS, FAIL_SECONDS = 5 * 60, 15 * 60
PACKAGES = (
    "azure.functions",
    "azure_functions_runtime",
    "lightgbm",
    "onnxruntime",
    "pyarrow",
    "sklearn",
    "sqlalchemy",
)
MANAGER = "sudo apt-get update && sudo apt-get install -y libodbc2 unixodbc"
DRIVER = (
    "curl -sSL -O https://packages.microsoft.com/config/debian/12/packages-microsoft-prod.deb && "
    "sudo dpkg -i packages-microsoft-prod.deb && sudo apt-get update && "
    "sudo ACCEPT_EULA=Y apt-get install -y msodbcsql18"
)


def machine(version: tuple[int, ...] = sys.version_info[:3], packages: Sequence[str] = PACKAGES) -> list[Finding]:
    """Whether Python and the packages are those that the project needs."""
    running = ".".join(str(part) for part in version)
    python = Finding("python", "ok", running)
    if version[:2] != _PYTHON:
        python = Finding(
            "python", "fail", f"{running}, not 3.13", "Install Python 3.13, then: rm -rf .venv && make setup"
        )
    missing = [name for name in packages if not _is_installed(name)]
    if missing:
        return [python, Finding("packages", "fail", f"missing: {', '.join(missing)}", "make setup")]
    return [python, Finding("packages", "ok", f"{counted(len(packages), 'package')} installed")]


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def odbc(subject: Subject) -> list[Finding]:
    """Whether the driver that an mssql URL names is registered; no finding for other databases."""
    if not subject.settings.database_url.startswith("mssql"):
        return []
    from sqlalchemy import make_url

    from shared.adapters.sql.connection.arguments import DRIVER as DEFAULT

    driver = str(make_url(subject.settings.database_url).query.get("driver", DEFAULT))
    try:
        import pyodbc
    except ImportError as error:
        return [Finding("odbc", "fail", f"unixODBC's driver manager cannot be loaded: {error}", MANAGER)]
    drivers = pyodbc.drivers()
    if driver in drivers or driver.startswith("/"):
        return [Finding("odbc", "ok", f"{driver} is registered")]
    fact = f"{driver} is not registered; registered: {', '.join(drivers) or 'none'}"
    return [Finding("odbc", "fail", fact, DRIVER)]


def clock(subject: Subject) -> list[Finding]:
    """Compare the local clock with the Date of a service's answer, because tokens and leases depend on both."""
    url = _clock_url(subject)
    if not url:
        return [Finding("clock", "not checked", "no setting names a service to compare with", "timedatectl status")]
    before = time.time()
    try:
        answer = ask(subject, "HEAD", url)
        theirs = parsedate_to_datetime(answer.headers["date"])
    except (httpx.HTTPError, KeyError, ValueError) as error:
        return [Finding("clock", "not checked", f"{url} sent no time: {first_line(error)}", f"curl -sSI {url}")]
    ours = datetime.fromtimestamp((before + time.time()) / 2, UTC)
    return [_clock_finding(url, (ours - theirs).total_seconds())]


def _clock_url(subject: Subject) -> str:
    settings = subject.settings
    if settings.lake_address:
        return settings.lake_address.endpoint
    if settings.events_url != "local:":
        return settings.events_url
    return subject.management if "azureml:" in f"{settings.registry_url} {settings.trainer_url}" else ""


def _clock_finding(url: str, seconds: float) -> Finding:
    fact = f"{abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} {url}"
    fix = "sudo timedatectl set-ntp true && sudo systemctl restart systemd-timesyncd"
    if abs(seconds) > FAIL_SECONDS:
        return Finding("clock", "fail", f"{fact}: tokens are refused from 15 minutes on", fix)
    if abs(seconds) > WARN_SECONDS:
        return Finding("clock", "warn", fact, fix)
    return Finding("clock", "ok", fact)
