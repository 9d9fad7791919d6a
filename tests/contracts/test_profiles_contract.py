"""What every store of the historic profile promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from contracts.stores import IN_SQL, Stores
from sqlalchemy import text
from world import PAIRS, POINTS

from shared.profiles.historic_values import HistoricDataset, HistoricValue

AT = datetime(2026, 3, 1, 12, 0, 0, 250, tzinfo=UTC)
FIRST = HistoricDataset(
    "points", "d1", AT,
    (
        HistoricValue("", "", "rows", 40.0),
        HistoricValue("points", "x", "mean", -0.125),
        HistoricValue("", "", "ä", None),
    ),
)  # fmt: skip


class TestProfileHistory:
    """Port `ProfileHistory`."""

    def test_a_dataset_comes_back_whole(self, stores: Stores) -> None:
        """Of its scenario alone, in the order of time."""
        store = stores.make("profiles")
        earlier = replace(FIRST, dataset="d2", at=AT - timedelta(days=1))
        for dataset in (FIRST, earlier):
            store.put(POINTS, dataset)
        store.put(PAIRS, replace(FIRST, scenario="pairs", values=()))
        assert store.list("points") == [earlier, FIRST]
        assert store.list("pairs") == []

    def test_what_is_put_again_replaces_what_was_there(self, stores: Stores) -> None:
        """No row of before is left, and other datasets stay."""
        store, fewer = stores.make("profiles"), replace(FIRST, values=FIRST.values[:1])
        store.put(POINTS, FIRST)
        store.put(POINTS, replace(FIRST, dataset="d2"))
        store.put(POINTS, fewer)
        assert store.list("points") == [fewer, replace(FIRST, dataset="d2")]

    @IN_SQL
    def test_reports_read_the_view_of_a_scenario(self, stores: Stores) -> None:
        """One row per value, of this scenario only; a second process finds the view and leaves it."""
        stores.make("profiles").put(POINTS, FIRST)
        stores.make("profiles").put(PAIRS, replace(FIRST, scenario="pairs"))
        stores.make("profiles").put(POINTS, FIRST)
        query = "SELECT dataset, value FROM v_profile_points WHERE column_name = 'x' AND statistic = 'mean'"
        with stores.engine.connect() as connection:
            assert connection.execute(text(query)).all() == [("d1", -0.125)]
            assert connection.execute(text("SELECT count(*) FROM v_profile_points")).scalar_one() == 3
