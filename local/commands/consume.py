"""`mlops consume` and `mlops bench http`: a ready request, and a bounded load test."""

from __future__ import annotations

import json as codec
from pathlib import Path
from typing import Annotated

import typer

from local.console.new_files import replaced, will_replace_below
from local.console.options import Json, ScenarioName
from local.console.output import as_json, out
from local.console.session import Session
from local.console.waiting import progress
from local.host.http.key_file import load_keys
from local.load.example_request import Request, as_curl, as_python, request_for
from local.load.http_load import LoadResult, Target, load
from shared.bootstrap.whole_files import write_whole
from shared.core.errors import Refused
from shared.core.wording import counted

Url = Annotated[str | None, typer.Option(help="The app's URL; by default the host of this home, or port 7071.")]


def consume(scenario: ScenarioName, url: Url = None, json: Json = False) -> None:
    """Print a request that the deployed model answers, for curl and for Python."""
    request = request_for(Session(), scenario, url)
    if json:
        code = {"curl": as_curl(request), "python": as_python(request)}
        as_json(
            {"model": request.model, "generation": request.generation, "url": request.url, "body": request.body, **code}
        )
        return
    out.print(
        f"{request.model} answers as generation {request.generation}. Set KEY first (mlops keys list --reveal).\n"
    )
    for text in (as_curl(request), as_python(request)):
        out.print(text, markup=False, soft_wrap=True)
        out.print()


def bench_http(
    scenario: ScenarioName,
    concurrency: Annotated[int, typer.Option(help="The number of concurrent connections.")] = 8,
    seconds: Annotated[float, typer.Option(help="The length of the test.")] = 10.0,
    url: Url = None,
    key: Annotated[str | None, typer.Option(envvar="KEY", help="The key; by default the newest of this home.")] = None,
    report: Annotated[
        Path | None,
        typer.Option(help="The report's file, by default in the home's reports folder; one that is there is replaced."),
    ] = None,
    json: Json = False,
) -> None:
    """Send requests to the deployed model for a while; fails when an answer is an error."""
    session = Session()
    place = report or session.settings.home / "reports" / f"bench-http-{scenario}.md"
    old = will_replace_below(place, "--report")
    request = request_for(session, scenario, url)
    headers = {
        "content-type": "application/json",
        "x-functions-key": key or load_keys(session.settings.home).newest_for_scope("score"),
    }
    target = Target(request.url, codec.dumps(request.body).encode(), headers)
    with progress(quiet=json) as display:
        task = display.add_task(f"{scenario}: {counted(concurrency, 'connection')}", total=1.0)
        result = load(
            target,
            concurrency,
            seconds,
            lambda done, count: display.update(
                task, completed=done, description=f"{scenario}: {counted(count, 'answer')}"
            ),
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    write_whole(place, as_markdown(request, result, concurrency).encode(), replace=True)
    facts = {"model": request.model, "concurrency": concurrency, **result.summary(), "report": str(place)}
    if json:
        as_json({**facts, "replaced": old})
    else:
        told = ", ".join(f"{name} {value}" for name, value in facts.items())
        out.print(f"{told}{replaced(old)}", markup=False, soft_wrap=True)
    if result.errors:
        raise Refused(f"{result.errors} of {counted(result.requests, 'request')} failed; see {place}.")


def as_markdown(request: Request, result: LoadResult, concurrency: int) -> str:
    """The report as Markdown."""
    facts = {"model": request.model, "url": request.url, "connections": concurrency, **result.summary()}
    lines = [f"| {name} | {value} |" for name, value in facts.items()]
    head = f"# Load on {request.model}\n\n{result.seconds:.1f} seconds, the same request repeatedly.\n\n"
    return head + "| | |\n|---|---|\n" + "\n".join(lines) + "\n"
