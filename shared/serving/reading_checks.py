"""What is refused of the readings of a request before any of them is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.core.errors import BadInput
from shared.core.scenario import Column, Live
from shared.core.wording import counted
from shared.serving.reading import Reading

if TYPE_CHECKING:
    import pandas as pd

_HOUR = timedelta(hours=1)


def refuse_unknown(live: Live, readings: Sequence[Reading], tables: Mapping[str, pd.DataFrame]) -> None:
    """BadInput for a reading of an entity that the newest dataset version does not know."""
    known = {str(key) for key in tables[live.known][live.key].tolist()}
    for number, reading in enumerate(readings, 1):
        if reading.entity not in known:
            refusal = f"Row {number}, field {live.key!r}: {reading.entity} is not in table {live.known!r}"
            raise BadInput(f"{refusal} of the newest dataset version; accepted: one of its {len(known)}.")


def refuse_ahead(live: Live, column: Column, readings: Sequence[Reading], now: datetime) -> None:
    """BadInput for a reading that is further ahead of our clock than its column may be."""
    if column.ahead_hours is None:
        return
    for number, reading in enumerate(readings, 1):
        if (reading.at - now) / _HOUR > column.ahead_hours:
            refusal = f"Row {number}, field {live.time!r}: {reading.at.isoformat()} lies in the future"
            accepted = (
                f"a time at most {counted(float(column.ahead_hours), 'hour')} after {now.isoformat(timespec='seconds')}"
            )
            raise BadInput(f"{refusal}; accepted: {accepted}. Is the sender's clock right?")


def refuse_contradiction(live: Live, readings: Sequence[Reading]) -> None:
    """BadInput when a request has two readings with other values for one entity and hour."""
    seen: dict[tuple[str, datetime], tuple[int, Reading]] = {}
    for number, reading in enumerate(readings, 1):
        first, earlier = seen.setdefault((reading.entity, reading.at), (number, reading))
        if earlier.measured != reading.measured:
            refusal = f"Row {number}: {live.key} {reading.entity} has other values for {reading.at.isoformat()}"
            raise BadInput(f"{refusal} in row {first}; accepted: one reading an hour.")
