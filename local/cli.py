"""The mlops command."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from pathlib import Path

import typer

from local.commands import (
    alerts,
    azurite,
    baseline,
    consume,
    dashboard,
    data,
    demo,
    keys,
    lineage,
    logs,
    release,
    replay,
    schedules,
    telemetry,
    up,
    verify,
)
from local.commands import backfill as again
from local.commands import inspect as look
from local.commands import operations as operate
from local.console.output import as_json, err
from shared.core.errors import BadInput, Conflict, Fault, Misconfigured, Missing, Refused

# How a command ends: 0 done, 2 not understood, 3 refused or quarantined, 4 failed.
EXIT_USAGE = 2
EXIT_REFUSED = 3
EXIT_FAILED = 4


def build() -> typer.Typer:
    """The command with all its verbs."""
    app = typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="Event-driven MLOps: drop data, watch it become predictions.",
    )
    for module in (
        demo,
        up,
        azurite,
        data,
        look,
        baseline,
        operate,
        release,
        keys,
        lineage,
        again,
        replay,
        schedules,
        alerts,
        telemetry,
        consume,
        dashboard,
        logs,
        verify,
    ):
        module.register(app)
    return app


def exit_code(fault: Fault) -> int:
    """The exit code of a fault that ends a command."""
    if isinstance(fault, BadInput | Misconfigured | Missing):
        return EXIT_USAGE
    return EXIT_REFUSED if isinstance(fault, Refused | Conflict) else EXIT_FAILED


def main() -> None:
    """Run the command; a fault is one sentence on standard error and an exit code, never a stack trace.

    With --json the sentence also stands on standard output, as `{"error": …}`.
    """
    arguments = sys.argv[1:] or ["--help"]
    try:
        code = int(build()(arguments, prog_name="mlops", standalone_mode=False) or 0)
    except Exception as error:  # noqa: BLE001 -- a person gets a sentence; an unexpected trace goes to a file
        code, sentence = _ending(error)
        err.print(f"mlops: {sentence}", markup=False, soft_wrap=True)
        if "--json" in arguments:
            as_json({"error": sentence})
    sys.exit(code)


def _ending(error: Exception) -> tuple[int, str]:
    """The exit code and the sentence of whatever ended the command."""
    if isinstance(error, Fault):
        return exit_code(error), error.reason
    if isinstance(error, typer.TyperException):
        return EXIT_USAGE, _not_understood(error)
    if isinstance(error, OSError) and error.strerror:
        return EXIT_FAILED, f"{error.filename or 'A file'} cannot be used: {error.strerror}."
    return EXIT_FAILED, _unexpected(error)


def _not_understood(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    verb = context.command_path if context else "mlops"
    return f"{error.format_message().rstrip('.')}. See {verb} --help."


def _unexpected(error: Exception) -> str:
    file = Path(tempfile.gettempdir()) / f"mlops-error-{os.getpid()}.log"
    file.write_text("".join(traceback.format_exception(error)))
    return f"an unexpected {type(error).__name__} ended this command; its trace is in {file}. Please report it."


if __name__ == "__main__":
    main()
