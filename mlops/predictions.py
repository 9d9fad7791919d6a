"""Predictions as they lie in the lake: the newest version of each window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.errors import BadInput, Missing
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.ports import Ports
from shared.prediction.commits import committed_file, whole_commit
from shared.prediction.window import Commit

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


class Predictions:
    """Predicted rows of some windows; they are read by `to_pandas`, `to_arrow` or, file by file, `tables`."""

    def __init__(self, ports: Ports, scenario: Scenario, commits: Sequence[Commit]) -> None:
        self._ports = ports
        self._scenario = scenario
        self._commits = commits

    @classmethod
    def chosen(
        cls, ports: Ports, scenario: Scenario, window: str, since: datetime | None, until: datetime | None
    ) -> Predictions:
        """The newest versions of the windows that were scored in that time, or of that one; Missing when it is none."""
        _check_times(since=since, until=until)
        commits = ports.prediction.predictions.commits(scenario.name)
        versions = {one.window: one for one in ports.operations.prediction_rows.versions(scenario.name, commits)}
        newest = [one for one in commits if not versions[one.window].superseded]
        if window:
            newest = [one for one in newest if window in (one.window, versions[one.window].base)]
            if not newest:
                raise Missing(f"{scenario.name} has no predicted window {window!r}.")
        return cls(ports, scenario, [one for one in newest if _within(one.scored_at, since, until)])

    @property
    def windows(self) -> list[str]:
        """The names of the windows, in the order of their numbers."""
        return [one.window for one in self._commits]

    def tables(self, columns: Sequence[str] | str | None = None) -> Iterator[pa.Table]:
        """One table a file, with all columns or these; Corrupt when a file is not what was committed.

        BadInput for a column that a file does not have names those that it has.
        """
        import pyarrow.parquet as pq

        wanted = _names(columns)
        for commit in self._commits:
            for file in whole_commit(self._ports, commit).files:
                with committed_file(self._ports, file) as source:
                    _check_columns(wanted, pq.read_schema(source).names, commit.window)
                    yield pq.read_table(source, columns=wanted, page_checksum_verification=True)

    def to_arrow(self, columns: Sequence[str] | str | None = None) -> pa.Table:
        """All rows in memory; Missing when there is no window."""
        import pyarrow as pa

        if not self._commits:
            raise Missing(f"{self._scenario.name} has no predicted window in that time.")
        return pa.concat_tables(self.tables(columns), promote_options="default")

    def to_pandas(self, columns: Sequence[str] | str | None = None) -> pd.DataFrame:
        """The same as a data frame."""
        return self.to_arrow(columns).to_pandas()

    def __len__(self) -> int:
        return sum(one.rows for one in self._commits)

    def __repr__(self) -> str:
        return (
            f"Predictions({self._scenario.name}, {counted(len(self._commits), 'window')}, {counted(len(self), 'row')})"
        )


def _names(columns: Sequence[str] | str | None) -> list[str] | None:
    """The columns as a list; a text is one column."""
    if columns is None:
        return None
    if not isinstance(columns, Iterable):
        raise BadInput(f"columns is {columns!r}; accepted: names of columns, such as ['prediction'].")
    return [columns] if isinstance(columns, str) else list(columns)


def _check_columns(wanted: Sequence[str] | None, there: Sequence[str], window: str) -> None:
    for name in wanted or ():
        if name not in there:
            raise BadInput(f"Window {window} has no column {name!r}; accepted: {', '.join(there)}.")


def _check_times(**bounds: object) -> None:
    for name, bound in bounds.items():
        if bound is not None and not (isinstance(bound, datetime) and bound.tzinfo is not None):
            accepted = "a datetime with a time zone, such as datetime(2026, 1, 31, tzinfo=UTC)"
            raise BadInput(f"{name} is {str(bound)[:80]!r}; accepted: {accepted}.")


def _within(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or at >= since) and (until is None or at < until)
