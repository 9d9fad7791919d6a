"""Drop after drop: what a dataset version holds, which row stands, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from increments import Drops
from opened import OpenedLake
from ports_with import ports_with
from world import POINTS, PRICES, World, points_csv

from shared import dispatch
from shared.core.lake_reading import read_json
from shared.core.paths import dataset_folder
from shared.core.scenario import Column, History, Scenario
from shared.intake.ingest import ingest
from shared.profiles.whole_profile import whole_profile


def points(ids: Sequence[int], x: float = 0.0) -> dict[str, pa.Table]:
    """Rows with a key; `x` moves their values."""
    rows = [
        {"id": n, "x": x + (n % 7 - 3) / 2, "color": "red" if n % 3 else "blue", "y": "yes" if n % 2 else "no"}
        for n in ids
    ]
    return {"points": pa.Table.from_pylist(rows)}


def prices(ids: Sequence[int], x: float = 0.0) -> dict[str, pa.Table]:
    """Rows without a key."""
    rows = [{"id": n, "x": x + n * 0.5, "z": n * 0.25, "y": n * 1.5} for n in ids]
    return {"prices": pa.Table.from_pylist(rows)}


@pytest.fixture
def keyed(tmp_path: Path) -> Drops:
    """A table with a key."""
    return Drops(tmp_path, POINTS)


@pytest.fixture
def plain(tmp_path: Path) -> Drops:
    """A table without one."""
    return Drops(tmp_path, PRICES)


def values(drops: Drops) -> dict[int, float]:
    """X by id of the version that stands."""
    (table,) = drops.rows().values()
    return dict(zip(table["id"].to_pylist(), table["x"].to_pylist(), strict=True))


def test_a_second_drop_is_added_to_the_first(keyed: Drops) -> None:
    """The version names both parts; its rows are all rows; the parts are written once."""
    keyed.drop("d1", points(range(40)))
    first = keyed.newest
    keyed.drop("d2", points(range(40, 60)))
    second = keyed.newest
    assert (first.rows, second.rows) == (40, 60)
    assert [part.drop for part in second.tables[0].parts] == ["d1", "d2"]
    assert second.tables[0].parts[0] == first.tables[0].parts[0]
    names = [blob.name for blob in keyed.ports.core.lake.list("tables/points/points/")]
    assert len([name for name in names if name.endswith(".parquet")]) == 2
    assert [blob.name for blob in keyed.ports.core.lake.list(f"datasets/points/{second.id}/")] == [
        "manifest.json",
        "profile.json",
        "report.html",
        "validation.json",
    ]


@pytest.mark.parametrize("ids", [range(60, 80), range(50, 70)])
def test_a_drop_is_profiled_without_the_rows_of_earlier_ones(keyed: Drops, ids: range) -> None:
    """Its profile is that of its own rows, also where they replace others: no older part is opened, only indexes.

    The profile of all rows, which baselines and monitoring ask for, opens each part once, for the first who asks.
    """
    keyed.drop("d1", points(range(40)))
    keyed.drop("d2", points(range(40, 60)))
    older = {part.path for table in keyed.newest.tables for part in table.parts}
    lake = OpenedLake(keyed.ports.core.lake)
    watched = ports_with(keyed.ports, core__lake=lake)
    outcome = ingest(watched, keyed.land("d3", points(ids, x=1.0)))
    assert outcome.state == "done", outcome.reason
    assert any(path.startswith("incoming/") for path in lake.paths)
    assert older.isdisjoint(lake.paths)
    folder = dataset_folder(keyed.scenario.name, keyed.newest.id)
    profile = read_json(keyed.ports, f"{folder}profile.json")
    assert profile["tables"]["points"]["rows"] == 20
    whole = whole_profile(watched, keyed.newest).tables["points"]
    assert (whole.rows, [lake.paths.count(path) for path in older]) == (keyed.newest.rows, [1, 1])
    whole_profile(watched, keyed.newest)
    assert [lake.paths.count(path) for path in older] == [1, 1]


def test_the_index_of_a_part_has_16_bytes_a_row(keyed: Drops) -> None:
    """Beside a checksum."""
    keyed.drop("d1", points(range(500)))
    (index,) = [blob for blob in keyed.ports.core.lake.list("tables/") if blob.name.endswith(".index")]
    assert index.size == 16 * 500 + 32


def test_of_rows_with_one_key_the_later_drop_wins(keyed: Drops) -> None:
    """Counted in the version, and told in the reason."""
    keyed.drop("d1", points(range(40)))
    outcome = keyed.drop("d2", points(range(30, 50), x=100.0))
    (table,) = keyed.newest.tables
    assert (table.rows, table.replaced) == (50, 10)
    assert "In table 'points' 10 rows gave way to rows of another drop." in outcome.reason
    assert [n for n, x in values(keyed).items() if x > 50] == list(range(30, 50))


class Unlisted:
    """A store that holds too much to be looked at one by one."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def list(self, scenario: str | None = None, **narrowed: Any) -> Any:
        """Nobody asks for all of it."""
        assert narrowed, f"everything of {scenario} was listed"
        return self._store.list(scenario, **narrowed)


