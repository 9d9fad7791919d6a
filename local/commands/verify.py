"""`mlops verify`: integration checks of a deployment over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from local.console.new_files import replaced, will_replace_below
from local.console.options import Json
from local.console.output import err, out, show
from shared.bootstrap.whole_files import write_whole
from shared.core.errors import BadInput
from shared.core.wording import counted
from shared.release.smoke_checks import junit
from shared.release.verdict import Check

if TYPE_CHECKING:
    from local.verify.deployment import Deployment

_REFUSED = 3
OperateUrl = Annotated[str | None, typer.Option(help="The app that deploys, when it is a separate app.")]
IngestUrl = Annotated[str | None, typer.Option(help="The app that ingests, when it is a separate app.")]
Wait = Annotated[float, typer.Option(min=0, help="Seconds for a fresh deployment to answer its health probe.")]
# Keys come from the environment: every user of the machine can see a command line.
ScoreKey = Annotated[str, typer.Option(envvar="SCORE_KEY", hidden=True)]
OperateKey = Annotated[str, typer.Option(envvar="OPERATE_KEY", hidden=True)]
OpenapiKey = Annotated[str, typer.Option(envvar="OPENAPI_KEY", hidden=True)]
ApprovalsKey = Annotated[str, typer.Option(envvar="APPROVALS_KEY", hidden=True)]


def verify(
    url: Annotated[str, typer.Argument(help="The app that scores, such as https://<app>.azurewebsites.net.")],
    operate_url: OperateUrl = None,
    ingest_url: IngestUrl = None,
    junit_file: Annotated[
        Path | None,
        typer.Option("--junit", help="Also write the checks as JUnit XML; a file that is there is replaced."),
    ] = None,
    wait: Wait = 60.0,
    score_key: ScoreKey = "",
    operate_key: OperateKey = "",
    openapi_key: OpenapiKey = "",
    approvals_key: ApprovalsKey = "",
    json: Json = False,
) -> None:
    """Check a deployment over HTTP; keys from SCORE_KEY, OPERATE_KEY, OPENAPI_KEY and APPROVALS_KEY.

    The last two default to the first two: in Azure each function has keys of its own.
    """
    # The HTTP client loads slowly, and other verbs do not need it.
    from local.verify.deployment import Deployment, api_of

    old = junit_file is not None and will_replace_below(junit_file, "--junit")
    if not score_key:
        raise BadInput("No key is set; accepted: the environment variable SCORE_KEY (and OPERATE_KEY).")
    keys = {
        "score": score_key,
        "operate": operate_key,
        "openapi": openapi_key or score_key,
        "approvals": approvals_key or operate_key,
    }
    options = {"score": ("URL", url), "operate": ("--operate-url", operate_url), "ingest": ("--ingest-url", ingest_url)}
    deployment = Deployment({app: api_of(name, given) for app, (name, given) in options.items() if given}, keys)
    with deployment.client:
        checks = _checks(deployment, wait)
    _report(checks, json)
    if junit_file is not None:
        _write(junit_file, junit(f"deployment {deployment.apps['score']}", checks), old, json)
    _end(checks)


def _checks(deployment: Deployment, wait: float) -> list[Check]:
    from local.verify.access import access
    from local.verify.contract import contract
    from local.verify.deployment import wait_until_healthy

    wait_until_healthy(deployment, wait)
    return [
        *(
            Check(f"health of {app}", "pass", 200, 200, f"{where} is healthy.")
            for app, where in deployment.apps.items()
        ),
        *access(deployment),
        *contract(deployment),
    ]


def _report(checks: list[Check], json: bool) -> None:
    rows = [(check.name, check.verdict, check.reason) for check in checks]
    show(json_output=json, value=checks, title="Verified", columns=("check", "verdict", "fact"), rows=rows)


def _write(file: Path, content: bytes, old: bool, json: bool) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, content, replace=True)
    if not json:
        out.print(f"{file} holds the checks{replaced(old)}.", markup=False, soft_wrap=True)


def _end(checks: list[Check]) -> None:
    failed = [check for check in checks if check.verdict == "fail"]
    if failed:
        err.print(
            f"mlops: {len(failed)} of {counted(len(checks), 'check')} failed; the first: {failed[0].name}.",
            markup=False,
        )
        raise typer.Exit(_REFUSED)
