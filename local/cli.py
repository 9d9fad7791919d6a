"""The mlops command."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typer

from local.commands import (
    alerts,
    backfill,
    baseline,
    consume,
    dashboard,
    data,
    datasets,
    demo,
    inspect,
    keys,
    lineage,
    logs,
    monitor,
    operations,
    release,
    replay,
    retention,
    rollout,
    schedules,
    showing,
    up,
    verify,
)
from local.commands.certificates import signing
from local.commands.contracts import contract
from local.commands.scenarios import declared, new
from local.commands.twin import clock, events, telemetry
from local.console.output import as_json, err
from local.console.sections import Sectioned, mlops
from local.console.verb import Verb
from shared.core.errors import BadInput, Conflict, Fault, Misconfigured, Missing, Quarantined, Refused

# Exit codes: 0 done, 2 not understood, 3 refused or quarantined, 4 failed.
EXIT_USAGE = 2
EXIT_REFUSED = 3
EXIT_FAILED = 4


# Every verb and the function that does it; "keys list" is the verb `list` of the group `keys`.
VERBS: Mapping[str, Callable[..., None]] = {
    "demo": demo.demo,
    "up": up.up,
    "azurite": up.azurite,
    "drop": data.drop,
    "predict": data.predict,
    "train": data.train,
    "history": inspect.history,
    "status": inspect.status,
    "actuals": monitor.actuals,
    "scorecard": monitor.scorecard,
    "tick": operations.tick,
    "promote": operations.promote,
    "rollback": operations.rollback,
    "doctor": operations.doctor,
    "approvals": release.list_approvals,
    "approve": release.approve,
    "reject": release.reject,
    "trace": lineage.trace,
    "impact": lineage.impact,
    "backfill": backfill.backfill,
    "rebuild-sql": backfill.rebuild_sql,
    "rebuild-tables": backfill.rebuild_tables,
    "replay": replay.replay,
    "retention": retention.retention,
    "forget": retention.forget,
    "consume": consume.consume,
    "logs": logs.logs,
    "verify": verify.verify,
    "datasets list": inspect.list_datasets,
    "datasets show": showing.show_dataset,
    "datasets diff": datasets.diff,
    "datasets export": datasets.export,
    "models list": inspect.list_models,
    "models show": showing.show_model,
    "deployments list": inspect.list_deployments,
    "deployments show": showing.show_deployment,
    "baseline show": baseline.show_baseline,
    "baseline accept": baseline.accept,
    "baseline history": baseline.history,
    "contract diff": contract.diff,
    "contract accept": contract.accept,
    "contract show": contract.show_contracts,
    "monitor run": monitor.run,
    "monitor show": monitor.show_monitor,
    "gate show": rollout.gate_show,
    "gate override": rollout.gate_override,
    "signing new-key": signing.new_key,
    "signing list": signing.list_signatures,
    "signing sign": signing.sign,
    "rollout list": rollout.rollout_list,
    "rollout show": rollout.rollout_show,
    "rollout evaluate": rollout.rollout_evaluate,
    "keys list": keys.list_keys,
    "keys rotate": keys.rotate_key,
    "schedules list": schedules.list_schedules,
    "schedules show": schedules.show_schedule,
    "schedules add": schedules.add_schedule,
    "schedules stop": schedules.stop_schedule,
    "alerts test": alerts.send_test,
    "alerts list": alerts.list_alerts,
    "clock show": clock.show,
    "clock set": clock.set_clock,
    "clock reset": clock.reset,
    "events post": events.post,
    "telemetry send": telemetry.send,
    "telemetry list": telemetry.list_spans,
    "telemetry serve": telemetry.serve,
    "telemetry ingest": telemetry.ingest,
    "bench http": consume.bench_http,
    "dashboard export": dashboard.export,
    "scenario new": new.new,
    "scenario check": declared.check,
    "scenario show": declared.show,
    "scenario export": declared.export,
    "generate": declared.generate,
}
GROUPS: Mapping[str, str] = {
    "scenario": "Write a scenario from files; check, show and export one.",
    "datasets": "List, show, compare and export dataset versions.",
    "models": "List and show model versions.",
    "deployments": "List and show deployments.",
    "baseline": "Show and accept the baseline that new data is compared with; only a person changes it.",
    "contract": "How a drop differs from its contract, and accept it: only people widen a contract.",
    "monitor": "Drift, quality, breaches and retraining decisions.",
    "gate": "Show a version's gate certificate, or request an override.",
    "signing": "The key that signs certificates, and their signatures.",
    "rollout": "List, show and evaluate rollouts: candidates that answer beside the champion.",
    "keys": "Keys of the HTTP functions, by scope.",
    "schedules": "Recurring training.",
    "alerts": "Alerts to webhooks.",
    "telemetry": "Telemetry messages, the spans that were read, and a stand-in for Azure Data Explorer.",
    "clock": "The time of this home, which may be moved ahead to see what timers, windows and expiries do.",
    "events": "Events through the webhook that Event Grid calls.",
    "bench": "Measure what is deployed.",
    "dashboard": "Print the dashboard's address; `export FILE.html` writes it as one file.",
}


def build() -> typer.Typer:
    """The command with all its verbs."""
    app = typer.Typer(
        cls=Sectioned,
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(mlops)
    groups = {name: typer.Typer(help=text) for name, text in GROUPS.items()}
    groups["dashboard"].callback(invoke_without_command=True)(dashboard.dashboard)
    for words, function in VERBS.items():
        group, _, verb = words.rpartition(" ")
        (groups[group] if group else app).command(verb, cls=Verb)(function)
    for name, verbs in groups.items():
        app.add_typer(verbs, name=name)
    return app


@cache
def command() -> Any:
    """The command as the parser runs it, made once in a process: who forks makes it before."""
    return typer.main.get_command(build())


def exit_code(fault: Fault) -> int:
    """The exit code of a command that ends with this fault."""
    if isinstance(fault, BadInput | Misconfigured | Missing):
        return EXIT_USAGE
    return EXIT_REFUSED if isinstance(fault, Quarantined | Refused | Conflict) else EXIT_FAILED


def main() -> None:
    """Run the command; a fault is one sentence on standard error and an exit code, never a stack trace.

    With --json the sentence is also printed on standard output, as `{"error": …}`.
    """
    arguments = sys.argv[1:] or ["--help"]
    try:
        code = int(command()(arguments, prog_name="mlops", standalone_mode=False) or 0)
    except Exception as error:  # noqa: BLE001 -- a person gets a sentence; an unexpected trace goes to a file
        code, sentence = _ending(error)
        err.print(f"mlops: {sentence}", markup=False, soft_wrap=True)
        if "--json" in arguments:
            as_json({"error": sentence})
    sys.exit(code)


def _ending(error: Exception) -> tuple[int, str]:
    """The exit code and the sentence for the exception that ended the command."""
    if isinstance(error, Fault):
        return exit_code(error), error.reason
    if isinstance(error, typer.TyperException):
        return EXIT_USAGE, _not_understood(error)
    if isinstance(error, typer.Abort):
        return EXIT_REFUSED, "nothing was changed: it was not confirmed."
    if isinstance(error, ModuleNotFoundError) and error.name:
        return EXIT_USAGE, f"the package {error.name} is not installed; make setup installs all of them."
    if isinstance(error, OSError) and error.strerror:
        return EXIT_FAILED, f"{error.filename or 'A file'} cannot be used: {error.strerror}."
    return EXIT_FAILED, _unexpected(error)


def _not_understood(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    verb = context.command_path if context else "mlops"
    message = error.format_message()
    # A suggestion of the library ends with a question mark.
    return f"{message if message.endswith(('.', '?')) else f'{message}.'} See {verb} --help."


def _unexpected(error: Exception) -> str:
    file = Path(tempfile.gettempdir()) / f"mlops-error-{os.getpid()}.log"
    file.write_text("".join(traceback.format_exception(error)))
    return f"an unexpected {type(error).__name__} ended this command; its trace is in {file}. Please report it."


if __name__ == "__main__":
    main()
