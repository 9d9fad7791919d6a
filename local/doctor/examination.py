"""Runs the checks in parallel; each has a time limit, and so has the whole examination."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from queue import Empty, SimpleQueue

from azure.core.exceptions import ClientAuthenticationError

from local.console.session import APP, DEFAULTS
from local.doctor import database, eventgrid, function_app, identity, machine, services, settings, storage, work
from local.doctor.finding import TOTAL_SECONDS, Check, Finding, Subject, first_line
from local.doctor.redaction import redacted
from local.host.local_settings import read_environment
from shared.adapters.azure.clients import make_credential
from shared.core.errors import Fault
from shared.settings import read_settings

# In the order of the report; they run in parallel.
CHECKS = (
    Check("host.json", function_app.host_json),
    Check("functions", function_app.functions, 25.0),
    Check("identity", identity.identity, 20.0),
    Check("lake", storage.lake, 15.0),
    Check("host queues", storage.host_queues, 15.0),
    Check("clock", machine.clock),
    Check("odbc", machine.odbc),
    Check("database", database.database, 20.0),
    Check("registry and trainer", services.workspace, 15.0),
    Check("telemetry", services.telemetry),
    Check("events", eventgrid.topic),
    Check("subscriptions", eventgrid.subscriptions, 15.0),
    Check("host", function_app.host),
    Check("sweeps", work.sweeps, 20.0),
    Check("stuck work", work.stuck, 20.0),
)


def run_checks(seconds: float = TOTAL_SECONDS) -> list[Finding]:
    """Run every check on this process's settings, within so many seconds."""
    try:
        given = read_environment(APP, os.environ)
    except Fault as fault:
        fix = "Correct local.settings.json; local.settings.sample.json shows the form."
        return [*machine.machine(), Finding("settings", "fail", fault.reason, fix)]
    environ = {**DEFAULTS, **given}
    findings = [*machine.machine(), *settings.misspelt(environ), *settings.values(environ, given)]
    if not any(finding.name == "settings" and finding.verdict == "fail" for finding in findings):
        read = read_settings(environ)
        subject = Subject(environ, given, read, cache(lambda: make_credential(read.azure_credential)))
        findings += examine(subject, CHECKS, seconds)
    return redacted(findings, environ)


def examine(subject: Subject, checks: Sequence[Check], seconds: float = TOTAL_SECONDS) -> list[Finding]:
    """The findings of these checks in their order; a check that does not end in time is a finding, too."""
    results: SimpleQueue[tuple[str, Sequence[Finding]]] = SimpleQueue()
    began = time.monotonic()
    for check in checks:
        # Daemon threads: one that hangs in a library ends with the command.
        threading.Thread(target=_run, args=(check, subject, results), name=check.name, daemon=True).start()
    answers = _collected(results, {check.name: began + min(check.seconds, seconds) for check in checks})
    return [finding for check in checks for finding in answers.get(check.name, [_late(check, seconds)])]


def _run(check: Check, subject: Subject, results: SimpleQueue[tuple[str, Sequence[Finding]]]) -> None:
    try:
        findings = check.run(subject)
    except Fault as fault:
        findings = [Finding(check.name, "fail", fault.reason, "Fix what the fact names; then run mlops doctor again.")]
    except ClientAuthenticationError as error:
        # The identity's own finding fails; this check could not run.
        findings = [Finding(check.name, "not checked", f"no token: {first_line(error)}", "az login")]
    except Exception as error:  # noqa: BLE001 -- a library's exception is a finding and does not end the other checks
        fact = f"{type(error).__name__}: {first_line(error)}"
        findings = [Finding(check.name, "fail", fact, "Fix what the fact names; then run mlops doctor again.")]
    results.put((check.name, findings))


def _collected(
    results: SimpleQueue[tuple[str, Sequence[Finding]]], deadlines: Mapping[str, float]
) -> dict[str, Sequence[Finding]]:
    answers: dict[str, Sequence[Finding]] = {}
    while missing := [deadline for name, deadline in deadlines.items() if name not in answers]:
        left = max(missing) - time.monotonic()
        try:
            name, findings = results.get(timeout=max(left, 0.001))
        except Empty:
            return answers
        answers[name] = findings
    return answers


def _late(check: Check, seconds: float) -> Finding:
    fact = f"no answer within {min(check.seconds, seconds):g} s"
    return Finding(check.name, "fail", fact, "Check that the service answers: curl -sSv <the URL of its setting>")
