"""What every store of due windows promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from contracts.stores import Stores

from shared.adapters.sql.schema.tables import prediction_commit
from shared.monitoring.measures import QualityMeasure, Source, WindowFacts
from shared.monitoring.ports import DueWindows
from shared.prediction.revision import Correction
from shared.prediction.window import Commit, Window, WindowState
from shared.serving.deployment import Deployment

AT = datetime(2024, 2, 29, tzinfo=UTC)
SERVED = Deployment(
    scenario="bank",
    environment="prod",
    generation=1,
    model="bank",
    version=1,
    sha256="0" * 64,
    at=AT,
    by="me",
    reason="",
)


def commit(name: str, ordinal: int, model: str = "bank:1") -> Commit:
    """A committed window, scored so many hours after the first moment as its number says."""
    own = {"scenario": "bank", "window": name, "ordinal": ordinal, "path": "p", "sha256": "0" * 64, "rows": 3}
    origin = {"plan_sha256": "1" * 64, "model": model, "model_sha256": "2" * 64, "run": "r", "dataset": "d"}
    return Commit(**own, **origin, failed_rows=0, scored_at=AT + timedelta(hours=ordinal))  # type: ignore[arg-type]


def facts(name: str, ordinal: int, version: str = "") -> WindowFacts:
    """A measured window."""
    made = WindowFacts("bank", name, Source.BATCH, ordinal, 3, 0, "bank:1", "d", "", AT)
    return replace(made, monitor_version=version) if version else made


def quality(name: str, state: str) -> QualityMeasure:
    """The quality of a window."""
    return QualityMeasure("bank", name, "batch", 1, "auc", 1, 0.8, 0.8, state, "kept", 3, 3, 1.0, 5.0, "bank:1", "", AT)  # type: ignore[arg-type]


@pytest.fixture
def due(stores: Stores) -> DueWindows:
    """Windows a to c and a correction of a are committed; d is quarantined, f is planned; others are theirs."""
    windows = stores.make("windows")
    for name in "abcdf":
        windows.claim(Window("bank", name, 0, (f"{name}@1",), WindowState.PLANNED, AT))
    windows.close("bank", "d", WindowState.QUARANTINED, "no")
    stores.make("corrections").plan(Correction("bank", "", "a", 0, ("a@2",), SERVED, "me", "newer", AT))
    rows = [commit("a", 1), commit("b", 2), commit("c", 3, "bank:2"), commit("a.r2", 6)]
    for one in (*rows, replace(rows[0], scenario="other")):
        _keep(stores, one)
    found: DueWindows = stores.make("due_windows")
    return found


def _keep(stores: Any, one: Commit) -> None:
    """The commit without its rows, which do not matter here."""
    if stores.engine is None:
        stores.memory.rows["commit"][one.scenario, one.window] = one
        return
    values = {column.name: getattr(one, column.name) for column in prediction_commit.columns}
    with stores.engine.begin() as connection:
        connection.execute(sa.insert(prediction_commit), values)


class TestDueWindows:
    """Port `DueWindows`."""

    def test_what_no_monitor_of_this_version_measured_is_due(self, due: DueWindows, stores: Stores) -> None:
        """Committed and refused ones by number, without corrections."""
        assert due.unmeasured("bank") == ["a", "b", "c", "d"]
        for one in (facts("a", 1), facts("b", 2, "0"), facts("d", 4)):
            stores.make("measurements").replace(one, ())
        assert due.unmeasured("bank") == ["b", "c"]
        assert due.unmeasured("other") == ["a"]
        assert due.measured("bank", ["a", "b", "served-1"]) == {"a"}
        assert due.measured("bank", []) == frozenset()

    def test_the_newest_measured_window_is_found_by_its_source(self, due: DueWindows, stores: Stores) -> None:
        """Hours of requests have numbers of their own."""
        assert due.newest("bank", Source.BATCH) == 0
        for one in (facts("c", 3), facts("a", 1), replace(facts("s", 2024022900), source=Source.SERVED)):
            stores.make("measurements").replace(one, ())
        assert (due.newest("bank", Source.BATCH), due.newest("bank", Source.SERVED)) == (3, 2024022900)

    def test_a_quality_that_is_not_final_is_due(self, due: DueWindows, stores: Stores) -> None:
        """Whole commits, in the order of their numbers."""
        for name, state in (("a", "provisional"), ("b", "provisional"), ("b", "final")):
            stores.make("qualities").record(quality(name, state))
        assert due.unjudged("bank") == [commit("a", 1), commit("c", 3, "bank:2")]

    def test_windows_whose_labels_had_their_time_are_counted(self, due: DueWindows) -> None:
        """A correction counts at once: it may replace the rows of an old one."""
        assert due.old_enough("bank", AT) == (1, 6)
        assert due.old_enough("bank", AT + timedelta(hours=2)) == (3, 6)
        assert due.old_enough("other", AT) == (0, 0)

    def test_the_newest_windows_of_a_model_come_with_their_number(self, due: DueWindows) -> None:
        """At most so many as asked for."""
        assert due.of_model("bank", "bank:1", 2) == (["a.r2", "b"], 3)
        assert due.of_model("bank", "bank:9", 2) == ([], 0)
