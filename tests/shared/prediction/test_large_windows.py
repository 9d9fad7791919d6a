"""Large windows are scored in shards: same rows, ids and refusals as in one piece, whatever is killed or damaged."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from delta_reader import read_delta
from large import committed, large_world, predict, reported, whole_world
from ports_with import ports_with
from pyarrow import csv
from pyarrow import parquet as pq
from world import POINTS, Clock, World, points_csv

from shared import dispatch, due_work
from shared.adapters.process_scorer import ProcessScorer
from shared.core.errors import Corrupt, Misconfigured, Quarantined, Transient
from shared.core.paths import predictions_folder
from shared.datasets.rows import whole
from shared.monitoring.drift.scored_rows import batch_window
from shared.prediction.commits import committed_file
from shared.prediction.hidden_scoring import hidden_commit, score_hidden
from shared.prediction.options.shard_settings import MOST_ROWS, read_sharding
from shared.prediction.options.sql_rows import read_sql_rows
from shared.prediction.plans import read_plan
from shared.prediction.rebuild import rebuild
from shared.prediction.score import score_window
from shared.prediction.shard import ScoredShard, Shard, ShardWork, named_window
from shared.prediction.sharding.attempts import newest_work, scored_shards
from shared.prediction.sharding.planning import planned_shards
from shared.prediction.sharding.shard_scoring import open_scorer
from shared.prediction.sharding.size import refuse_too_many, window_size
from shared.settings import read_settings

ROWS = points_csv(450, seed=3, labelled=False)
MORE = points_csv(130, seed=4, labelled=False, first=1000)


@pytest.fixture(scope="module")
def in_one_piece(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What reports see of ROWS and MORE in a window that is scored in one piece."""
    world = whole_world(tmp_path_factory.mktemp("whole"))
    predict(world, ROWS, MORE)
    assert committed(world).shards == ()
    return answers(world)


def answers(world: World) -> list[Any]:
    """What reports see, without the window's own name."""
    return [row[:6] for row in reported(world)]


def parquet(content: bytes) -> bytes:
    """The same rows as Parquet."""
    sink = io.BytesIO()
    pq.write_table(csv.read_csv(io.BytesIO(content)), sink)
    return sink.getvalue()


def damage(world: World, path: str) -> None:
    """Cut the file of the lake in half."""
    file = world.home / "lake" / path
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


class Ticking(Clock):
    """A clock that moves on whenever it is read."""

    def __call__(self) -> Any:
        """A second later than before."""
        self.advance(seconds=1)
        return self.now


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_large_window_gives_the_rows_of_one_in_one_piece(
    tmp_path: Path, in_one_piece: list[Any], ending: str
) -> None:
    """Ids, keys and values are alike, and the commit lists its shards with their rows."""
    world = large_world(tmp_path)
    files = (ROWS, MORE) if ending == "csv" else (parquet(ROWS), parquet(MORE))
    predict(world, *files, ending=ending)
    assert answers(world) == in_one_piece
    cut = [(number * 100, 100) for number in range(4)] + [(400, 50), (450, 100), (550, 30)]
    assert [(one.first_row, one.rows) for one in committed(world).shards] == cut


def test_failed_rows_keep_their_numbers_over_all_shards(tmp_path: Path) -> None:
    """A number beyond float32 has no prediction, and the rows after it have the ids that they have anyway."""
    lines = ROWS.splitlines()
    for number in (150, 151, 320):
        lines[number] = f"{5000 + number},1e300,red".encode()
    scenario = replace(POINTS, batch=replace(POINTS.batch, error_threshold=3))
    large, whole = large_world(tmp_path / "l", scenario), whole_world(tmp_path / "w", scenario)
    for world in (large, whole):
        predict(world, b"\n".join(lines) + b"\n")
    assert reported(large) == reported(whole)
    assert (committed(large).rows, committed(large).failed_rows) == (447, 3)
    assert [one.failed_rows for one in committed(large).shards] == [0, 2, 0, 1, 0]


WRONG = {
    "too many failed": ROWS.replace(b"\n203,", b"\n203,1e300,red\n999,"),
    "a repeated key": ROWS.replace(b"\n203,", b"\n7,"),
    "a wrong cell": ROWS.replace(b"\n203,", b"\n203,oops"),
    "a column nobody knows": ROWS.replace(b"blue", b"green").replace(b"red", b"grey"),
}


