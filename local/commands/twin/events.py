"""`mlops events post`: an event from a file, through the webhook that Event Grid calls."""

from __future__ import annotations

import json as json_text
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from local.console.event_files import PostedEvent, read_events
from local.console.options import Json
from local.console.output import show
from local.console.session import Session
from local.console.waiting import progress, wait_for
from local.host.http.key_file import load_keys
from local.host.http.keys import EVENT_GRID
from local.host.http.webhook import PATH
from local.host.running import running_host

_FAILED, _ACCEPTED = 4, 202
_SECONDS = 300.0
# How long a host that was started for the events works on what they lead to; then it says so and ends.
_WORK_SECONDS = 3600.0


def post(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="One event, or an array, in JSON.")],
    function: Annotated[
        str | None, typer.Option(help="The function to call; by default those whose subscription takes the event.")
    ] = None,
    json: Json = False,
) -> None:
    """Post events of a file to the host's webhook with its key, in Event Grid's schema or as CloudEvents.

    Without a running host one is started and runs until nothing is left to do.
    """
    events = read_events(file, function)
    session = Session()
    with _host(session, quiet=json) as port:
        answers = [_posted(session, port, one) for one in events]
    columns = ("event", "type", "schema", "function", "status", "answer")
    pairs = zip(events, answers, strict=True)
    rows = [(one.event["id"], one.kind, one.schema, one.function, *answer) for one, answer in pairs]
    value = [dict(zip(columns, row, strict=True)) for row in rows]
    show(json_output=json, value=value, title="Events", columns=columns, rows=rows)
    raise typer.Exit(0 if all(status == _ACCEPTED for status, _ in answers) else _FAILED)


@contextmanager
def _host(session: Session, *, quiet: bool) -> Iterator[int]:
    """The port of the running host, or of one that runs until all is done."""
    running = running_host(session.settings.home)
    if running is not None and running.port:
        yield running.port
        return
    with session.own_host(port=0) as host, progress(quiet=quiet) as display:
        display.add_task("a host works on the events", total=None)
        yield host.port
        wait_for(lambda: host.idle() or None, _WORK_SECONDS, lambda: None, "The work on these events")


def _posted(session: Session, port: int, one: PostedEvent) -> tuple[int, str]:
    """Status and text of the webhook's answer."""
    import httpx

    key = load_keys(session.settings.home).systems[EVENT_GRID]
    answer = httpx.post(
        f"http://127.0.0.1:{port}{PATH}",
        params={"functionName": one.function, "code": key},
        headers={"aeg-event-type": "Notification", "content-type": one.content_type},
        content=json_text.dumps(one.body),
        timeout=_SECONDS,
    )
    return answer.status_code, answer.text[:200]
