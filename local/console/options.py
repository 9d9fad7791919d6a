"""Options that several verbs share."""

from __future__ import annotations

from getpass import getuser
from typing import Annotated

import typer

from shared.core.errors import BadInput

# As a column of names holds.
_LONGEST = 200


def _account() -> str:
    """The name of who is logged in; `unknown` where the system knows none, as in a container."""
    try:
        return getuser()
    except OSError:
        return "unknown"


ACCOUNT = _account()
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def _person(text: str) -> str:
    """The name; BadInput for one that no database would keep whole, or that moves a cursor wherever it is shown."""
    if len(text) > _LONGEST or not text.isprintable():
        raise BadInput(f"--by names no person; accepted: at most {_LONGEST} printable characters: ada@example.com.")
    return text


By = Annotated[str, typer.Option("--by", help="Who decides this; without it, who is logged in.", callback=_person)]
Reason = Annotated[str | None, typer.Option("--reason", help="Why; a terminal asks for it.")]
Timeout = Annotated[float, typer.Option(min=0, help="The most seconds to wait.")]
ScenarioName = Annotated[str, typer.Argument(help="The scenario's name.")]
# What a run learns from, and when its search ends.
Inputs = Annotated[str | None, typer.Option(help="Learn from these declared inputs only: a list with commas.")]
Minutes = Annotated[float | None, typer.Option(help="End the search after so many minutes.")]
Trials = Annotated[int | None, typer.Option(help="End the search after so many trials.")]
Patience = Annotated[int | None, typer.Option(help="End the search after so many trials without a better score.")]
MetricReached = Annotated[float | None, typer.Option(help="End the search when the metric has reached this value.")]
Concurrency = Annotated[int | None, typer.Option(help="How many trials are fitted at a time.")]