def test_a_large_window_is_refused_for_what_refuses_one_in_one_piece(tmp_path: Path) -> None:
    """With the same sentence, and without a row in SQL or a commit."""
    worlds = large_world(tmp_path / "l"), whole_world(tmp_path / "w")
    fates = []
    for world in worlds:
        for number, content in enumerate(WRONG.values()):
            predict(world, content, drop=f"s{number}")
        windows = world.ports.prediction.windows.list("points")
        fates.append([(one.state, one.reason.replace(one.id, "w")) for one in windows])
        assert world.ports.prediction.predictions.commits("points") == []
    assert fates[0] == fates[1]
    assert [state for state, _ in fates[0]] == ["quarantined"] * len(WRONG)


def test_a_check_that_never_ended_is_made_again(tmp_path: Path) -> None:
    """A key that two files repeat refuses the window, also when a worker died before it said so."""
    world = large_world(tmp_path)
    predict(world, ROWS, MORE.replace(b"\n1000,", b"\n7,"))
    (window,) = world.ports.prediction.windows.list("points")
    for _ in range(2):
        with pytest.raises(Quarantined, match="in data row 8 of file 1 and again in data row 1 of file 2"):
            score_window(world.ports, "points", window.id)


def test_a_column_that_one_shard_does_not_know_is_told_of_the_window(tmp_path: Path) -> None:
    """A hundred rows of an unknown color are a whole shard, and the window has others."""
    lines = ROWS.splitlines()
    lines[1:101] = [line.replace(b"blue", b"green").replace(b"red", b"green") for line in lines[1:101]]
    world = large_world(tmp_path)
    predict(world, b"\n".join(lines) + b"\n")
    assert committed(world).unknown_values == "color=100"


def test_a_window_goes_on_in_as_many_calls_as_it_needs(tmp_path: Path, in_one_piece: list[Any]) -> None:
    """Each call cuts one file or scores or loads one shard, and nothing shows before the commit is loaded."""
    world = large_world(tmp_path, budget=timedelta(0), clock=Ticking())
    core = world.ports.core
    hurried = ProcessScorer(core.lake, world.ports.serving.scoring, core.scenarios, core.clock, timedelta(0))
    world.ports = ports_with(world.ports, prediction__engine=hurried)
    for number, content in enumerate((ROWS, MORE), 1):
        world.land(f"scoring/points/s1/points.{number}of2.csv", content)
    told = []
    while not world.ports.prediction.predictions.commits("points"):
        (message,) = due_work.plan(world.ports)
        dispatch.on_window(world.ports, message)
        entry = world.ports.core.history.find("window", "points/" + json.loads(message)["window"])
        assert entry is not None
        told.append((entry.state, entry.reason.split(";")[-1].strip()))
        assert len(told) < 30
    assert told[0] == ("waiting", "The window is being cut into shards.")
    assert ("waiting", "3 of 7 shards are scored.") in told
    assert ("waiting", "their shards are being loaded into SQL.") in told
    assert answers(world) == in_one_piece


def _stopped_after(world: World, shards: int) -> ShardWork:
    """A window of which so many shards are scored when its worker dies."""
    engine = world.ports.prediction.engine

    class Dying:
        started, alive, cancel = engine.started, engine.alive, engine.cancel

        def submit(self, work: ShardWork) -> None:
            engine.submit(replace(work, shards=work.shards[:shards]))
            raise Transient("The worker died.")

    alive = world.ports
    world.ports = ports_with(alive, prediction__engine=Dying())
    with pytest.raises(Transient):
        predict(world, ROWS, MORE)
    world.ports = alive
    (window,) = world.ports.prediction.windows.list("points")
    work = newest_work(world.ports, "points", window.id)
    assert work is not None
    return work


@pytest.mark.parametrize("damaged", ["shard", "answer", "none"])
def test_after_a_death_only_what_is_missing_is_scored(tmp_path: Path, in_one_piece: list[Any], damaged: str) -> None:
    """Whole answers stay as they are; a truncated answer or shard is made again. The rows are those of one piece."""
    world = large_world(tmp_path)
    work = _stopped_after(world, 2)
    before = scored_shards(world.ports, "points", work.window)
    assert sorted(before) == [0, 1]
    if damaged == "shard":
        damage(world, work.shards[3].files[0].path)
    if damaged == "answer":
        damage(world, before[1].path)
        assert sorted(scored_shards(world.ports, "points", work.window)) == [0]
    times = {blob.path: blob.modified for blob in world.ports.core.lake.list(predictions_folder("points", work.window))}
    world.clock.advance(minutes=1)
    world.sweep()
    assert answers(world) == in_one_piece
    again = {blob.path: blob.modified for blob in world.ports.core.lake.list(predictions_folder("points", work.window))}
    assert (again[before[1].path] != times[before[1].path]) == (damaged == "answer")
    assert again[before[0].path] == times[before[0].path]


