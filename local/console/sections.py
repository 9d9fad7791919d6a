"""The command without a verb: its version, and its help with the verbs in sections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from local.console.output import out

SECTIONS: Mapping[str, Sequence[str]] = {
    "Start": ("demo", "scenario", "generate", "up", "doctor", "dashboard"),
    "Data": ("drop", "predict", "actuals", "datasets", "baseline", "contract", "telemetry", "retention", "forget"),
    "Models": ("train", "schedules", "models", "gate", "scorecard"),
    "Release": ("approvals", "approve", "reject", "signing", "rollout", "deployments", "promote", "rollback"),
    "Look": ("status", "history", "trace", "impact", "monitor", "alerts", "logs"),
    "Operate": ("replay", "backfill", "rebuild-sql", "rebuild-tables", "tick", "keys", "verify"),
    "Host": ("clock", "events", "azurite", "consume", "bench"),
}


class Sectioned(TyperGroup):
    """A group that lists its verbs by what they are for; a verb without a section comes last."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write one section after the other."""
        named = {name for names in SECTIONS.values() for name in names}
        rest = [name for name in self.list_commands(ctx) if name not in named]
        for title, names in (*SECTIONS.items(), ("Other", rest)):
            lines = [(name, _sentence(self.commands[name])) for name in names if name in self.commands]
            if lines:
                with formatter.section(title):
                    formatter.write_dl(lines)


def _sentence(command: Any) -> str:
    """The first paragraph of the command's help."""
    return " ".join((command.help or "").split("\n\n")[0].split())


def _print_version(wanted: bool) -> None:  # noqa: FBT001 -- the library calls it with the option's value
    if wanted:
        # Imported here: the packages of training take their time.
        from model_training.steps.manifest import code_version

        out.print(f"mlops {code_version()}", markup=False)
        raise typer.Exit


_Version = Annotated[
    bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and exit.")
]


def mlops(version: _Version = False) -> None:  # noqa: FBT002 -- an option whose callback prints it
    """Event-driven MLOps: drop data, watch it become predictions."""
