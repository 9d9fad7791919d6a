"""Microsoft's ODBC driver from the development packages, for a machine where nobody installed it.

`python -m local.tools.odbc_driver FOLDER` writes `odbcinst.ini` there; unixODBC finds it with ODBCSYSINI=FOLDER.
"""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from shared.core.errors import BadInput

NAME = "ODBC Driver 18 for SQL Server"


def library() -> Path:
    """The driver's file for Debian and Ubuntu; BadInput where the package is missing or has none for this machine."""
    try:
        import mssql_python_odbc
    except ImportError:
        raise BadInput("The package mssql-python-odbc is not installed: run `make setup` first.") from None
    folder = Path(mssql_python_odbc.get_libs_dir())
    machine = "arm64" if platform.machine() in {"aarch64", "arm64"} else "x86_64"
    found = sorted(folder.rglob(f"linux/debian_ubuntu/{machine}/lib/libmsodbcsql*"))
    if not found:
        raise BadInput(f"{folder} has no driver for {machine} on Debian or Ubuntu: install {NAME} from Microsoft.")
    return found[0]


def register(folder: Path) -> Path:
    """Write the file that names the driver, and return it."""
    file = folder / "odbcinst.ini"
    file.write_text(f"[{NAME}]\nDriver={library()}\n")
    return file


if __name__ == "__main__":
    register(Path(sys.argv[1]))