def test_a_shard_that_is_scored_twice_counts_once(tmp_path: Path) -> None:
    """A second worker writes the same file, and its receipt changes nothing."""
    world = large_world(tmp_path)
    work = _stopped_after(world, 1)
    first = scored_shards(world.ports, "points", work.window)
    lake, scoring = world.ports.core.lake, world.ports.serving.scoring
    scorer = open_scorer(lake, scoring, POINTS, work)
    assert [scorer.score(shard) for shard in work.shards][:1] == list(first.values())
    world.clock.advance(minutes=1)
    world.sweep()
    assert [row[0] & 0xFFFFFFFF for row in reported(world)] == list(range(580))
    # The Delta table has all shards by one commit.
    told = read_delta(world.home / "lake" / "tables" / "points" / "predictions")
    assert [row["prediction_id"] for row in told] == [row[0] for row in reported(world)]


def test_a_worker_far_away_leaves_its_reason(tmp_path: Path) -> None:
    """A shard that is not what was cut is a record for the workflow, and no receipt."""
    world = large_world(tmp_path)
    work = _stopped_after(world, 1)
    damage(world, work.shards[2].files[0].path)
    scorer = open_scorer(world.ports.core.lake, world.ports.serving.scoring, POINTS, work)
    assert "is not the shard that was cut" in scorer.try_score(work.shards[2])
    (problem,) = world.ports.core.lake.list(f"shards/points/{work.window}/problems/")
    assert json.loads((world.home / "lake" / problem.path).read_bytes())["shard"] == 2
    assert 2 not in scored_shards(world.ports, "points", work.window)


def test_sql_is_loaded_shard_by_shard_and_shows_a_window_with_its_commit(tmp_path: Path) -> None:
    """A loader that dies after two shards has shown nothing; the next one loads the others, and a rebuild all."""
    world = large_world(tmp_path)
    real = world.ports.prediction.predictions
    loaded: list[int] = []

    class Dying:
        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def load_shard(self, *given: Any) -> bool:
            if len(loaded) == 2:
                raise Transient("The database is away.")
            loaded.append(given[2].first_row)
            return real.load_shard(*given)

    alive = world.ports
    world.ports = ports_with(alive, prediction__predictions=Dying())
    with pytest.raises(Transient):
        predict(world, ROWS)
    assert reported(world) == []
    world.ports = alive
    world.clock.advance(minutes=1)
    world.sweep()
    rows = reported(world)
    assert len(rows) == 450
    with world.ports.core.history._engine.begin() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql("DELETE FROM predictions_points WHERE entity_key LIKE '1%'")
    assert [one.state for one in rebuild(world.ports, POINTS)] == ["restored"]
    assert reported(world) == rows
    assert [one.state for one in rebuild(world.ports, POINTS)] == ["intact"]


def test_sql_may_hold_the_rows_of_the_last_days_alone(tmp_path: Path) -> None:
    """Old rows go when a window comes, and a rebuild brings none of them back; commits stay."""
    world = large_world(tmp_path, SQL_ROWS="recent 90 days")
    predict(world, ROWS, drop="old")
    world.clock.advance(days=60)
    predict(world, points_csv(50, seed=5, labelled=False), drop="small")
    assert len(reported(world)) == 500
    world.clock.advance(days=60)
    predict(world, MORE, drop="new")
    assert len(reported(world)) == 180
    assert len(world.ports.prediction.predictions.commits("points")) == 3
    assert {one.state for one in rebuild(world.ports, POINTS)} == {"intact"}
    assert {one.state for one in rebuild(world.ports, POINTS, every=True)} == {"restored"}
    assert len(reported(world)) == 180


def test_sql_may_hold_no_rows_at_all(tmp_path: Path) -> None:
    """Of a window in shards and of one in one piece the commit alone; the lake has the files."""
    world = large_world(tmp_path, SQL_ROWS="none")
    predict(world, ROWS)
    predict(world, MORE, drop="s2")
    assert reported(world) == []
    assert [one.rows for one in world.ports.prediction.predictions.commits("points")] == [450, 130]
    assert {one.state for one in rebuild(world.ports, POINTS)} == {"intact"}
    with pytest.raises(Misconfigured, match="recent 90 days"):
        read_sql_rows({"SQL_ROWS": "some"})


