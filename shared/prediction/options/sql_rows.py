"""Which prediction rows SQL holds: all of them, none, or those of the last days. The lake holds all of them anyway."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.core.errors import Misconfigured

SETTING = "SQL_ROWS"
DEFAULT = "all"
_RECENT = re.compile(r"recent ([1-9]\d{0,4}) days?")


@dataclass(frozen=True, slots=True)
class SqlRows:
    """For how long SQL holds the rows of a window after it was scored; None: for good, zero: not at all."""

    kept: timedelta | None = None

    def holds(self, scored_at: datetime, now: datetime) -> bool:
        """Whether SQL holds the rows of a window that was scored then."""
        return self.kept is None or (bool(self.kept) and scored_at > now - self.kept)


def read_sql_rows(environ: Mapping[str, str]) -> SqlRows:
    """What the setting says; Misconfigured when it says nothing that is known."""
    text = environ.get(SETTING, "").strip() or DEFAULT
    found = _RECENT.fullmatch(text)
    if found:
        return SqlRows(timedelta(days=int(found[1])))
    if text not in ("all", "none"):
        raise Misconfigured(SETTING, f"is {text[:40]!r}", "all, none or recent <days> days, such as recent 90 days")
    return SqlRows(None if text == "all" else timedelta(0))
