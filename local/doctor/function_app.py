"""The function app: host.json, whether it can be indexed, and the host that runs it."""

from __future__ import annotations

import json
import re
from typing import Any

from local.doctor.finding import Finding, Subject, runs_here
from local.host.host_options import HostOptions, read_options
from local.host.local_settings import read_object
from local.host.running import running_host
from shared.core.claims import CLAIM_TTL
from shared.core.errors import Fault
from shared.core.wording import counted

BUNDLE = "Microsoft.Azure.Functions.ExtensionBundle"
_RANGE = re.compile(r"\[\s*(\d+)\.[\d.*]*\s*,\s*(\d+)\.[\d.]*\s*\)")
_MAJOR = 4
_FIX = "git checkout host.json"


def functions(subject: Subject) -> list[Finding]:
    """Whether Microsoft's worker library can index the app."""
    from local.host.worker import declared_functions

    try:
        declared = declared_functions(subject.directory, subject.environ)
    except Fault as fault:
        return [Finding("functions", "fail", fault.reason, "Fix the named line, then: python -c 'import function_app'")]
    names = sorted(function.name for function in declared)
    return [Finding("functions", "ok", f"{len(names)} can be indexed: {', '.join(names)}")]


def host_json(subject: Subject) -> list[Finding]:
    """Whether the extension bundle is right and the times agree with those of claims and retries."""
    try:
        content, options = read_object(subject.directory / "host.json"), read_options(subject.directory)
    except Fault as fault:
        return [Finding("host.json", "fail", fault.reason, _FIX)]
    problems = [problem for problem in (_bundle(content), *_times(options)) if problem]
    if problems:
        return [Finding("host.json", "fail", " ".join(problems), _FIX)]
    fact = (
        f"bundle {content['extensionBundle']['version']}, functionTimeout {options.function_timeout:g} s, "
        f"{counted(options.queues.max_dequeue_count, 'attempt')} {options.queues.visibility_timeout:g} s apart"
    )
    return [Finding("host.json", "ok", fact)]


def _bundle(content: dict[str, Any]) -> str:
    bundle = content.get("extensionBundle")
    version = str(bundle.get("version", "")) if isinstance(bundle, dict) else ""
    versions = _RANGE.fullmatch(version)
    if not isinstance(bundle, dict) or bundle.get("id") != BUNDLE or versions is None:
        return f"extensionBundle is {json.dumps(bundle)[:120]}; accepted: {BUNDLE} with a range such as [4.*, 5.0.0)."
    if not int(versions[1]) <= _MAJOR < int(versions[2]):
        return f"The extension bundle's range {version} leaves out version {_MAJOR}, which the bindings need."
    return ""


def _times(options: HostOptions) -> list[str]:
    claim = CLAIM_TTL.total_seconds()
    problems = []
    if options.function_timeout >= claim:
        problems.append(
            f"functionTimeout is {options.function_timeout:g} s; a claim expires after {claim:g} s, so another "
            "worker would start while the first one runs."
        )
    if options.queues.visibility_timeout < 1:
        problems.append("queues.visibilityTimeout is 0: all attempts at a message are used within a second.")
    if options.queues.max_dequeue_count < 2:  # noqa: PLR2004 -- one retry
        problems.append("queues.maxDequeueCount is 1: a message that fails once goes to the poison queue.")
    return problems


def host(subject: Subject) -> list[Finding]:
    """The host that runs on this home; no finding when the functions run in Azure."""
    if not runs_here(subject.settings):
        return []
    running = running_host(subject.settings.home)
    if running is None:
        return [Finding("host", "warn", "no host runs on this home", "mlops up   # mlops drop --wait starts its own")]
    return [Finding("host", "ok", f"process {running.pid} on port {running.port}")]