def test_a_drop_is_added_without_a_look_at_every_version_run_or_decision(keyed: Drops) -> None:
    """Its ingest, the request for its training, and both again when it is sent again."""
    listed, runs, decisions = keyed.ports.datasets.versions, keyed.ports.training.runs, keyed.ports.monitoring.decisions
    keyed.ports = ports_with(
        keyed.ports,
        datasets__versions=Unlisted(listed),
        training__runs=Unlisted(runs),
        monitoring__decisions=Unlisted(decisions),
    )
    for drop, start in (("d1", 0), ("d2", 40), ("d3", 80), ("d2", 45)):
        assert keyed.drop(drop, points(range(start, start + 30))).state == "done"
    assert len(listed.list("points")) == 4


def test_what_stands_is_counted_in_a_head_of_the_version_before(keyed: Drops) -> None:
    """Which does not say how many rows of each part stand: they are counted, and the next drop knows."""
    keyed.drop("d1", points(range(40)))
    keyed.drop("d2", points(range(30, 60), x=100.0))
    head = keyed.ports.datasets.versions.head("points")
    assert keyed.ports.datasets.versions.move(replace(head, generation=head.generation + 1, standing=None), None)
    keyed.drop("d3", points(range(35, 45), x=200.0))
    (table,) = keyed.newest.tables
    assert (table.rows, table.replaced) == (60, 20)
    assert list(keyed.ports.datasets.versions.head("points").counts("points").values()) == [30, 20, 10]


def test_january_sent_again_in_march_stays_january(keyed: Drops) -> None:
    """Its rows are the new ones; where February has the same key February still wins."""
    keyed.drop("january", points(range(40)))
    keyed.drop("february", points(range(30, 50), x=100.0))
    keyed.drop("march", points(range(50, 60), x=200.0))
    keyed.drop("january", points(range(40), x=1000.0))
    (table,) = keyed.newest.tables
    assert [part.drop for part in table.parts] == ["january", "february", "march"]
    assert (table.rows, table.replaced) == (60, 10)
    found = values(keyed)
    assert (found[5] > 900, 50 < found[35] < 150, 150 < found[55] < 250) == (True, True, True)


def test_what_a_drop_brought_first_goes_when_it_is_sent_again(keyed: Drops) -> None:
    """Rows that the corrected file does not have are gone."""
    keyed.drop("d1", points(range(40)))
    keyed.drop("d2", points(range(40, 60)))
    keyed.drop("d1", points(range(30)))
    assert sorted(values(keyed)) == [*range(30), *range(40, 60)]


def test_a_correction_that_is_taken_back_is_the_version_of_before(keyed: Drops) -> None:
    """The same parts are the same version; it stands again, and comes last."""
    keyed.drop("d1", points(range(40)))
    keyed.drop("d2", points(range(40, 60)))
    before = keyed.newest
    keyed.drop("d2", points(range(40, 60), x=9.0))
    assert keyed.newest.id != before.id
    keyed.drop("d2", points(range(40, 60)))
    assert keyed.newest.id == before.id


def test_drops_in_any_order_make_the_same_rows_where_no_key_meets(tmp_path: Path) -> None:
    """Three drops, six orders."""
    parts = {f"d{n}": points(range(20 * n, 20 * n + 20)) for n in range(3)}
    found = set()
    for number, order in enumerate(permutations(parts)):
        drops = Drops(tmp_path / str(number), POINTS)
        for name in order:
            drops.drop(name, parts[name])
        found.add(tuple(sorted(values(drops).items())))
    assert len(found) == 1


