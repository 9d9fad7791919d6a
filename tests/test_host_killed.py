"""kill -9 on the whole host, and on the training process, at moments anybody could hit; then everything comes right."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from command import Command, until
from samples import Samples
from sampling import Sample

# Sweeps come often here, so that the test need not wait for what a person would.
OFTEN = {"PLAN_SCHEDULE": "*/2 * * * * *", "RECONCILE_SCHEDULE": "*/2 * * * * *"}
ROWS = 400
BANK = "bank_marketing"


def count(mlops: Command, query: str, *values: object) -> int:
    """One number from the database; 0 while there is no such table yet."""
    try:
        ((found,),) = mlops.sql(query, *values)
    except sqlite3.OperationalError:
        return 0
    return int(found)


def entry(kind: str, state: str) -> Callable[[Command], int]:
    """Whether the ledger's journal shows the state."""
    query = "select count(*) from journal where kind = ? and state = ?"
    return lambda mlops: count(mlops, query, kind, state)


def fitting(mlops: Command) -> bool:
    """Whether the training process is in the middle of its work."""
    files = list((mlops.home / "runs").glob("*/progress.json"))
    return bool(files) and 0 < json.loads(files[0].read_text())["done"] < 1


# At which moments the host dies: as soon as this can be seen from outside.
MOMENTS: dict[str, Callable[[Command], object]] = {
    "landed": lambda mlops: list((mlops.home / "lake" / "incoming").rglob("*.csv")),
    "ingesting": entry("dataset", "in_progress"),
    "training": fitting,
    "registered": lambda mlops: count(mlops, "select count(*) from model_version"),
    "judging": entry("model", "in_progress"),
    "deployed": lambda mlops: count(mlops, "select count(*) from deployment"),
    "window planned": lambda mlops: count(mlops, "select count(*) from window"),
    "scoring": entry("window", "in_progress"),
}


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    """The files that are copied into the lake's folders."""
    made = Samples(tmp_path_factory.mktemp("files"))
    made.labelled(BANK, rows=1500)
    made.new(BANK, rows=ROWS)
    return made


def copied_by_hand(mlops: Command, samples: Samples) -> None:
    """What a person does: copy files into folders, labelled ones and ones to predict."""
    for area, name in (("incoming", "clients-7.csv"), ("scoring", f"{BANK}-new-8.csv")):
        folder = mlops.lake(f"{area}/{BANK}/by-hand")
        folder.mkdir(parents=True)
        shutil.copy(samples.folder / name, folder / "clients.csv")


def finished(mlops: Command) -> bool:
    """Every row is predicted, and nothing is in anybody's hands."""
    rows = count(mlops, "select coalesce(sum(rows), 0) from prediction_commit")
    busy = count(mlops, "select count(*) from ledger where state in ('in_progress', 'released')")
    return rows >= ROWS and not busy and not count(mlops, "select count(*) from window where state = 'planned'")


def assert_once(mlops: Command) -> None:
    """One of everything: what a host that never died would have left."""
    assert count(mlops, "select count(*) from dataset_version") == 1
    assert mlops.sql("select state, count(*) from run") == [("completed", 1)]
    assert mlops.sql("select state, count(*) from model_version") == [("accepted", 1)]
    places = [("preprod", 1, 1), ("prod", 1, 1)]
    assert mlops.sql("select environment, generation, version from deployment order by 1") == places
    assert mlops.sql("select state, count(*) from window") == [("committed", 1)]
    query = f"select count(*), count(distinct prediction_id) from predictions_{BANK}"  # noqa: S608 -- a fixed name
    assert mlops.sql(query) == [(ROWS, ROWS)]
    assert len(list(mlops.lake(f"tables/{BANK}/predictions").rglob("base_window=*/*.parquet"))) == 1
    assert mlops.sql("select kind, key from ledger where state in ('failed', 'in_progress', 'released')") == []


@pytest.mark.slow
@pytest.mark.fault(19)
def test_a_host_killed_at_any_moment_ends_as_if_it_had_lived(tmp_path: Path, samples: Samples, sample: Sample) -> None:
    """One dataset, run, model, generation and window; every row predicted exactly once. Two homes at a time.

    The next test runs through all of the moments.
    """

    def die_and_live(moment: str) -> None:
        mlops = Command(tmp_path / moment.replace(" ", "-") / "home", **OFTEN)
        mlops.home.mkdir(parents=True)
        with mlops.up() as host:
            copied_by_hand(mlops, samples)
            until(lambda: MOMENTS[moment](mlops), moment)
            host.kill()
        with mlops.up():
            until(lambda: finished(mlops), f"after a death at {moment!r}")
            assert_once(mlops)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(die_and_live, sample(list(MOMENTS), 1, "moments")))


@pytest.mark.slow
@pytest.mark.fault(20)
def test_a_host_that_keeps_being_killed_still_gets_there(tmp_path: Path, samples: Samples) -> None:
    """The same home dies at every one of those moments in turn."""
    mlops = Command(tmp_path / "home", **OFTEN)
    mlops.home.mkdir(parents=True)
    copied_by_hand(mlops, samples)
    for moment in ("ingesting", "training", "judging", "scoring"):
        with mlops.up() as host:
            until(lambda moment=moment: MOMENTS[moment](mlops), moment)
            host.kill()
    with mlops.up():
        until(lambda: finished(mlops), "after many deaths")
        assert_once(mlops)


def worker(mlops: Command, attempt: int) -> int:
    """The process id of that attempt's training process, once it has begun to work; 0 before."""
    records = list((mlops.home / "runs").glob(f"*/attempt-{attempt}.json"))
    if not records or not count(mlops, "select count(*) from run where state = 'running'"):
        return 0
    return int(json.loads(records[0].read_text())["pid"])


def kill_worker(mlops: Command, attempt: int) -> None:
    """SIGKILL to the training process itself."""
    os.kill(until(lambda: worker(mlops, attempt), f"attempt {attempt}"), signal.SIGKILL)


@pytest.mark.slow
def test_a_killed_training_process_is_started_again_once(tmp_path: Path, samples: Samples) -> None:
    """The first home loses it once and completes in attempt 2; the second loses it twice and says so to who waits."""

    def drop(deaths: int) -> tuple[Command, dict[str, object], int]:
        mlops = Command(tmp_path / f"deaths-{deaths}" / "home", **OFTEN)
        mlops.home.mkdir(parents=True)
        with mlops.up(), ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(mlops, "drop", BANK, samples.folder / "clients-7.csv", "--wait", "--json")
            for attempt in range(1, deaths + 1):
                kill_worker(mlops, attempt)
            answer = waiting.result()
        return mlops, answer.json, answer.code

    with ThreadPoolExecutor(2) as pool:
        (once, lived, code), (twice, died, failed) = pool.map(drop, (1, 2))
    assert (code, lived["outcome"], lived["model"]) == (0, "deployed", f"{BANK}:1")
    assert once.sql("select state, attempts from run") == [("completed", 2)]
    assert (failed, died["outcome"], died["model"]) == (4, "failed", None)
    assert "lost 2 times" in str(died["reason"])
    assert twice.sql("select state, attempts from run") == [("failed", 2)]
    assert twice.sql("select count(*) from model_version") == [(0,)]
