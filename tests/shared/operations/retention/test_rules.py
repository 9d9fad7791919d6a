"""What has had its time: judged on random surveys, what is needed is never chosen."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.core.blob import Blob
from shared.core.policies import Retention
from shared.operations.retention.rules import (
    NEWEST_WINDOWS,
    Survey,
    SurveyedDataset,
    SurveyedWindow,
    expired,
    landed_key,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
AREAS = ("incoming", "scoring", "actuals", "quarantine", "served")


def blob(path: str, days: float) -> Blob:
    """A file that was written so many days ago."""
    return Blob(path, '"1"', 10, NOW - timedelta(days=days))


def surveyed(seed: int) -> Survey:
    """Any survey: files of any age, ended or not, windows in all states, versions that share parts."""
    draw = random.Random(seed)
    age = lambda: draw.choice((1, 40, 100, 400, 900))  # noqa: E731
    files = {area: tuple(blob(f"{area}/s/{n}", age()) for n in range(draw.randint(0, 6))) for area in AREAS}
    keys = [f"{one.path}@1" for found in files.values() for one in found]
    inputs = [key for key in keys if key.startswith("scoring/")]
    windows = []
    for number in range(draw.choice((0, 3, NEWEST_WINDOWS + 20))):
        base = draw.choice(windows).base if windows and draw.random() < 0.3 else f"w{number}"
        read = tuple(draw.sample(inputs, min(len(inputs), draw.randint(0, 2))))
        own = (blob(f"windows/s/w{number}/_COMMIT.json", 1),)
        at = NOW - timedelta(days=age())
        windows.append(SurveyedWindow(f"w{number}", base, number, at, draw.random() < 0.2, read, own))
    parts = tuple(blob(f"tables/s/t/{n}.{kind}", age()) for n in range(8) for kind in ("parquet", "index"))
    named = [one.path for one in parts if one.path.endswith("parquet")]
    datasets = tuple(
        SurveyedDataset(f"d{n}", NOW - timedelta(days=age()), frozenset(draw.sample(named, 2)), (blob(f"d{n}", 1),))
        for n in range(draw.randint(0, 6))
    )
    days = {name: draw.choice((0.0, 30.0, 365.0)) for name in (*AREAS, "datasets", "windows")}
    return Survey(
        now=NOW,
        retention=Retention(**days),
        files=files,
        ended=frozenset(key for key in keys if draw.random() < 0.7),
        windows=tuple(windows),
        datasets=datasets,
        parts=parts,
        needed=frozenset(one.id for one in datasets if draw.random() < 0.3),
        needed_parts=frozenset(draw.sample(named, 2)),
        learning=timedelta(days=draw.choice((0, 60))),
    )


@pytest.mark.parametrize("first", range(0, 300, 50))
def test_what_is_needed_is_never_chosen(first: int) -> None:
    """Whatever there is: nothing open, young, named by what stays, or kept for good is among what goes."""
    for survey in map(surveyed, range(first, first + 50)):
        gone = expired(survey)
        paths = {one.path for each in gone for one in each.blobs}
        lost_windows = {one.window for one in gone if one.window}
        lost_datasets = {one.dataset for one in gone if one.dataset}
        for window in survey.windows:
            if window.is_open:
                assert window.id not in lost_windows
                assert paths.isdisjoint(name.partition("@")[0] for name in window.inputs)
        newest = sorted(survey.windows, key=lambda window: window.ordinal)[-NEWEST_WINDOWS:]
        assert lost_windows.isdisjoint(window.id for window in newest)
        bases = {window.base for window in survey.windows if window.id not in lost_windows}
        assert all(window.base not in bases for window in survey.windows if window.id in lost_windows)
        assert lost_datasets.isdisjoint(survey.needed)
        kept = [one for one in survey.datasets if one.id not in lost_datasets]
        assert paths.isdisjoint(path for one in kept for path in one.parts)
        assert paths.isdisjoint(survey.needed_parts)
        assert paths.isdisjoint(path.replace("parquet", "index") for path in survey.needed_parts)
        for area in AREAS:
            for one in survey.files[area]:
                days = getattr(survey.retention, area)
                if one.path in paths:
                    assert days
                    assert one.modified < NOW - timedelta(days=days)
                    assert f"{one.path}@1" in survey.ended


def test_what_has_had_its_time_goes() -> None:
    """The other side: without anything that needs it, everything that is old is chosen."""
    old = SurveyedDataset("d", NOW - timedelta(days=400), frozenset({"tables/s/t/a.parquet"}), (blob("d/m", 400),))
    inputs = [
        SurveyedWindow(f"w{n}", f"w{n}", n, NOW - timedelta(days=400), is_open=False, inputs=()) for n in range(60)
    ]
    survey = Survey(
        now=NOW,
        retention=Retention(windows=100.0),
        files={area: (blob(f"{area}/s/x", 800),) for area in AREAS},
        ended=frozenset(f"{area}/s/x@1" for area in AREAS),
        windows=tuple(inputs),
        datasets=(old,),
        parts=tuple(blob(f"tables/s/t/a.{ending}", 400) for ending in ("index", "parquet", "profile")),
        needed=frozenset(),
        needed_parts=frozenset(),
        learning=timedelta(0),
    )
    gone = expired(survey)
    assert {one.path for each in gone if each.area in AREAS for one in each.blobs} == {f"{a}/s/x" for a in AREAS}
    assert [one.window for one in gone if one.window] == [f"w{number}" for number in range(10)]
    assert [one.dataset for one in gone if one.dataset] == ["d"]
    beside = {one.path for each in gone[-3:] for one in each.blobs}
    assert beside == {f"tables/s/t/a.{ending}" for ending in ("index", "parquet", "profile")}


def test_what_an_erasure_left_of_a_file_is_kept_like_the_file() -> None:
    """While a window that is open, or one of the newest, reads it."""
    left = blob("erased/scoring/s/drop/0x1/points.csv", 800)
    assert landed_key(left) == "scoring/s/drop/points.csv@0x1"
    for is_open in (True, False):
        old = [SurveyedWindow(f"w{n}", f"w{n}", n, NOW, is_open=False, inputs=()) for n in range(1, 60)]
        reading = SurveyedWindow("w0", "w0", 0, NOW, is_open=is_open, inputs=("scoring/s/drop/points.csv@0x1",))
        survey = replace(
            surveyed(1),
            retention=Retention(),
            files={"scoring": (left,)},
            ended=frozenset({f"{left.path}@1"}),
            windows=(reading, *old),
        )
        assert [one.blobs for one in expired(survey) if one.area == "scoring"] == ([] if is_open else [(left,)])