def test_drops_at_once_are_all_in_the_last_version(keyed: Drops) -> None:
    """The loser looks at the new head; each drop has a position of its own, no row is lost."""
    landed = [keyed.land(f"d{n}", points(range(30 * n, 30 * n + 30))) for n in range(6)]
    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(lambda where: ingest(keyed.ports, where), landed))
    assert {outcome.state for outcome in outcomes} == {"done"}
    assert sorted(values(keyed)) == list(range(180))
    assert len({part.position for part in keyed.newest.tables[0].parts}) == 6
    assert keyed.ports.core.history.stuck(keyed.ports.core.clock().replace(year=2099)) == []


def test_what_brings_nothing_new_is_a_duplicate(keyed: Drops) -> None:
    """The same rows again, and some of them: no version, no run."""
    keyed.drop("d1", points(range(40)))
    keyed.drop("d2", points(range(40, 60)))
    runs = len(keyed.ports.training.runs.list())
    again = keyed.drop("d3", points(range(40)))
    some = keyed.drop("d4", points(range(10, 50)))
    assert (again.state, some.state) == ("duplicate", "duplicate")
    assert f"The same content is dataset {keyed.newest.id} already; nothing is trained again." in some.reason
    assert (len(keyed.ports.datasets.versions.list()), len(keyed.ports.training.runs.list())) == (2, runs)


def test_a_repeated_row_stands_as_often_as_the_drop_that_has_it_most_often(plain: Drops) -> None:
    """Across drops a repeat is the same row; within a drop it is two."""
    plain.drop("d1", prices([*range(20), 3, 3]))
    outcome = plain.drop("d2", prices([*range(15, 40), 39, 3]))
    ids = sorted(plain.rows()["prices"]["id"].to_pylist())
    assert ids == sorted([*range(40), 3, 3, 39])
    assert plain.newest.tables[0].replaced == 6
    assert "In table 'prices' 1 row of the drop repeat" in outcome.reason


def test_a_drop_of_nearly_all_rows_is_a_snapshot(plain: Drops) -> None:
    """It replaces what stands, also where it has a row less, and says so."""
    plain.drop("d1", prices(range(20)))
    plain.drop("d2", prices(range(20, 40)))
    outcome = plain.drop("d3", prices(range(2, 80)))
    assert [part.drop for part in plain.newest.tables[0].parts] == ["d3"]
    assert "holds at least 90% of the current rows, so it replaces table 'prices'" in outcome.reason
    plain.drop("d4", prices(range(70, 90)))
    assert [part.drop for part in plain.newest.tables[0].parts] == ["d3", "d4"]


def test_many_repeats_within_a_drop_are_quarantined(plain: Drops) -> None:
    """Above the share that the table declares; below it they are told."""
    refused = plain.drop("d1", prices([*range(20), *range(15)]))
    assert refused.state == "quarantined"
    assert "Table 'prices': 15 of 35 rows (43%) repeat another row; accepted: at most 30%." in refused.reason
    told = plain.drop("d2", prices([*range(20), 4, 5]))
    assert "In table 'prices' 2 rows of the drop repeat another row." in told.reason


@pytest.mark.parametrize("shuffled", [False, True], ids=["equal bytes", "equal rows"])
def test_a_file_given_twice_is_refused(plain: Drops, *, shuffled: bool) -> None:
    """In other order too; the sentence names both files."""
    (rows,) = prices(range(30)).values()
    again = rows.take(pa.array(reversed(range(30)))) if shuffled else rows
    outcome = plain.drop("d1", {"prices.1of2": rows, "prices.2of2": again})
    assert outcome.state == "quarantined"
    assert "files 'prices.1of2.csv' and 'prices.2of2.csv' hold the same 30 rows" in outcome.reason


def declared(scenario: Scenario, history: History) -> Scenario:
    """The scenario with that history."""
    return replace(scenario, history=history)


def test_a_scenario_may_replace(tmp_path: Path) -> None:
    """Each drop is all there is; an old one that is sent again stays behind."""
    drops = Drops(tmp_path, declared(POINTS, History("replace")))
    drops.drop("d1", points(range(40)))
    drops.drop("d2", points(range(40, 60)))
    assert sorted(values(drops)) == list(range(40, 60))
    late = drops.drop("d1", points(range(20)))
    assert late.state == "duplicate"
    assert sorted(values(drops)) == list(range(40, 60))


@pytest.mark.parametrize(
    ("history", "kept"),
    [(History(drops=2), ["d2", "d3"]), (History(rows=25), ["d2", "d3"]), (History(rows=20), ["d3"])],
    ids=["drops", "rows", "rows of one drop"],
)
def test_a_window_leaves_old_drops_out(tmp_path: Path, history: History, kept: list[str]) -> None:
    """By their number, or by the rows of the newest."""
    drops = Drops(tmp_path, declared(POINTS, history))
    for n in range(1, 4):
        drops.drop(f"d{n}", points(range(20 * n, 20 * n + 20)))
    assert list(drops.newest.drops) == kept


