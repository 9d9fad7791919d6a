"""The receivers of alerts: `format=url`, several separated by spaces. A URL is a secret: no message contains it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from shared.alerts.formats import FORMATS
from shared.core.errors import Misconfigured

SETTING = "ALERT_WEBHOOKS"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ACCEPTED = f"{' | '.join(FORMATS)}=https://host/path (http on loopback only), several separated by spaces"


@dataclass(frozen=True, slots=True)
class Target:
    """One receiver; its name is its format and its position in the setting."""

    name: str
    format: str
    url: str = field(repr=False)


def parse_targets(text: str) -> tuple[Target, ...]:
    """The receivers in order; Misconfigured names the position of a wrong entry, never its content."""
    return tuple(_target(position, entry) for position, entry in enumerate(text.split(), 1))


def _target(position: int, entry: str) -> Target:
    form, separator, url = entry.partition("=")
    if not separator or form not in FORMATS:
        raise Misconfigured(SETTING, f"has an entry {position} without a known format", _ACCEPTED)
    problem = _problem(url)
    if problem:
        raise Misconfigured(SETTING, f"has an entry {position} ({form}) whose URL {problem}", _ACCEPTED)
    return Target(f"{form}-{position}", form, url)


def _problem(url: str) -> str:
    """What is wrong with the URL; empty when nothing is."""
    if not url.isascii() or not url.isprintable() or "\\" in url:
        return "has characters that a URL must not have"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "cannot be read"
    if not host:
        return "names no host"
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "has a user, password or fragment"
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        return "is neither https nor on loopback"
    return ""
