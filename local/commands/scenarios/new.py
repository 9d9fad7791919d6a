"""`mlops scenario new`: a module is written from files, and says why of each guess."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.console.options import Json
from local.console.output import as_facts, as_json
from local.console.session import Session
from local.host.running import running_host
from shared.core.errors import BadInput
from shared.core.wording import counted

if TYPE_CHECKING:
    from local.authoring.draft import Draft

_TASKS = ("binary", "multiclass", "multilabel", "regression")


def new(
    name: Annotated[str, typer.Argument(help="The new scenario's name.")],
    files: Annotated[list[Path] | None, typer.Argument(help="More files of the table.")] = None,
    source: Annotated[list[Path] | None, typer.Option("--from", help="A CSV or Parquet file with answers.")] = None,
    target: Annotated[list[str] | None, typer.Option(help="The column to predict; several: each is 0 or 1.")] = None,
    key: Annotated[list[str] | None, typer.Option(help="A column of the key, whose values name a row.")] = None,
    time: Annotated[str, typer.Option(help="The column by which rows are in order.")] = "",
    task: Annotated[
        str | None, typer.Option(help="Instead of a guess: binary, multiclass, multilabel or regression.")
    ] = None,
    json: Json = False,
) -> None:
    """Write a scenario from files with answers: what is guessed stands in the module, with the reason beside it."""
    every = [*(source or ()), *(files or ())]
    _check_asked(every, target, task)
    # Imported here: other verbs need no training library.
    from local.authoring.columns import Named
    from local.authoring.drafting import draft
    from local.authoring.module import module_of
    from local.authoring.names import check_name
    from local.authoring.source import open_source
    from local.authoring.writing import scenarios_folder, write_module

    session = Session()
    file = check_name(name, session.scenarios, scenarios_folder())
    tables = session.ports.datasets.tables
    named = Named(tuple(target or ()), tuple(key or ()), time)
    found = draft(tables, open_source(tables, every), name, named, task)  # type: ignore[arg-type]  # it was checked
    write_module(module_of(found), file, session.scenarios)
    steps = list(_next(found, file, every, running=running_host(session.settings.home) is not None))
    as_json(_as_json(found, file, steps)) if json else _tell(found, file, steps)


def _check_asked(files: Sequence[Path], target: Sequence[str] | None, task: str | None) -> None:
    if not files:
        raise BadInput("No file is named; accepted: --from FILE, a CSV or Parquet file with answers.")
    if not target:
        raise BadInput("No column to predict is named; accepted: --target COLUMN, once or several times.")
    if task is not None and task not in _TASKS:
        raise BadInput(f"There is no task {task!r}; accepted: {', '.join(_TASKS)}.")
    if task is not None and (task == "multilabel") != (len(target) > 1):
        many = counted(len(target), "target")
        raise BadInput(f"{many} and --task {task} do not fit; accepted: several targets for multilabel, else one.")


def _next(found: Draft, file: Path, files: Sequence[Path], *, running: bool) -> Iterator[str]:
    from local.authoring.writing import shown_path

    yield f"look at each comment in {shown_path(file)}"
    if running:
        yield "stop the host that runs and start it again: it learns of scenarios when it starts"
    yield f"mlops drop {found.name} {shlex.join(map(str, files))} --wait"
    yield f"mlops predict {found.name} FILE --wait"


def _as_json(found: Draft, file: Path, steps: Sequence[str]) -> dict[str, Any]:
    return {
        "scenario": found.name,
        "file": str(file),
        "rows": found.rows.num_rows,
        "task": found.answer.task,
        "labels": found.answer.labels,
        "inputs": found.inputs,
        "left_out": _left_out(found),
        "key": found.named.key,
        "time": found.named.time,
        "personal": found.personal,
        "bar": {found.metric: found.bar},
        "baseline": found.score,
        "warnings": found.warnings,
        "next": steps,
    }


def _left_out(found: Draft) -> tuple[str, ...]:
    return (*found.used("aside"), *(name for name, _ in found.leaks))


def _tell(found: Draft, file: Path, steps: Sequence[str]) -> None:
    from local.authoring.writing import shown_path

    reached = f", a quick model reaches {found.score:.3f}" if found.score is not None else ""
    facts = {
        "predicts": f"{', '.join(found.named.targets)} ({found.answer.task}: {found.answer.reason})",
        "inputs": ", ".join(found.inputs),
        "left out": ", ".join(_left_out(found)),
        "key": ", ".join(found.named.key),
        "time": found.named.time,
        "bar": f"{found.metric} {found.bar:g}{reached}",
        "look at": found.warnings,
        "next": steps,
    }
    as_facts(f"{shown_path(file)} is written from {counted(found.rows.num_rows, 'row')}.", facts)