def test_a_window_of_days_follows_the_time_column(tmp_path: Path) -> None:
    """A drop leaves when none of its rows is inside; one that is sent again long after stays outside."""
    table = replace(POINTS.tables[0], columns=(*POINTS.tables[0].columns, Column("at", "time")))
    drops = Drops(tmp_path, replace(POINTS, tables=(table,), time="at", history=History(days=10)))

    def month(number: int, first: int) -> dict[str, pa.Table]:
        rows = points(range(first, first + 20))["points"]
        return {"points": rows.append_column("at", pa.array([f"2026-0{number}-0{1 + n % 9}" for n in range(20)]))}

    for number in (1, 2, 3):
        drops.drop(f"month-{number}", month(number, 20 * number))
    assert drops.newest.drops == ("month-3",)
    assert drops.drop("month-1", month(1, 500)).state == "duplicate"
    assert drops.newest.drops == ("month-3",)


def test_small_increments_need_no_class_of_each_kind(keyed: Drops) -> None:
    """What rows lack is judged in all of them; the first drop alone has to be able to teach."""
    keyed.drop("d1", points(range(40)))
    outcome = keyed.drop("d2", points(range(41, 51, 2)))
    assert (outcome.state, keyed.newest.rows) == ("done", 45)


def test_a_changed_part_is_not_learned_from(keyed: Drops, tmp_path: Path) -> None:
    """What was validated is what is read, part by part."""
    keyed.drop("d1", points(range(40)))
    keyed.drop("d2", points(range(40, 60)))
    part = keyed.newest.tables[0].parts[0]
    place = tmp_path / "lake" / part.path
    place.write_bytes(place.read_bytes()[:-1] + b"?")
    with pytest.raises(Exception, match="the dataset version recorded"):
        keyed.rows()


def test_an_index_that_is_lost_or_broken_is_made_again(keyed: Drops, tmp_path: Path) -> None:
    """It is made of the part."""
    keyed.drop("d1", points(range(40)))
    (index,) = (tmp_path / "lake" / "tables").rglob("*.index")
    index.write_bytes(b"something else")
    keyed.drop("d2", points(range(30, 50), x=100.0))
    assert keyed.newest.tables[0].replaced == 10


def test_an_increment_may_lack_a_value_that_others_have(tmp_path: Path) -> None:
    """A sensor that was off all week refuses no week; as the first data it would be a column without any value."""
    (table,) = PRICES.tables
    columns = tuple(replace(one, nulls=True) if one.name == "z" else one for one in table.columns)
    drops = Drops(tmp_path, replace(PRICES, tables=(replace(table, columns=columns),)))
    drops.drop("d1", prices(range(40)))
    off = prices(range(40, 60))["prices"]
    drops.drop("d2", {"prices": off.set_column(2, "z", pa.nulls(20, pa.float64()))})
    assert drops.newest.rows == 60


class Killed(BaseException):
    """The process of a worker ended."""


class DiesAnnouncing:
    """A ledger whose worker dies when it would end the announcement of a version."""

    def __init__(self, ledger: Any) -> None:
        self._ledger = ledger

    def __getattr__(self, name: str) -> Any:
        """The method of the ledger."""
        return getattr(self._ledger, name)

    def finish(self, claim: Any, *told: Any) -> None:
        """Everything else ends."""
        if claim.kind == "dataset":
            raise Killed
        self._ledger.finish(claim, *told)


def test_a_version_whose_announcement_was_cut_off_is_announced_whatever_clocks_say(world: World) -> None:
    """Another host, whose clock is behind, has made versions of more drops meanwhile."""
    event = world.land("incoming/points/d1/points.csv", points_csv(60))
    ledger: Any = DiesAnnouncing(world.ports.core.ledger)
    with pytest.raises(Killed):
        dispatch.on_data_event(ports_with(world.ports, core__ledger=ledger), event)
    world.clock.advance(minutes=-3)
    for number in (2, 3):
        path = f"incoming/points/d{number}/points.csv"
        world.handle(world.land(path, points_csv(60, seed=number, first=1000 * number)))
    world.clock.advance(minutes=20)
    world.sweep()
    assert len(world.ports.datasets.versions.list("points")) == 3
    assert world.ports.core.history.stuck(world.clock()) == []