def test_monitoring_looks_at_shards_from_all_over_the_window(tmp_path: Path) -> None:
    """Three of seven, with the answers to the same rows; and all rows are counted."""
    world = large_world(tmp_path)
    predict(world, ROWS, MORE)
    (commit,) = world.ports.prediction.predictions.commits("points")
    data = batch_window(world.ports, POINTS, commit)
    assert data.rows == 580
    assert data.answers is not None
    ids = whole(data.tables["points"]).column("id").to_pylist()
    assert (len(ids), ids[0], ids[100], ids[-1]) == (230, 0, 300, 1129)
    assert data.answers.num_rows == 230
    shard = planned_shards(world.ports, read_plan(world.ports, "points", commit.window))[0].files[0]
    place = tmp_path / "lake" / shard.path
    place.write_bytes(place.read_bytes()[:-1] + b"?")
    with pytest.raises(Corrupt, match=rf"{shard.path} has sha256 .* recorded when it was written"):
        batch_window(world.ports, POINTS, commit)


def test_a_model_that_is_tried_hidden_answers_the_first_shard(tmp_path: Path) -> None:
    """Under the ids of the window; nothing of it reaches SQL."""
    world = large_world(tmp_path)
    predict(world, ROWS)
    serving = world.ports.release.deployments.current("points")
    assert serving is not None
    (commit,) = world.ports.prediction.predictions.commits("points")
    outcome = score_hidden(world.ports, POINTS, commit.window, serving)
    assert (outcome.state, "answered 100 rows" in outcome.reason) == ("done", True)
    hidden = hidden_commit(world.ports, POINTS, commit.window, serving)
    assert hidden is not None
    with committed_file(world.ports, hidden.files[0]) as source:
        answered = pq.read_table(source).column("prediction_id").to_pylist()
    assert answered == [row[0] for row in reported(world)[:100]]
    assert len(reported(world)) == 450


def test_a_small_window_stays_in_one_piece(tmp_path: Path) -> None:
    """Up to the limit nothing is cut, and the plan says nothing of shards."""
    world = large_world(tmp_path)
    predict(world, points_csv(150, seed=3, labelled=False))
    assert len(committed(world).files) == 1
    assert list(world.ports.core.lake.list("shards/")) == []


def test_rows_are_counted_before_they_are_read(tmp_path: Path) -> None:
    """Parquet says it itself, of CSV the lines are counted; more than a window has ids for is refused."""
    world = large_world(tmp_path)
    for ending, content in {"csv": ROWS, "parquet": parquet(ROWS)}.items():
        world.land(f"scoring/points/{ending}/points.{ending}", content)
        blob = world.ports.core.lake.stat(f"scoring/points/{ending}/points.{ending}")
        assert blob is not None
        size = window_size(world.ports, POINTS, [f"{blob.path}@{blob.etag}"])
        assert size.rows == 450
        assert size.bytes == len(content)
    refuse_too_many(POINTS, MOST_ROWS)
    with pytest.raises(Quarantined, match="at least 3 drops"):
        refuse_too_many(POINTS, 2 * MOST_ROWS + 1)


def test_the_limit_is_a_setting_for_all_scenarios_or_one() -> None:
    """And a wrong one is named."""
    assert read_sharding({"SCORER_ROWS": "9", "SCORER_ROWS_POINTS": "5"}, {"points": POINTS}).most("points") == 5
    assert read_sharding({"SCORER_ROWS": "9"}, {"points": POINTS}).most("points") == 9
    with pytest.raises(Misconfigured, match="SCORER_ROWS_POINTS"):
        read_sharding({"SCORER_ROWS_POINTS": "many"}, {"points": POINTS})
    with pytest.raises(Misconfigured, match="SCORER_URL"):
        read_settings({"SCORER_URL": "cluster:"})


def test_the_name_of_a_job_leads_to_its_window(tmp_path: Path) -> None:
    """An event that names the job is about the window of that number; another name is about none."""
    world = large_world(tmp_path)
    work = _stopped_after(world, 1)
    assert named_window(work.name) == ("points", 1)
    assert named_window("points-d1-12345678-1") is None
    assert ShardWork.from_json(json.loads(work.to_bytes()), "p") == work
    scored = scored_shards(world.ports, "points", work.window)[0]
    assert ScoredShard.from_json(json.loads(scored.to_bytes()), "p") == scored
    assert isinstance(work.shards[0], Shard)


def test_a_large_window_is_corrected_like_any_other(tmp_path: Path) -> None:
    """A newer version of its file is a further version of the window, in shards as well."""
    world = large_world(tmp_path)
    predict(world, ROWS)
    changed = ROWS.replace(b"\n7,", b"\n7000,")
    world.land("scoring/points/s1/points.csv", changed)
    world.sweep()
    assert len(world.ports.prediction.predictions.commits("points")) == 2
    rows = reported(world)
    assert len(rows) == 450
    assert "7000" in {row[1] for row in rows}
