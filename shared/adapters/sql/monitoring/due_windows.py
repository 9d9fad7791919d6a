"""Which windows are new or due, from SQL: a round of monitoring reads those and no others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, exists, func, or_, select, union

from shared.adapters.sql.connection.transactions import read
from shared.adapters.sql.schema.lineage import correction
from shared.adapters.sql.schema.monitoring import monitored_window, quality
from shared.adapters.sql.schema.tables import prediction_commit, window
from shared.monitoring.measures import MONITOR_VERSION, QualityState, Source
from shared.prediction.window import Commit, WindowState

_C, _M, _Q = prediction_commit.c, monitored_window.c, quality.c
# SQL Server takes at most 2 100 parameters in one statement.
_SLICE = 500


class SqlDueWindows:
    """Port `DueWindows`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def unmeasured(self, scenario: str) -> Sequence[str]:
        """Committed and quarantined windows that this version of the monitor has not measured, by ordinal."""
        committed = select(_C.ordinal, _C.window).where(
            _C.scenario == scenario, _is_first(), ~_measured(scenario, _C.window)
        )
        refused = select(window.c.ordinal, window.c.id).where(
            window.c.scenario == scenario, window.c.state == WindowState.QUARANTINED, ~_measured(scenario, window.c.id)
        )
        rows = self._rows(union(committed, refused))
        return list(dict.fromkeys(name for _, name in sorted(map(tuple, rows))))

    def measured(self, scenario: str, windows: Collection[str]) -> frozenset[str]:
        """Those of the windows that this version of the monitor has measured."""
        names, found = list(windows), set[str]()
        ours = select(_M.window).where(_M.scenario == scenario, _M.monitor_version == MONITOR_VERSION)
        for start in range(0, len(names), _SLICE):
            found.update(row.window for row in self._rows(ours.where(_M.window.in_(names[start : start + _SLICE]))))
        return frozenset(found)

    def newest(self, scenario: str, source: Source) -> int:
        """The highest ordinal that was measured of that source; 0 without one."""
        query = select(func.max(_M.ordinal)).where(_M.scenario == scenario, _M.source == source)
        return int(read(self._engine, lambda connection: connection.scalar(query)) or 0)

    def unjudged(self, scenario: str) -> Sequence[Commit]:
        """Commits of first versions whose quality is not final, by ordinal."""
        final = exists().where(_Q.scenario == scenario, _Q.window == _C.window, _Q.state == QualityState.FINAL)
        query = select(prediction_commit).where(_C.scenario == scenario, _is_first(), ~final).order_by(_C.ordinal)
        return [Commit(**row._mapping) for row in self._rows(query)]  # noqa: SLF001 -- SQLAlchemy's public name

    def old_enough(self, scenario: str, until: datetime) -> tuple[int, int]:
        """How many first versions were scored until then or corrections at all, and the highest ordinal of them."""
        counted = or_(~_is_first(), _C.scored_at <= until)
        query = select(func.count(), func.coalesce(func.max(_C.ordinal), 0)).where(_C.scenario == scenario, counted)
        ((number, last),) = self._rows(query)
        return int(number), int(last)

    def of_model(self, scenario: str, model: str, most: int) -> tuple[Sequence[str], int]:
        """The newest windows that the model scored, at most so many, and how many there are."""
        ours = (_C.scenario == scenario, _C.model == model)
        newest = select(_C.window).where(*ours).order_by(_C.ordinal.desc()).limit(most)
        ((number,),) = self._rows(select(func.count()).select_from(prediction_commit).where(*ours))
        return [row.window for row in self._rows(newest)], int(number)

    def _rows(self, query: Any) -> Sequence[Any]:
        return read(self._engine, lambda connection: connection.execute(query).all())


def _measured(scenario: str, name: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether this version of the monitor has measured the window of that name."""
    return exists().where(_M.scenario == scenario, _M.window == name, _M.monitor_version == MONITOR_VERSION)


def _is_first() -> ColumnElement[bool]:
    """Whether the commit is no correction, which has the rows of the window it corrects."""
    return ~exists().where(correction.c.scenario == _C.scenario, correction.c.window == _C.window)
