"""What every store of watching promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import pytest
from contracts.hand_clock import HandClock
from contracts.stores import Stores

from shared.core.breach import Breach
from shared.monitoring.measures import DriftMeasure, QualityMeasure, Scorecard, Source, WindowFacts
from shared.monitoring.ports import Breaches, Decisions, Measurements, Qualities, Scorecards
from shared.monitoring.retrain_decision import RetrainDecision, RetrainVerdict

Together = Callable[[list[Callable[[], object]]], list[object]]


@dataclass
class Watching:
    """The stores of watching."""

    measurements: Measurements
    qualities: Qualities
    breaches: Breaches
    decisions: Decisions
    scorecards: Scorecards


@pytest.fixture
def watching(stores: Stores) -> Watching:
    """Those of this backend."""
    return Watching(**{field.name: stores.make(field.name) for field in fields(Watching)})


def facts(clock: HandClock, window: str = "w1", ordinal: int = 1) -> WindowFacts:
    """A window of 100 rows."""
    return WindowFacts("bank", window, "batch", ordinal, 100, 0, "bank:1", "d1", "", clock())


def measure(clock: HandClock, feature: str = "age", window: str = "w1", ordinal: int = 1) -> DriftMeasure:
    """A distance that is beyond."""
    return DriftMeasure(
        "bank", window, "batch", ordinal, feature, "psi", "training", "d1", 0.3, 0.1, 0.05, "once", 100, "bank:1", "",
        clock(),
    )  # fmt: skip


def quality(clock: HandClock, value: float | None = 0.8) -> QualityMeasure:
    """The AUC of a window."""
    return QualityMeasure(
        "bank", "w1", "batch", 1, "auc", 1, value, 0.82, "provisional", "kept", 100, 60, 0.6, 5.0, "bank:1", "", clock()
    )


def breach(clock: HandClock, window: str = "w1") -> Breach:
    """A sensor is stuck."""
    return Breach(
        "bank", f"stuck-{window}", "stuck_sensor", "clients", "age", "open", "alert", "It is stuck.", window, window, 1,
        clock(), clock(),
    )  # fmt: skip


def decision(clock: HandClock, key: str = "drift-1") -> RetrainDecision:
    """A refusal."""
    return RetrainDecision("bank", key, "drift", "age drifted", "not", "Not retrained because …", "d1", "", clock())


def test_a_measurement_comes_back_whole_and_replaces_the_one_before(watching: Watching, clock: HandClock) -> None:
    """Measuring a window again leaves no distance of the first time."""
    kept = watching.measurements
    kept.replace(facts(clock), [measure(clock), measure(clock, "job")])
    assert kept.windows("bank") == [facts(clock)]
    assert kept.drift("bank") == [measure(clock), measure(clock, "job")]
    kept.replace(facts(clock), [measure(clock)])
    assert kept.drift("bank", "w1") == [measure(clock)]
    assert (kept.drift("bank", "w2"), kept.windows("other")) == ([], [])


def test_windows_are_ordered_by_number_not_by_name(watching: Watching, clock: HandClock) -> None:
    """Window 10 comes after window 9."""
    for ordinal in (10, 9):
        watching.measurements.replace(
            facts(clock, f"w{ordinal}", ordinal), [measure(clock, "age", f"w{ordinal}", ordinal)]
        )
    assert [one.window for one in watching.measurements.windows()] == ["w9", "w10"]
    assert [one.window for one in watching.measurements.drift("bank")] == ["w9", "w10"]


def test_verdicts_are_read_without_what_gave_way_to_them(watching: Watching, clock: HandClock) -> None:
    """The newest windows of a source, oldest of them first, and the mean of a model; hours of requests apart."""
    told = watching.qualities
    for name, ordinal, value, verdict in (
        ("a", 1, 0.2, "kept"), ("a", 1, 0.4, "kept"), ("b", 2, 0.8, "fallen"), ("c", 3, None, "unknown"),
        ("d", 4, 0.6, "kept"),
    ):  # fmt: skip
        told.record(replace(quality(clock, value), window=name, ordinal=ordinal, verdict=verdict))
    told.record(replace(quality(clock, 0.1), window="s", source="served", model="bank:2"))
    assert [(one.window, one.value) for one in told.judged("bank", Source.BATCH, 2)] == [("b", 0.8), ("d", 0.6)]
    assert [one.value for one in told.judged("bank", Source.BATCH, 9)] == [0.4, 0.8, 0.6]
    assert {model: (number, round(mean, 9)) for model, (number, mean) in told.means("bank").items()} == {
        "bank:1": (3, 0.6),
        "bank:2": (1, 0.1),
    }
    assert [one.window for one in told.served("bank")] == ["s"]
    told.record(replace(quality(clock, 0.8), window="b", ordinal=2, state="final", model="bank:3"))
    told.record(replace(quality(clock, 0.9), window="other", scenario="other"))
    assert [(one.window, one.revision) for one in told.provisional("bank")] == [("a", 2), ("s", 1), ("c", 1), ("d", 1)]


def test_earlier_windows_come_newest_first(watching: Watching, clock: HandClock) -> None:
    """Those of one source before a number, at most so many."""
    for ordinal in (8, 10, 9, 11):
        watching.measurements.replace(facts(clock, f"w{ordinal}", ordinal), ())
    watching.measurements.replace(replace(facts(clock, "s", 7), source="served"), ())
    earlier = watching.measurements.earlier
    assert [one.window for one in earlier("bank", Source.BATCH, 11, 2)] == ["w10", "w9"]
    assert [one.window for one in earlier("bank", Source.SERVED, 11, 2)] == ["s"]
    assert list(earlier("bank", Source.BATCH, 8, 2)) == []


def test_the_critical_value_is_the_larger_of_threshold_and_noise(clock: HandClock) -> None:
    """Few rows: chance decides; many: whether it matters."""
    assert measure(clock).critical == 0.1
    assert replace(measure(clock), noise=0.4).critical == 0.4
    assert replace(measure(clock), noise=None).critical is None


def test_a_quality_that_says_the_same_is_stated_once(watching: Watching, clock: HandClock) -> None:
    """Growing older alone is no restatement."""
    first = watching.qualities.record(quality(clock))
    clock.move(hours=1)
    assert watching.qualities.record(replace(quality(clock), age_hours=6.0)) == first
    assert (first.revision, first.restated) == (1, False)


def test_a_changed_quality_is_a_revision_and_the_earlier_one_stays(watching: Watching, clock: HandClock) -> None:
    """The newest is told; the history is kept."""
    watching.qualities.record(quality(clock))
    second = watching.qualities.record(quality(clock, 0.7))
    assert (second.revision, second.restated) == (2, True)
    assert [one.value for one in watching.qualities.latest("bank")] == [0.7]
    assert [one.value for one in watching.qualities.revisions("bank", "w1")] == [0.8, 0.7]
    assert watching.qualities.latest("other") == []


def test_first_seen_stays_while_a_breach_is_open(watching: Watching, clock: HandClock) -> None:
    """The next window adds a sighting; the same window again adds none."""
    first, new = watching.breaches.observe(breach(clock))
    clock.move(hours=1)
    again, newly = watching.breaches.observe(breach(clock, "w2"))
    assert (new, newly) == (True, False)
    assert (again.id, again.first_seen, again.first_window, again.last_window, again.windows) == (
        first.id, first.first_seen, "w1", "w2", 2,
    )  # fmt: skip
    assert watching.breaches.observe(breach(clock, "w2"))[0].windows == 2


def test_a_closed_breach_that_comes_back_is_a_new_one(watching: Watching, clock: HandClock) -> None:
    """And repeating the work that found the first one opens nothing."""
    watching.breaches.observe(breach(clock))
    watching.breaches.close("bank", "stuck-w1", clock.move(hours=1))
    watching.breaches.close("bank", "stuck-w1", clock.move(hours=1))
    assert watching.breaches.observe(breach(clock))[1] is False
    assert watching.breaches.list("bank", "open") == []
    assert watching.breaches.observe(breach(clock, "w5"))[1] is True
    assert [(one.id, one.state) for one in watching.breaches.list()] == [("stuck-w1", "closed"), ("stuck-w5", "open")]


def test_of_many_who_see_a_breach_one_opens_it(watching: Watching, clock: HandClock, together: Together) -> None:
    """The others add to it."""
    seen = breach(clock)
    answers = together([lambda: watching.breaches.observe(seen)] * 4)
    assert sorted(answer[1] for answer in answers if isinstance(answer, tuple)) == [False] * 3 + [True]
    assert len(watching.breaches.list("bank")) == 1


def test_the_same_decision_again_is_not_kept_twice(watching: Watching, clock: HandClock) -> None:
    """Asked every hour, answered once, until the answer changes."""
    assert watching.decisions.add(decision(clock)) is True
    clock.move(hours=1)
    assert watching.decisions.add(decision(clock)) is False
    assert watching.decisions.add(replace(decision(clock), decided="retrain", sentence="Yes.", run="r1")) is True
    assert watching.decisions.add(decision(clock, "age-1")) is True
    assert [(one.key, one.decided) for one in watching.decisions.list("bank")] == [
        ("drift-1", "not"), ("drift-1", "retrain"), ("age-1", "not"),
    ]  # fmt: skip
    assert watching.decisions.list("other") == []
    assert [one.decided for one in watching.decisions.list("bank", key="age-1")] == [decision(clock).decided]
    assert [one.run for one in watching.decisions.list("bank", decided=RetrainVerdict.RETRAIN)] == ["r1"]
    assert watching.decisions.list("bank", key="age-1", decided=RetrainVerdict.RETRAIN) == []


def test_a_scorecard_is_one_per_generation(watching: Watching, clock: HandClock) -> None:
    """Computed again when more labels came."""
    card = Scorecard("bank", 2, "bank:2", "auc", clock(), 0.02, None, 3, 0, None, None, {"train": 3.5}, {"train": 0.1})
    watching.scorecards.put(card)
    watching.scorecards.put(replace(card, realised_gain=0.01, windows_after=4))
    (kept,) = watching.scorecards.list("bank")
    assert kept == replace(card, realised_gain=0.01, windows_after=4)


def test_timers_are_counted_and_late_ones_apart(watching: Watching, clock: HandClock) -> None:
    """A late firing says when."""
    watching.scorecards.record_heartbeat("plan", clock(), late=False)
    late_at = clock.move(minutes=5)
    watching.scorecards.record_heartbeat("plan", late_at, late=True)
    last = clock.move(minutes=5)
    watching.scorecards.record_heartbeat("plan", last, late=False)
    (beat,) = watching.scorecards.heartbeats()
    assert (beat.fired, beat.late, beat.last_at, beat.last_late_at) == (3, 1, last, late_at)
