"""Options that several verbs share."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
By = Annotated[str, typer.Option("--by", help="Who decides this.", envvar="USER")]
Timeout = Annotated[float, typer.Option(min=0, help="The most seconds to wait.")]
ScenarioName = Annotated[str, typer.Argument(help="The scenario's name.")]
