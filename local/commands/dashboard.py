"""`mlops dashboard`: print the dashboard's address, or write it to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from local.console.new_files import replaced, will_replace
from local.console.options import Json
from local.console.output import as_json, out
from local.console.session import PORT, Session
from local.host.http.sign_in import issue
from local.host.running import running_host
from shared.bootstrap.whole_files import write_whole
from shared.core.errors import BadInput

File = Annotated[Path, typer.Argument(help="The HTML file to write; one that is there is replaced.")]
Open = Annotated[bool, typer.Option("--open", help="Open it in the browser, signed in.")]


def dashboard(context: typer.Context, open_it: Open = False, json: Json = False) -> None:
    """Print the dashboard's address and how to get its key."""
    if context.invoked_subcommand:
        return
    host = running_host(Session().settings.home)
    url = f"http://127.0.0.1:{(host.port if host else 0) or PORT}/api/dashboard"
    key = "mlops keys list --reveal (scope operate, or approve)"
    if json:
        as_json({"url": url, "running": host is not None, "key": key})
    else:
        out.print(url if host else f"{url} (no host runs on this home; start it: mlops up)", soft_wrap=True)
        signed = "It is opened in your browser, signed in. " if open_it and host else ""
        out.print(f"{signed}{'Elsewhere it' if signed else 'It'} needs a key: {key}.", soft_wrap=True)
    if open_it and host is not None:
        # The token is good once and for a minute; behind the # it reaches no log.
        typer.launch(f"{url}#sign-in={issue(Session().settings.home)}")


def export(file: File, json: Json = False) -> None:
    """Write the dashboard's current state into one HTML file that needs no network."""
    from local.console.dashboard_file import dashboard_html

    if file.suffix.lower() not in (".html", ".htm"):
        raise BadInput(f"{file} is not an HTML file; accepted: a name that ends with .html.")
    old = will_replace(file, "FILE")
    page = dashboard_html(Session().ports)
    write_whole(file, page.encode(), replace=True)
    if json:
        as_json({"file": str(file), "characters": len(page), "replaced": old})
        return
    written = f"{file}: {len(page) / 1e6:.1f} MB{replaced(old)}."
    out.print(f"{written} It holds data: share it only with people who may see it.", markup=False, soft_wrap=True)
