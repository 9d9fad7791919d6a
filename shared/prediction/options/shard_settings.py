"""From how many rows on a window is scored in shards, as settings say it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from shared.core.errors import Misconfigured
from shared.core.scenario import Scenarios

SETTING = "SCORER_ROWS"
# The ids of a window's rows share their upper bits; the lower ones count so far.
MOST_ROWS = 1 << 32
# Whole blocks of scoring, so that a shard's blocks are those of the whole window.
BLOCK_ROWS = 32_768


@dataclass(frozen=True, slots=True)
class Sharding:
    """From how many rows on a window is scored in shards, and how large one is.

    `of` holds the exceptions of single scenarios. One call works for `budget`, less than the host allows.
    """

    above: int = 5_000_000
    of: Mapping[str, int] = field(default_factory=dict)
    shard_rows: int = 16 * BLOCK_ROWS
    shard_bytes: int = 64 << 20
    budget: timedelta = timedelta(minutes=6)

    def most(self, scenario: str) -> int:
        """The most rows that are scored in one piece."""
        return self.of.get(scenario, self.above)


def read_sharding(environ: Mapping[str, str], scenarios: Scenarios) -> Sharding:
    """From how many rows on windows are scored in shards; Misconfigured names the setting that cannot be used."""
    every = _rows(environ, SETTING, Sharding().above)
    own = {name: _rows(environ, f"{SETTING}_{name.upper()}", every) for name in scenarios}
    return Sharding(every, {name: rows for name, rows in own.items() if rows != every})


def _rows(environ: Mapping[str, str], key: str, default: int) -> int:
    text = environ.get(key, "").strip()
    if not text:
        return default
    if not re.fullmatch(r"[1-9]\d{0,9}", text) or int(text) > MOST_ROWS:
        raise Misconfigured(key, f"is {text[:40]!r}", f"a whole number of rows from 1 to {MOST_ROWS}")
    return int(text)
