"""What the stores of operating promise: corrections, lineage, restoring, reopening, spans and owed alerts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from contracts.hand_clock import HandClock
from contracts.stores import IN_SQL, Stores
from contracts.test_predictions_contract import SCENARIO, commit, parquet
from sqlalchemy import Engine, text

from shared.adapters.sql.ledger.history import SqlHistory
from shared.adapters.sql.ledger.ledger import SqlLedger
from shared.adapters.sql.monitoring.actuals import SqlActuals
from shared.adapters.sql.monitoring.alerts import SqlAlertDeliveries
from shared.adapters.sql.prediction.predictions import SqlPredictions
from shared.adapters.sql.prediction.readings import SqlReadings
from shared.adapters.sql.prediction.restoring import SqlRestoring
from shared.adapters.sql.prediction.windows import SqlWindows
from shared.adapters.sql.reports.lineage import SqlLineage
from shared.adapters.sql.retention.erasure import SqlErasure
from shared.adapters.sql.retention.expiry import SqlExpiry
from shared.adapters.sql.training.datasets import SqlDatasets
from shared.alerts.alert import Alert
from shared.core.errors import Conflict
from shared.core.ledger import Claim
from shared.datasets.head import Head
from shared.datasets.version import DatasetTable, DatasetVersion, Part
from shared.operations.erasure.needles import Needles
from shared.prediction.revision import Correction, Revision
from shared.prediction.telemetry_span import RecordedSpan, Span
from shared.prediction.window import Window
from shared.serving.deployment import Deployment
from shared.serving.prediction_rows import first_id
from shared.serving.reading import Reading

AT = datetime(2024, 6, 1, 12, tzinfo=UTC)
NAME = SCENARIO.name
SERVED = Deployment(NAME, 1, "m", 1, "a" * 64, AT, "me", "")
Together = Callable[[list[Callable[[], object]]], list[object]]


def correction(**changes: object) -> Correction:
    """A correction as it is asked for."""
    return replace(Correction(NAME, "", "w", 0, ("x@1",), SERVED, "me", "why", AT), **changes)  # type: ignore[arg-type]


class TestCorrections:
    """Port `Corrections`."""

    def test_each_is_the_next_version_and_a_planned_window(self, stores: Stores) -> None:
        """With a name and an ordinal of its own; what is pinned comes back as it was."""
        windows, corrections = stores.make("windows"), stores.make("corrections")
        windows.claim(Window(NAME, "w", 0, ("x@1",), "planned", AT))
        first = corrections.plan(correction())
        windows.close(NAME, first.window, "committed", "")
        second = corrections.plan(correction())
        assert [(one.window, one.number) for one in (first, second)] == [("w.r2", 2), ("w.r3", 3)]
        assert [(one.id, one.ordinal, one.inputs) for one in windows.list(NAME)][1:] == [
            ("w.r2", 2, ()),
            ("w.r3", 3, ()),
        ]
        assert corrections.find(NAME, "w.r2") == first
        assert corrections.find(NAME, "w") is None
        assert list(corrections.list(NAME)) == [first, second]

    def test_planned_work_is_not_planned_twice(self, stores: Stores, together: Together) -> None:
        """Of many that ask for the same one plans it; another model is another version."""
        corrections = stores.make("corrections")
        answers = together([lambda: corrections.plan(correction())] * 4)
        assert {getattr(one, "number", one) for one in answers} == {2}
        other = correction(deployment=replace(SERVED, version=2, sha256="b" * 64))
        assert corrections.plan(other).number == 3


class TestLineage:
    """Port `Lineage`, and the versions that are kept with the rows."""

    def test_versions_end_when_the_next_begins(self, engine: Engine) -> None:
        """In whatever order they are loaded; each has its rows, ends and files."""
        predictions, lineage = SqlPredictions(engine), SqlLineage(engine)
        later = AT + timedelta(days=1)
        second = Revision("w", 2, later, ('x@"2"',), 7)
        predictions.load(SCENARIO, commit("w.r2", 2), parquet("w.r2", 2), second)
        predictions.load(SCENARIO, commit(), parquet(), Revision("w", 1, AT, ("x@1", "y@1"), 3))
        first, again = lineage.window(SCENARIO, 1), lineage.window(SCENARIO, 2)
        assert first is not None
        assert again is not None
        assert (first.superseded_at, again.superseded_at) == (later, None)
        assert (first.revision.inputs, again.revision.inputs) == (("x@1", "y@1"), ("x@2",))
        assert (first.first_id, first.last_id) == (first_id(1), first_id(1) + 2)
        assert [one.revision.number for one in lineage.scored(SCENARIO, path="x")] == [1, 2]
        assert [one.revision.number for one in lineage.scored(SCENARIO, path="x", etag="2")] == [2]
        assert [one.revision.number for one in lineage.scored(SCENARIO, models=["m:1"])] == [1, 2]
        assert lineage.scored(SCENARIO, models=["m:2"]) == []
        row = lineage.prediction(SCENARIO, first_id(2))
        assert row is not None
        assert row["window"] == "w.r2"
        assert lineage.prediction(SCENARIO, 5) is None

    def test_ends_are_those_of_the_rows_whether_some_failed_or_none(self, engine: Engine) -> None:
        """From the commit where every row has an id, from the table where some have not; none where none is left."""
        predictions, lineage = SqlPredictions(engine), SqlLineage(engine)
        for ordinal, (rows, failed) in enumerate([(3, 0), (2, 5), (0, 4), (0, 0)], start=1):
            name = f"w{ordinal}"
            made = replace(commit(name, ordinal, rows), failed_rows=failed)
            predictions.load(SCENARIO, made, parquet(name, ordinal, rows))
        query = text("UPDATE predictions_bank_s_own SET prediction_id = :after WHERE prediction_id = :first")
        with engine.begin() as connection:
            # Of the second window row 0 is one that failed.
            connection.execute(query, {"first": first_id(2), "after": first_id(2) + 2})
        ends = [(one.first_id, one.last_id) for one in lineage.scored(SCENARIO, models=["m:1"])]
        assert ends == [(first_id(1), first_id(1) + 2), (first_id(2) + 1, first_id(2) + 2), (None, None), (None, None)]

    def test_before_the_first_prediction_there_is_nothing(self, engine: Engine) -> None:
        """No table is no error."""
        lineage = SqlLineage(engine)
        assert lineage.prediction(SCENARIO, 1) is None
        assert lineage.window(SCENARIO, 1) is None
        assert lineage.entries([("blob", "b")]) == []


class TestExpiry:
    """Port `Expiry`."""

    def test_a_window_goes_with_all_that_names_it(self, stores: Stores) -> None:
        """Rows, commit, version, files; others stay, and what is gone may go again."""
        predictions, windows = stores.make("predictions"), stores.make("windows")
        for ordinal, name in enumerate(("w", "v"), start=1):
            windows.claim(Window(NAME, name, 0, (f"{name}@1",), "planned", AT))
            predictions.load(SCENARIO, commit(name, ordinal), parquet(name, ordinal), Revision(name, 1, AT, ("x@1",)))
        for _ in range(2):
            stores.make("expiry").windows(SCENARIO, ["w", "unknown"])
        assert [one.id for one in windows.list(NAME)] == ["v"]
        assert [one.window for one in predictions.commits(NAME)] == ["v"]
        assert stores.count(SCENARIO) == 3
        assert windows.claimed(NAME, ("w@1", "v@1")) == {"v@1"}

    @IN_SQL
    def test_nothing_leads_to_a_window_that_is_gone(self, stores: Stores) -> None:
        """Neither its number nor its rows."""
        lineage = stores.make("lineage")
        for ordinal, name in enumerate(("w", "v"), start=1):
            stores.make("windows").claim(Window(NAME, name, 0, (f"{name}@1",), "planned", AT))
            stores.make("predictions").load(SCENARIO, commit(name, ordinal), parquet(name, ordinal))
        stores.make("expiry").windows(SCENARIO, ["w"])
        assert lineage.window(SCENARIO, 1) is None
        assert lineage.prediction(SCENARIO, first_id(1)) is None
        assert lineage.prediction(SCENARIO, first_id(2)) is not None

    def test_a_version_goes_and_others_keep_their_parts(self, stores: Stores) -> None:
        """A part of a version that stays, or of the head, stays."""
        datasets = stores.make("datasets")
        shared, own = (Part(f"tables/{NAME}/t/{sha}.parquet", sha * 64, 1, sha, at) for at, sha in enumerate("ab"))
        for number, parts in enumerate([(shared, own), (shared,)]):
            table = DatasetTable("t", parts, len(parts))
            datasets.add(DatasetVersion(NAME, f"d{number}", f"{number}" * 64, (table,), (), AT))
        for _ in range(2):
            stores.make("expiry").datasets(NAME, ["d0"])
        (left,) = datasets.list(NAME)
        assert left.tables[0].parts == (shared,)
        if stores.engine is not None:
            with stores.engine.connect() as connection:
                assert connection.scalar(text("SELECT COUNT(*) FROM dataset_part")) == 1

    def test_old_lines_go_and_every_state_stays(self, stores: Stores, clock: HandClock) -> None:
        """A dry run counts the same and removes nothing."""
        ledger, history, expiry = stores.make("ledger", clock), stores.make("history"), stores.make("expiry")
        ledger.note("event", "1", "ignored", "nothing")
        claim = ledger.claim("drop", "d", timedelta(minutes=1))
        assert isinstance(claim, Claim)
        ledger.finish(claim, "done", "done")
        later = clock() + timedelta(days=2)
        planned = expiry.lines(later, dry_run=True)
        assert (planned, len(history.entries())) == ({"ledger": 1, "journal": 1}, 3)
        # The line of the event that led to nothing is nobody's newest once its entry is gone.
        assert expiry.lines(later, dry_run=False) == {"ledger": 1, "journal": 2}
        assert [(one.key, one.state) for one in history.entries()] == [("d", "done")]
        assert expiry.lines(later, dry_run=False) == {"ledger": 0, "journal": 0}

    def test_old_rows_of_requests_go(self, engine: Engine) -> None:
        """By the time they came; without a limit none, and a table that is not there yet is no error."""
        readings, expiry = SqlReadings(engine), SqlExpiry(engine)
        readings.keep(NAME, [Reading("e", AT, {"x": 1.0})], AT, AT - timedelta(days=1))
        limits = {"served": AT + timedelta(days=1), "actuals": AT}
        assert expiry.rows(SCENARIO, served=None, actuals=None, dry_run=False) == {}
        assert expiry.rows(SCENARIO, **limits, dry_run=True)["reading"] == 1
        assert expiry.rows(SCENARIO, **limits, dry_run=False)["reading"] == 1
        assert readings.window(NAME, "e", AT, AT) == []


class TestErasure:
    """Port `Erasure`."""

    def test_parts_get_other_names_and_versions_other_counts(self, engine: Engine) -> None:
        """In versions and head alike, which keep their ids; whoever has seen the head before looks again."""
        datasets = SqlDatasets(engine)
        old = Part(f"tables/{NAME}/t/a.parquet", "a" * 64, 3, "d", 1, ("incoming/x@1",))
        table = DatasetTable("t", (old,), 3)
        head = Head(NAME, 1, "d0", (table,), {"d": 1}, {"t": (3,)})
        assert datasets.move(head, DatasetVersion(NAME, "d0", "0" * 64, (table,), ("incoming/x@1",), AT))
        new = replace(old, path=f"tables/{NAME}/t/b.parquet", sha256="b" * 64, rows=2)
        counted = DatasetTable("t", (new,), 2)
        SqlErasure(engine).parts(NAME, {old.path: new}, {"d0": (counted,)}, (counted,))
        (version,) = datasets.list(NAME)
        assert (version.id, version.digest, version.tables) == ("d0", "0" * 64, (counted,))
        assert datasets.head(NAME).tables == (counted,)
        assert datasets.head(NAME).counts("t") == {}
        assert not datasets.move(replace(head, generation=2), None)

    def test_rows_of_a_key_go(self, engine: Engine) -> None:
        """Predictions, labels, readings, of longer keys only when asked; a repeat finds nothing."""
        actuals, readings, erasure = SqlActuals(engine), SqlReadings(engine), SqlErasure(engine)
        SqlPredictions(engine).load(SCENARIO, commit(), parquet())
        keys = ["e", "e|1", "f"]
        readings.keep(NAME, [Reading(key, AT, {"x": 1.0}) for key in keys], AT, AT)
        actuals.merge(
            SCENARIO, pa.table({"prediction_id": [1, 2, 3], "epoch": [0] * 3, "actual": ["yes"] * 3}), "x", AT
        )
        for partial, expected in ((False, 2), (True, 1), (True, 0)):
            assert erasure.rows(SCENARIO, "e", partial=partial, requests=[("r", 0)], predictions=[1]) == expected
        assert readings.window(NAME, "f", AT, AT) != []

    def test_cells_that_name_somebody_are_changed(self, engine: Engine, clock: HandClock) -> None:
        """In sentences and JSON of every table; what only looks alike stays."""
        ledger, history = SqlLedger(engine, clock), SqlHistory(engine)
        ledger.note("drop", "d", "ignored", 'Row 3 of Ada "Lö" was left out.')
        ledger.note("drop", "e", "ignored", "Row 3 of Adam was left out.")
        claim = ledger.claim("drop", "f", timedelta(minutes=1))
        assert isinstance(claim, Claim)
        ledger.finish(claim, "done", "done", {"said": ['Ada "Lö"']})
        needles = Needles(frozenset({'Ada "Lö"'}))
        # The ledger's state and its line in the journal, and the detail of the other entry.
        assert SqlErasure(engine).texts(needles.texts, (), needles.in_json) == 3
        assert SqlErasure(engine).texts(needles.texts, (), needles.in_json) == 0
        found = {one.key: one for one in history.entries()}
        assert found["d"].reason == "Row 3 of (erased) was left out."
        assert found["e"].reason == "Row 3 of Adam was left out."
        ended = history.find("drop", "f")
        assert ended is not None
        assert ended.detail == {"said": ["(erased)"]}

    def test_the_database_is_written_anew(self, engine: Engine) -> None:
        """It works as before."""
        SqlErasure(engine).compact()
        assert SqlWindows(engine).list(NAME) == []


class TestRestoring:
    """Port `Restoration`."""

    def test_what_is_missing_is_seen_and_comes_back(self, engine: Engine) -> None:
        """Rows, commit, version and window; restoring again changes nothing."""
        predictions, restoring = SqlPredictions(engine), SqlRestoring(engine)
        window, revision = Window(NAME, "w", 1, ("x@1",), "committed", AT), Revision("w", 1, AT, ("x@1",), 1)
        predictions.prepare(SCENARIO)
        assert not restoring.is_intact(SCENARIO, commit())
        for _ in range(2):
            restoring.restore(SCENARIO, commit(), parquet(), revision=revision, window=window, correction=None)
            assert restoring.is_intact(SCENARIO, commit())
        with engine.begin() as connection:
            connection.execute(text(f"DELETE FROM predictions_bank_s_own WHERE prediction_id = {first_id(1)}"))  # noqa: S608 - a number
        assert not restoring.is_intact(SCENARIO, commit())
        assert SqlWindows(engine).list(NAME) == [window]

    def test_a_number_that_was_taken_since_is_a_conflict(self, engine: Engine) -> None:
        """Nothing of the window is written."""
        SqlPredictions(engine).prepare(SCENARIO)
        SqlWindows(engine).claim(Window(NAME, "new", 0, ("y@1",), "planned", AT))
        window, revision = Window(NAME, "w", 1, ("x@1",), "committed", AT), Revision("w", 1, AT)
        with pytest.raises(Conflict, match="which window new has taken since"):
            SqlRestoring(engine).restore(
                SCENARIO, commit(), parquet(), revision=revision, window=window, correction=None
            )
        assert SqlPredictions(engine).find_commit(NAME, "w") is None


class TestReopening:
    """Port `Reopening`."""

    def test_an_ended_entry_can_be_claimed_again(self, stores: Stores, clock: HandClock) -> None:
        """Its attempts start anew, the journal says why, its message stays."""
        ledger, reopening = stores.make("ledger", clock), stores.make("reopening", clock)
        claim = ledger.claim("blob", "b", timedelta(minutes=1), "the message")
        assert isinstance(claim, Claim)
        assert not reopening.reopen("blob", "b", "too early")
        ledger.finish(claim, "failed", "it broke")
        assert [one.message for one in reopening.ended({"failed"})] == ["the message"]
        assert reopening.reopen("blob", "b", "again")
        assert not reopening.reopen("blob", "b", "again")
        assert reopening.ended({"failed"}) == []
        taken = ledger.claim("blob", "b", timedelta(minutes=1))
        assert isinstance(taken, Claim)
        assert taken.attempt == 1
        assert "again" in [entry.reason for entry in stores.make("history").why("b")]


class TestSpans:
    """Port `Spans`."""

    def test_the_watermark_moves_with_its_window(self, stores: Stores, together: Together) -> None:
        """Of many planners one records; a span without rows has no window and moves it as well."""
        spans, windows = stores.make("spans"), stores.make("windows")
        assert spans.last(NAME) is None

        def record(number: int) -> RecordedSpan:
            facts = RecordedSpan(
                NAME, Span(AT, AT + timedelta(hours=1)), f"w{number}", "q", {"a": "b"}, 5, "f" * 64, AT
            )
            return spans.record(facts, Window(NAME, f"w{number}", 0, (f"{number}@1",), "planned", AT))

        answers = together([lambda n=n: record(n) for n in range(4)])
        (window,) = windows.list(NAME)
        assert {getattr(one, "window", one) for one in answers} == {window.id}
        empty = RecordedSpan(NAME, Span(AT + timedelta(hours=1), AT + timedelta(hours=2)), "", "q", {}, 0, "e" * 64, AT)
        assert spans.record(empty, None) == empty == spans.last(NAME)
        assert [one.window for one in spans.list(NAME)] == [window.id, ""]

    def test_a_window_that_cannot_be_claimed_moves_nothing(self, stores: Stores) -> None:
        """Both or neither."""
        spans = stores.make("spans")
        stores.make("windows").claim(Window(NAME, "other", 0, ("x@1",), "planned", AT))
        facts = RecordedSpan(NAME, Span(AT, AT + timedelta(hours=1)), "w", "q", {}, 5, "f" * 64, AT)
        with pytest.raises(Conflict, match="belongs to window 'other'"):
            spans.record(facts, Window(NAME, "w", 0, ("x@1",), "planned", AT))
        assert spans.last(NAME) is None


class TestAlertDeliveries:
    """Port `AlertDeliveries`."""

    def test_an_alert_is_owed_once_to_each_target(self, engine: Engine) -> None:
        """Due at its time, begun by one, settled for good."""
        alerts = SqlAlertDeliveries(engine)
        alert = Alert("n", "Mlops.RunFailed", "error", "ä'b:c", "text", (("a", "b"),), "look", "s", AT)
        for _ in range(2):
            alerts.enqueue(alert, ["one", "two"], AT)
        assert alerts.pending(AT - timedelta(seconds=1), 10) == []
        first, second = sorted(alerts.pending(AT, 10), key=lambda pending: pending.target)
        assert (first.alert, first.target, second.target) == (alert, "one", "two")
        later = AT + timedelta(minutes=1)
        assert alerts.begin(first, later)
        assert not alerts.begin(first, later)
        assert [one.target for one in alerts.pending(AT, 10)] == ["two"]
        alerts.settle(second, "sent", "")
        assert [(one.target, one.attempts) for one in alerts.pending(later, 10)] == [("one", 1)]
        alerts.enqueue(alert, ["two"], AT)
        assert {(one.target, one.state) for one in alerts.list()} == {("one", "pending"), ("two", "sent")}
