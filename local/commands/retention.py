"""`mlops retention` and `mlops forget`: what has had its time goes, and all rows about one person."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from local.console.options import ACCOUNT, By, Json, ScenarioName
from local.console.output import as_json, out
from local.console.session import Session
from shared.bootstrap.whole_files import write_whole
from shared.core.errors import Misconfigured
from shared.core.wording import counted
from shared.operations.erasure.erase import approve_erasure, erase, footprint, request_erasure
from shared.operations.erasure.records import ErasureRequest
from shared.operations.erasure.subject import Subject, subject_of
from shared.operations.retention.sweep import Removed, apply_journal, apply_retention, plan_retention

# Removed whoever is erased, because they may hold rows.
FOLDERS = "working folders"
SETTING, FILE, LEAST = "MLOPS_ERASURE_KEY", "erasure.key", 32


def retention(
    scenario: Annotated[str | None, typer.Argument(help="Only this scenario.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be removed and change nothing.")] = False,
    json: Json = False,
) -> None:
    """Remove what is older than its scenario keeps and what nothing needs, as the daily timer does."""
    session = Session()
    session.named(scenario)
    chosen = [one for name, one in session.ports.core.scenarios.items() if scenario in (None, name)]
    act = plan_retention if dry_run else apply_retention
    removed = [act(session.ports, one) for one in chosen]
    if scenario is None:
        removed.append(apply_journal(session.ports, dry_run=dry_run))
    if json:
        as_json(removed)
    else:
        _print_removed(removed, dry_run=dry_run)


def _print_removed(removed: list[Removed], *, dry_run: bool) -> None:
    did = "would be removed" if dry_run else "removed"
    for one in removed:
        size = f" ({one.size / 1e6:.1f} MB)" if one.size else ""
        out.print(f"{one.scenario}: {one.sentence}{size} {did}.", markup=False, soft_wrap=True)


def forget(
    scenario: ScenarioName,
    entity: Annotated[
        str, typer.Option(help="The entity's values joined with |; COLUMN=VALUE where none is declared.")
    ],
    by: By = ACCOUNT,
    reason: Annotated[str, typer.Option(help="Why, without naming the person.")] = "",
    approve: Annotated[bool, typer.Option("--approve", help="Approve the open request, or go on with it.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be erased and change nothing.")] = False,
    json: Json = False,
) -> None:
    """Erase every row about one person from lake, database and logs; another person approves."""
    session = Session()
    declared = session.scenario(scenario)
    subject = subject_of(declared, entity)
    if dry_run:
        found = footprint(session.ports, declared, subject)
        _print_found(found.rows, found.models, _none(subject)) if not json else as_json(found)
        return
    secret = erasure_key(session.environ, session.settings.home)
    if not approve:
        request = request_erasure(session.ports, subject, secret, by=by, reason=reason)
        if not request.approved_by:
            _print_request(request, "", json=json)
            return
    else:
        request = approve_erasure(session.ports, subject, secret, by=by)
    _print_request(erase(session.ports, declared, subject, request), _none(subject), json=json)


def erasure_key(environ: Mapping[str, str], home: Path) -> bytes:
    """The secret by which receipts know a person again: of the setting, else of the home, where it is made once."""
    given = environ.get(SETTING, "")
    if given:
        if len(given) < LEAST:
            raise Misconfigured(SETTING, f"has {counted(len(given), 'character')}", f"at least {LEAST}")
        return given.encode()
    file = home / FILE
    if not file.exists():
        # Another process may make it at the same moment: then that one counts.
        with suppress(FileExistsError):
            write_whole(file, secrets.token_hex(LEAST).encode(), mode=0o600)
    secret = file.read_bytes()
    if len(secret) < LEAST:
        raise Misconfigured(SETTING, f"is not set, and {file} is not whole", f"a text of at least {LEAST} characters")
    return secret


def _none(subject: Subject) -> str:
    return f"No row of {subject.scenario} has {subject.condition}."


def _print_found(rows: Mapping[str, int], models: tuple[str, ...], none: str) -> None:
    for area, number in sorted(rows.items()):
        out.print(f"{area}: {counted(number, 'row')}", markup=False)
    if not rows:
        out.print(none, markup=False, soft_wrap=True)
    _print_models(models)


def _print_request(request: ErasureRequest, none: str, *, json: bool) -> None:
    if json:
        as_json(request.to_json())
        return
    if request.finished_at is None:
        out.print(f"Request {request.id} by {request.by} waits for another person:", markup=False)
        out.print("the same command with --approve and their --by.", markup=False)
        return
    told = ", ".join(f"{name} {number}" for name, number in sorted(request.counts.items())) or "nothing was found"
    out.print(f"Request {request.id} is done: {told}.", markup=False, soft_wrap=True)
    if not set(request.counts) - {FOLDERS}:
        out.print(none, markup=False, soft_wrap=True)
    _print_models(request.models)


def _print_models(models: tuple[str, ...]) -> None:
    if models:
        out.print(
            f"These models learned from the rows; train again to replace them: {', '.join(models)}.", markup=False
        )
