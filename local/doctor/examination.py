"""Runs the checks side by side. None may hang: each has its time, and so has the whole."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from queue import Empty, SimpleQueue

from azure.core.exceptions import ClientAuthenticationError

from local.console.session import APP, DEFAULTS
from local.doctor import app, database, grid, identity, machine, names, services, storage, values, work
from local.doctor.finding import TOTAL_SECONDS, Check, Finding, Subject, first_line
from local.doctor.secrets import redacted
from local.host.local_settings import read_environment
from shared.adapters.azure.clients import make_credential
from shared.core.errors import Fault
from shared.settings import read_settings

# In the order in which they are told; they run at the same time.
CHECKS = (
    Check("host.json", app.host_json),
    Check("functions", app.functions, 25.0),
    Check("identity", identity.identity, 20.0),
    Check("lake", storage.lake, 15.0),
    Check("host queues", storage.host_queues, 15.0),
    Check("clock", storage.clock),
    Check("odbc", machine.odbc),
    Check("database", database.database, 20.0),
    Check("registry and trainer", services.workspace, 15.0),
    Check("telemetry", services.telemetry),
    Check("events", services.topic),
    Check("subscriptions", grid.subscriptions, 15.0),
    Check("host", work.host),
    Check("stuck work", work.stuck, 20.0),
)


def run_checks(seconds: float = TOTAL_SECONDS) -> list[Finding]:
    """Every check on this process's settings, within so many seconds."""
    try:
        given = read_environment(APP, os.environ)
    except Fault as fault:
        fix = "Correct local.settings.json; local.settings.sample.json shows the form."
        return [*machine.machine(), Finding("settings", "fail", fault.reason, fix)]
    environ = {**DEFAULTS, **given}
    findings = [*machine.machine(), *names.misspelt(environ), *values.values(environ, given)]
    if not any(one.name == "settings" and one.verdict == "fail" for one in findings):
        settings = read_settings(environ)
        subject = Subject(environ, given, settings, cache(lambda: make_credential(settings.azure_credential)))
        findings += examine(subject, CHECKS, seconds)
    return redacted(findings, environ)


def examine(subject: Subject, checks: Sequence[Check], seconds: float = TOTAL_SECONDS) -> list[Finding]:
    """The findings of these checks in their order; one that does not end in time is a finding as well."""
    said: SimpleQueue[tuple[str, Sequence[Finding]]] = SimpleQueue()
    began = time.monotonic()
    for check in checks:
        # Daemons: what hangs in a library dies with the command.
        threading.Thread(target=_run, args=(check, subject, said), name=check.name, daemon=True).start()
    answers = _collected(said, {one.name: began + min(one.seconds, seconds) for one in checks})
    return [finding for check in checks for finding in answers.get(check.name, [_late(check, seconds)])]


def _run(check: Check, subject: Subject, said: SimpleQueue[tuple[str, Sequence[Finding]]]) -> None:
    try:
        findings = check.run(subject)
    except Fault as fault:
        findings = [
            Finding(check.name, "fail", fault.reason, "Do what the sentence says; then run mlops doctor again.")
        ]
    except ClientAuthenticationError as error:
        # The finding on the identity fails; this one only was not made.
        findings = [Finding(check.name, "not checked", f"there is no token: {first_line(error)}", "az login")]
    except Exception as error:  # noqa: BLE001 -- whatever a library raises is a finding, not the end of the others
        fact = f"{type(error).__name__}: {first_line(error)}"
        findings = [Finding(check.name, "fail", fact, "Mend what the sentence names; then run mlops doctor again.")]
    said.put((check.name, findings))


def _collected(
    said: SimpleQueue[tuple[str, Sequence[Finding]]], deadlines: Mapping[str, float]
) -> dict[str, Sequence[Finding]]:
    answers: dict[str, Sequence[Finding]] = {}
    while missing := [deadline for name, deadline in deadlines.items() if name not in answers]:
        left = max(missing) - time.monotonic()
        try:
            name, findings = said.get(timeout=max(left, 0.001))
        except Empty:
            return answers
        answers[name] = findings
    return answers


def _late(check: Check, seconds: float) -> Finding:
    fact = f"No answer within {min(check.seconds, seconds):g} s."
    return Finding(
        check.name, "fail", fact, "Look whether the service answers at all: curl -sSv the URL of its setting."
    )
