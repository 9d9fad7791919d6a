"""Predictions as they lie in the lake: the newest version of each window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.errors import Missing
from shared.core.scenario import Scenario
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

    def tables(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """One table a file, with all columns or these; Corrupt when a file is not what was committed."""
        import pyarrow.parquet as pq

        for commit in self._commits:
            for file in whole_commit(self._ports, commit).files:
                with committed_file(self._ports, file) as source:
                    wanted = list(columns) if columns is not None else None
                    yield pq.read_table(source, columns=wanted, page_checksum_verification=True)

    def to_arrow(self, columns: Sequence[str] | None = None) -> pa.Table:
        """All rows in memory; Missing when there is no window."""
        import pyarrow as pa

        if not self._commits:
            raise Missing(f"{self._scenario.name} has no predicted window in that time.")
        return pa.concat_tables(self.tables(columns), promote_options="default")

    def to_pandas(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The same as a data frame."""
        return self.to_arrow(columns).to_pandas()

    def __len__(self) -> int:
        return sum(one.rows for one in self._commits)

    def __repr__(self) -> str:
        return f"Predictions({self._scenario.name}, {len(self._commits)} windows, {len(self):,} rows)"


def _within(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    for bound in (since, until):
        if bound is not None and bound.tzinfo is None:
            raise ValueError(f"{bound} has no time zone; accepted: a time with one, such as datetime(…, tzinfo=UTC).")
    return (since is None or at >= since) and (until is None or at < until)
