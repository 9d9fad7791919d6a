"""The mlops command."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from pathlib import Path

import typer

from local.commands import data, demo, look, operate, up
from local.output import err
from shared.errors import BadInput, Conflict, Fault, Misconfigured, Missing, Refused

# How a command ends: 0 done, 2 not understood, 3 refused or quarantined, 4 failed.
EXIT_USAGE = 2
EXIT_REFUSED = 3
EXIT_FAILED = 4


def build() -> typer.Typer:
    """The command with all its verbs."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="Event-driven MLOps: drop data, watch it become predictions.",
    )
    for module in (demo, up, data, look, operate):
        module.register(app)
    return app


def exit_code(fault: Fault) -> int:
    """The exit code of a fault that ends a command."""
    if isinstance(fault, BadInput | Misconfigured | Missing):
        return EXIT_USAGE
    return EXIT_REFUSED if isinstance(fault, Refused | Conflict) else EXIT_FAILED


def main() -> None:
    """Run the command; a fault is one sentence on standard error and an exit code, never a stack trace."""
    try:
        build()()
    except Fault as fault:
        err.print(f"mlops: {fault.reason}", markup=False, soft_wrap=True)
        sys.exit(exit_code(fault))
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 -- a person gets a sentence; the trace goes to a file
        err.print(f"mlops: {_unexpected(error)}", markup=False, soft_wrap=True)
        sys.exit(EXIT_FAILED)


def _unexpected(error: Exception) -> str:
    file = Path(tempfile.gettempdir()) / f"mlops-error-{os.getpid()}.log"
    file.write_text("".join(traceback.format_exception(error)))
    return f"an unexpected {type(error).__name__} ended this command; its trace is in {file}. Please report it."


if __name__ == "__main__":
    main()
