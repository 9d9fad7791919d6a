"""Removes secrets from findings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote, unquote, urlsplit

from local.doctor.finding import Finding

HIDDEN = "***"
_PARTS = re.compile(
    r"(?:AccountKey|SharedAccess(?:Signature|Key)|InstrumentationKey|PWD|Password|sig|code)=([^;&\s]+)", re.IGNORECASE
)
# Settings whose whole value is a secret, and the endings of other such names.
_WHOLE = ("ALERT_WEBHOOKS", "APPLICATIONINSIGHTS_CONNECTION_STRING")
_BY_NAME = re.compile(r"(?:SECRET|PASSWORD|TOKEN|_KEY)$")
_SHORTEST = 4


def redacted(findings: Sequence[Finding], environ: Mapping[str, str]) -> list[Finding]:
    """The findings with every secret of the settings replaced by ***."""
    hidden = sorted({form for secret in secrets_of(environ) for form in _forms(secret)}, key=len, reverse=True)
    return [
        replace(finding, fact=_without(finding.fact, hidden), fix=_without(finding.fix, hidden)) for finding in findings
    ]


def secrets_of(environ: Mapping[str, str]) -> Iterator[str]:
    """Every secret part of the settings' values."""
    for name, value in environ.items():
        if name in _WHOLE:
            yield from (part for part in re.split(r"\s+", value) if part)
        if _BY_NAME.search(name):
            yield value
        yield from _PARTS.findall(value)
        if "://" in value:
            yield from _password(value)


def _password(value: str) -> Iterator[str]:
    try:
        password = urlsplit(value).password
    except ValueError:
        password = value.partition("://")[2].partition("@")[0].partition(":")[2]
    if password:
        yield password


def _forms(secret: str) -> Iterator[str]:
    yield from (form for form in (secret, quote(secret, safe=""), unquote(secret)) if len(form) >= _SHORTEST)


def _without(text: str, hidden: Sequence[str]) -> str:
    for secret in hidden:
        text = text.replace(secret, HIDDEN)
    return text
