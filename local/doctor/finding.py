"""Findings, checks, and the subject that every check receives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from local.console.session import APP
from shared.settings import Settings

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

Verdict = Literal["ok", "warn", "fail", "not checked"]
TOTAL_SECONDS = 30.0
_LONGEST = 300
MANAGEMENT = "https://management.azure.com"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of a check: verdict, fact and, when something is wrong, the command that fixes it."""

    name: str
    verdict: Verdict
    fact: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """The installation to check. `environ` has all settings, `given` only those that a person set (no defaults)."""

    environ: Mapping[str, str]
    given: Mapping[str, str]
    settings: Settings
    credential: Callable[[], TokenCredential]
    directory: Path = APP
    management: str = MANAGEMENT

    def token(self, scope: str) -> str:
        """An access token for that scope; whatever the credential raises."""
        return str(self.credential().get_token(scope).token)


@dataclass(frozen=True, slots=True)
class Check:
    """A check, and how many seconds it may take."""

    name: str
    run: Callable[[Subject], Sequence[Finding]]
    seconds: float = 10.0


def runs_here(settings: Settings) -> bool:
    """Whether the functions run on this machine: the lake is a folder or an emulator's."""
    place = settings.lake_address
    return place is None or place.emulated


def first_line(error: BaseException) -> str:
    """The first line of an error's text, shortened at a word, so that no secret is cut in two."""
    line = str(getattr(error, "message", "") or error).strip().partition("\n")[0] or type(error).__name__
    return line if len(line) <= _LONGEST else line[:_LONGEST].rpartition(" ")[0]
