"""What a check says, and what every check is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

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
    """One thing that was checked: the fact that was found and, where something is wrong, the command that mends it."""

    name: str
    verdict: Verdict
    fact: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is examined. `environ` is everything that was set, `given` what a person set (without defaults)."""

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
    """One check, and how many seconds it may take."""

    name: str
    run: Callable[[Subject], Sequence[Finding]]
    seconds: float = 10.0


def first_line(error: BaseException) -> str:
    """The first line of what an error says, of bounded length and whole words: no secret is cut in two."""
    line = str(getattr(error, "message", "") or error).strip().partition("\n")[0] or type(error).__name__
    return line if len(line) <= _LONGEST else line[:_LONGEST].rpartition(" ")[0]


def claims_of(token: str) -> Mapping[str, Any]:
    """What a token says about itself; nothing when it cannot be read. Its signature is not looked at."""
    import base64
    import json

    try:
        middle = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (IndexError, ValueError):
        return {}
    return claims if isinstance(claims, dict) else {}
