"""This machine: Python, packages, and Microsoft's ODBC driver where the database asks for it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec

from local.doctor.finding import Finding, Subject

_PYTHON = (3, 13)
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
    """Whether the interpreter and the packages are those the project needs."""
    found = ".".join(str(part) for part in version)
    python = Finding("python", "ok", found)
    if version[:2] != _PYTHON:
        python = Finding(
            "python", "fail", f"{found}, not 3.13", "Install Python 3.13, then: rm -rf .venv && make setup"
        )
    missing = [name for name in packages if not _there(name)]
    if missing:
        return [python, Finding("packages", "fail", f"missing: {', '.join(missing)}", "make setup")]
    return [python, Finding("packages", "ok", f"{len(packages)} found")]


def _there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def odbc(subject: Subject) -> list[Finding]:
    """Whether the driver that an mssql URL names can be loaded; nothing to say for other databases."""
    if not subject.settings.database_url.startswith("mssql"):
        return []
    from sqlalchemy import make_url

    from shared.adapters.sql.connection.sqlserver import DRIVER as DEFAULT

    asked = str(make_url(subject.settings.database_url).query.get("driver", DEFAULT))
    try:
        import pyodbc
    except ImportError as error:
        return [Finding("odbc", "fail", f"unixODBC's manager cannot be loaded: {error}", MANAGER)]
    drivers = pyodbc.drivers()
    if asked in drivers or asked.startswith("/"):
        return [Finding("odbc", "ok", f"{asked} is registered")]
    fact = f"{asked} is not registered; registered: {', '.join(drivers) or 'none'}"
    return [Finding("odbc", "fail", fact, DRIVER)]
