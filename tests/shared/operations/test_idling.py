"""An installation without work leaves its database alone, costs what the page says, and loses nothing by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median

import pytest
from idle_month import Installation, watched
from sampling import Sample
from world import points_csv

from local.tools.cost import ONE_DROP, Quantities
from shared.core.timers.work_mark import SETTLED_AFTER

DAY = timedelta(days=1)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Installation]:
    """An installation that has learned and predicted once, long enough ago to rest."""
    made = Installation(tmp_path)
    with closing(made):
        made.tell(made.world.land("incoming/points/d1/points.csv", points_csv(300)))
        made.tell(made.world.land("scoring/points/s1/points.csv", points_csv(40, seed=2, labelled=False)))
        made.run(made.now + DAY)
        yield made


@pytest.fixture
def days(sample: Sample) -> int:
    """All days of such a month are alike; `make test-all` lives through the whole of it."""
    return len(sample(range(30), 2, "days"))


def test_without_data_the_database_is_opened_once_a_day(place: Installation, days: int) -> None:
    """Every timer looks at the same minute, retention too; in between none opens it, and each still fires."""
    with watched(place) as usage:
        place.run(place.now + days * DAY)
    assert usage.most_a_day() == 1
    # In a month the labels of the window that was there have had their time: that look leads to an hour's work.
    assert usage.minutes() <= days * (Quantities().awake_minutes + 0.5) + 60
    assert median(usage.lengths()) == pytest.approx(Quantities().awake_minutes)
    with watched(place) as usage:
        place.run(place.now + timedelta(hours=1), skipping=False)
    assert usage.used == []
    watch = place.world.ports.core.marks.watch("reconcile")
    assert watch is not None
    assert watch.fired_at == place.now


def test_with_a_drop_a_day_it_is_opened_twice(place: Installation, days: int) -> None:
    """For the drop, until everything it led to is settled, and for the daily look."""
    with watched(place) as usage:
        for number in range(days):
            place.run(place.now + 0.4 * DAY)
            rows = points_csv(40, seed=number, labelled=False, first=1000 * number)
            place.tell(place.world.land(f"scoring/points/n{number}/points.csv", rows))
            place.run(place.now + 0.6 * DAY)
    assert usage.most_a_day() == 2
    assert usage.minutes() / days == pytest.approx(ONE_DROP.awake_minutes, abs=8)
    assert len(place.world.ports.prediction.predictions.commits()) == 1 + days


def test_the_first_look_of_a_process_keeps_it_awake_no_longer(place: Installation) -> None:
    """That the tables of a scenario are there is looked up once a process: that is no work."""
    place.restart()
    with watched(place) as usage:
        place.run(place.now + DAY)
    assert usage.lengths() == pytest.approx([Quantities().awake_minutes])


def test_a_watch_from_the_future_does_not_rest(place: Installation) -> None:
    """A clock that went back, another home's file, a longer schedule of before: no timer rests past its look."""
    marks = place.world.ports.core.marks
    watch = marks.watch("reconcile")
    assert watch is not None
    assert watch.due is not None
    for due, uses in ((watch.due, False), (watch.due + 400 * DAY, True)):
        marks.keep(replace(watch, due=due))
        with watched(place) as usage:
            place.run(place.now + timedelta(minutes=2), skipping=False)
        assert bool(usage.used) is uses


def test_a_lost_event_is_found_by_the_daily_look(place: Installation) -> None:
    """While all rest nobody lists the lake; the look finds the file, and its row is there a few minutes later."""
    # An uploader writes without a mark.
    place.world.ports.core.lake._lake.put(  # type: ignore[attr-defined]
        "scoring/points/lost/points.csv", points_csv(5, seed=3, labelled=False, first=5000)
    )
    place.run(place.now.replace(hour=2, minute=9) + DAY)
    assert len(place.world.ports.prediction.predictions.commits()) == 1
    place.run(place.now + timedelta(minutes=5))
    assert len(place.world.ports.prediction.predictions.commits()) == 2


def test_a_slow_writer_is_not_slept_over(place: Installation) -> None:
    """What is written under a mark that is not settled is found, although every look before found nothing."""
    ports = place.world.ports
    ports.core.lake.put("doctor/probe", b"the mark is set", if_absent=False)
    place.run(place.now + SETTLED_AFTER - timedelta(minutes=1))
    ports.core.lake._lake.put(  # type: ignore[attr-defined]
        "scoring/points/slow/points.csv", points_csv(5, seed=3, labelled=False, first=5000)
    )
    place.run(place.now + timedelta(minutes=7))
    assert len(ports.prediction.predictions.commits()) == 2
