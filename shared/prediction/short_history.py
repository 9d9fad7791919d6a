"""Rows of feature code that looks further back than the readings of their entity reach: they are not scored.

The scoring route answers them with `waiting`; a window sets them aside and counts them, so both say the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.errors import Quarantined
from shared.core.scenario import Live
from shared.core.wording import counted

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

CODE = "short_history"


def with_history(frame: pd.DataFrame, readings: pd.DataFrame, live: Live) -> pd.DataFrame:
    """The rows that have all hours behind them; Quarantined when none has."""
    kept = frame[enough(frame, readings, live)]
    if len(frame) and not len(kept):
        problem = f"no {live.key} has {counted(live.hours, 'hour')} in a row, which the features look back"
        accepted = f"the {counted(live.hours, 'hour')} before the first row to predict in the same drop"
        sentence = (
            f"Table {live.table!r}: {problem}; {counted(len(frame), 'row was', 'rows were')} "
            f"not scored; accepted: {accepted}."
        )
        raise Quarantined(CODE, sentence, table=live.table, column=live.time)
    return kept


def enough(frame: pd.DataFrame, readings: pd.DataFrame, live: Live) -> np.ndarray:
    """Which rows have all hours behind them, bool (rows,)."""
    import pandas as pd

    names = [live.key, live.time]
    hours = _hours_in_a_row(readings, live).to_numpy()
    place = pd.MultiIndex.from_frame(readings[names]).get_indexer(pd.MultiIndex.from_frame(frame[names]))
    found: np.ndarray = (place >= 0) & (hours[place] >= live.hours)
    return found


def _hours_in_a_row(readings: pd.DataFrame, live: Live) -> pd.Series:
    """For each reading how many hours of its entity follow each other up to it."""
    import pandas as pd

    ordered = readings.sort_values([live.key, live.time])
    follows = ordered.groupby(live.key)[live.time].diff() == pd.Timedelta(hours=1)
    return ordered.groupby((~follows).cumsum()).cumcount().add(1).reindex(readings.index)
