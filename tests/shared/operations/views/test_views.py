"""Views of the dashboard: true to the state, strict about questions, and calm where there is nothing yet."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from world import World, marks_csv, points_csv, prices_csv

from shared.core.errors import BadInput, Missing
from shared.operations.views import VIEWS, ViewQuery, view
from shared.operations.views.files import cell, report, rows
from shared.profiles.baseline import accept_baseline
from shared.training import schedule_requests as schedules

PAGES = tuple(VIEWS)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world in which things went well, were refused, quarantined, and wait."""
    world = World(tmp_path_factory.mktemp("lived"))
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.handle(world.land("incoming/prices/d1/prices.csv", prices_csv()))
    first = world.ports.datasets.versions.list("points")[0]
    accept_baseline(world.ports, "points", first.id, by="ana", reason="Looked at.")
    world.clock.advance(hours=1)
    world.handle(world.land("incoming/points/d2/points.csv", points_csv(450, seed=2)))
    world.handle(world.land("incoming/points/d3/points.csv", b"id,x,color,y\n1,abc,red,yes\n2,1.0,red,no\n"))
    world.handle(world.land("incoming/marks/d1/marks.csv", marks_csv()))
    for drop, size in (("s1", 70), ("s2", 40)):
        world.handle(world.land(f"scoring/points/{drop}/points.csv", points_csv(size, seed=size, labelled=False)))
        world.clock.advance(hours=1)
    world.handle(world.land("scoring/prices/s1/prices.csv", prices_csv(30, labelled=False)))
    world.sweep()
    return world


@pytest.mark.parametrize("page", PAGES)
def test_a_new_installation_has_every_page(page: str, world: World) -> None:
    """Before anything has landed no page fails, for no scenario."""
    for name in world.ports.core.scenarios:
        assert json.dumps(view(world.ports, page, {"scenario": name}), allow_nan=False)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_json(page: str, lived: World) -> None:
    """Records, times and numbers that JSON does not know are told in its words."""
    for name in lived.ports.core.scenarios:
        assert json.loads(json.dumps(view(lived.ports, page, {"scenario": name}), allow_nan=False))


@pytest.mark.parametrize("page", [page for page in PAGES if page not in {"overview", "history"}])
def test_an_unknown_scenario_is_missing(page: str, lived: World) -> None:
    """The sentence lists those there are."""
    with pytest.raises(Missing, match="known: marks, pairs, points, prices"):
        view(lived.ports, page, {"scenario": "nobody"})


def test_a_run_is_told_with_its_model_and_its_duration(lived: World) -> None:
    """The newest first, the newest in detail unless one is named; a run of another scenario is Missing."""
    told = view(lived.ports, "runs", {"scenario": "points"})
    listed = lived.ports.training.runs.list("points")
    assert [one["id"] for one in told["runs"]] == [run.id for run in reversed(listed)]
    assert told["run"]["id"] == listed[-1].id
    assert (told["runs"][-1]["model"], told["runs"][-1]["state"]) == ("points:1", "completed")
    assert told["runs"][-1]["seconds"] == (listed[0].updated_at - listed[0].created_at).total_seconds()
    named = view(lived.ports, "runs", {"scenario": "points", "run": listed[0].id})["run"]
    assert (named["id"], named["log"], named["log_place"][:5]) == (listed[0].id, [], "runs/")
    with pytest.raises(Missing, match="prices has no training run"):
        view(lived.ports, "runs", {"scenario": "prices", "run": listed[0].id})


def test_the_serving_version_is_compared_with_the_newest_other_one(lived: World) -> None:
    """Either may be named; every version stands in the trend, with a metric although it was never evaluated."""
    told = view(lived.ports, "compare", {"scenario": "points"})
    assert (told["a"]["serving"], told["a"]["id"]) == (True, "points:1")
    assert told["b"]["id"] == "points:2"
    assert [one["name"] for one in told["a"]["inputs"]] == ["x", "color"]
    assert [one["version"] for one in told["trend"]] == [1, 2]
    assert all(0 < one["metrics"]["auc"]["value"] <= 1 for one in told["trend"])
    named = view(lived.ports, "compare", {"scenario": "points", "a": "2", "b": "1"})
    assert (named["a"]["id"], named["b"]["id"]) == ("points:2", "points:1")
    with pytest.raises(Missing, match="There is no points:9"):
        view(lived.ports, "compare", {"scenario": "points", "b": "9"})


def test_the_history_is_paged_and_filtered(lived: World) -> None:
    """Page by page every ending once, also those of one moment; what is not known to filter by is refused."""
    endings = [entry for entry in lived.ports.core.history.entries(10_000) if entry.state != "in_progress"]
    asked, seen = {"limit": "7"}, []
    while True:
        page = view(lived.ports, "history", asked)
        seen += [(line["kind"], line["key"], line["state"], line["reason"]) for line in page["lines"]]
        if page["next"] is None:
            break
        asked = {"limit": "7", **{name: str(value) for name, value in page["next"].items()}}
    assert seen == [(entry.kind, entry.key, entry.state, entry.reason) for entry in endings]
    for name, value in (("kind", "drop"), ("state", "quarantined"), ("only", "prices")):
        lines = view(lived.ports, "history", {name: value})["lines"]
        assert lines
        assert all(value in line.get(name, line["key"]) for line in lines)
    for wrong in ({"kind": "nothing"}, {"before": "yesterday"}):
        with pytest.raises(BadInput, match="accepted: "):
            view(lived.ports, "history", wrong)


def test_a_damaged_file_takes_no_page_away(tmp_path: Path) -> None:
    """What cannot be read is told by its path; every page shows the rest."""
    world = World(tmp_path)
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    (model,) = world.ports.training.registry.list("points")
    for name in ("manifest.json", "evaluation.json"):
        world.ports.core.lake.put(f"{model.folder}{name}", b'{"half": ', if_absent=False)
    world.ports.core.lake.put("baselines/points/baseline.json", b"[]", if_absent=False)
    told = {page: view(world.ports, page, {"scenario": "points"}) for page in PAGES}
    assert [problem.split()[0] for problem in told["models"]["model"]["problems"]] == [
        f"{model.folder}manifest.json", f"{model.folder}evaluation.json",
    ]  # fmt: skip
    assert told["compare"]["a"]["problems"] == told["models"]["model"]["problems"]
    assert told["runs"]["run"]["model"] == "points:1"
    assert "baseline.json" in told["datasets"]["baseline_problem"]


def test_an_unknown_page_is_missing(lived: World) -> None:
    """The sentence lists the pages."""
    with pytest.raises(Missing, match="known: overview, datasets"):
        view(lived.ports, "secrets", {})


def test_the_overview_tells_what_trains_again(lived: World) -> None:
    """Active schedules, the next due one first; a stopped one is in history only."""
    points = lived.ports.core.scenarios["points"]
    for name, every in (("slow", 2), ("quick", 1), ("gone", 3)):
        often = {"Frequency": "Week", "Interval": every, "StartTime": f"2099-0{every}-05T06:00:00Z"}
        schedules.add(lived.ports, points, schedules.read_schedule_request({"Name": name, "Recurrence": often}))
    schedules.stop(lived.ports, points, "gone")
    told = view(lived.ports, "overview", {})["scheduled"]
    assert [(one["name"], one["often"]) for one in told] == [("quick", "every week"), ("slow", "every 2 weeks")]


def test_the_overview_counts_what_the_state_holds(lived: World) -> None:
    """Its totals are those of the stores, its newest facts the newest."""
    told = {one["name"]: one for one in view(lived.ports, "overview", {})["scenarios"]}
    points = told["points"]
    commits = lived.ports.prediction.predictions.commits("points")
    assert points["totals"]["predictions"] == sum(commit.rows for commit in commits) == 110
    assert points["totals"]["datasets"] == len(lived.ports.datasets.versions.list("points")) == 2
    assert points["totals"]["files"] == 5
    assert points["serving"]["generation"] == lived.ports.release.deployments.current("points").generation  # type: ignore[union-attr]
    assert points["predicted"]["window"] == commits[-1].window
    assert told["pairs"]["serving"] is None


def test_a_failure_is_told_once_with_its_reason(lived: World) -> None:
    """The quarantined drop and its only file share one line."""
    told = [one for one in view(lived.ports, "overview", {})["failures"] if "'abc'" in one["reason"]]
    assert [one["state"] for one in told] == ["quarantined"]


def test_what_is_missing_is_a_hint_and_nothing_waits_for_it(lived: World) -> None:
    """Without a baseline the first dataset is offered; of what waits each says for whom."""
    page = view(lived.ports, "overview", {})
    hints = {(one["scenario"], one["kind"]): one for one in page["hints"]}
    assert hints["prices", "baseline"]["dataset"] == lived.ports.datasets.versions.ids("prices")[0]
    assert ("pairs", "data") in hints
    assert not {scenario for scenario, _ in hints} & {"points"}
    told = {(one.get("scenario"), one["kind"]) for one in page["waiting"]}
    assert not {kind for _, kind in told} & {"baseline", "data"}
    assert {kind for scenario, kind in told if scenario == "points"} <= {"breach"}


def test_pages_of_rows_hold_every_row_once(lived: World) -> None:
    """Paging by id neither repeats nor leaves out."""
    window = lived.ports.prediction.predictions.commits("points")[0].window
    asked, seen = {"scenario": "points", "window": window, "limit": "32"}, []
    while True:
        page = view(lived.ports, "predictions", asked)["page"]
        seen += [row["entity_key"] for row in page["rows"]]
        if page["next"] is None:
            break
        asked["before"] = str(page["next"])
    assert sorted(seen, key=int) == [str(number) for number in range(70)]


def test_rows_are_chosen_by_answer_and_entity(lived: World) -> None:
    """Only what was asked for comes, from the window that was asked for."""
    window = lived.ports.prediction.predictions.commits("points")[0].window
    told = view(lived.ports, "predictions", {"scenario": "points", "window": window, "prediction": "yes"})
    chosen = next(one for one in told["windows"] if one["window"] == window)
    counted = {one["answer"]: one["rows"] for one in chosen["answers"]}
    assert {row["prediction"] for row in told["page"]["rows"]} == {"yes"}
    assert len(told["page"]["rows"]) == min(counted["yes"], 50)
    assert sum(counted.values()) == 70
    one = view(lived.ports, "predictions", {"scenario": "points", "window": window, "entity": "7"})
    assert [row["entity_key"] for row in one["page"]["rows"]] == ["7"]
    assert one["batch"]["rows"] == one["page"]["rows"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"before": "-1"}, "Parameter before is '-1'"),
        ({"limit": "1e9"}, "Parameter limit is '1e9'"),
        ({"limit": "201"}, "from 0 to 200"),
        ({"before": "9" * 40}, "Parameter before"),
        ({"column": "run_id"}, "cannot be drawn"),
        ({"window": "x" * 2000}, "has 2000 characters"),
    ],
)
def test_a_question_that_cannot_be_meant_is_refused(asked: dict[str, str], sentence: str, lived: World) -> None:
    """One sentence names the parameter and what would be accepted."""
    with pytest.raises(BadInput, match=sentence):
        view(lived.ports, "predictions", {"scenario": "points", **asked})


def test_a_window_that_is_not_committed_is_missing(lived: World) -> None:
    """A quote in its name is only a character."""
    with pytest.raises(Missing, match="no committed window"):
        view(lived.ports, "predictions", {"scenario": "points", "window": "x' or 1=1 --"})


def test_statistics_come_with_the_baseline(lived: World) -> None:
    """Two versions give two points a line; the baseline's value stands beside them."""
    told = view(lived.ports, "datasets", {"scenario": "points"})
    assert [len(one["tables"]["points"]["columns"]) for one in told["history"]] == [4, 4]
    assert told["baseline"]["accepted_by"] == "ana"
    assert told["baseline"]["tables"]["points"]["columns"]["x"]["mean"] == pytest.approx(
        told["history"][0]["tables"]["points"]["columns"]["x"]["mean"]
    )


def test_drift_cells_are_shares_of_what_counts(lived: World) -> None:
    """A drifted cell is beyond one, another is not."""
    cells = view(lived.ports, "monitoring", {"scenario": "points"})["datasets"]["cells"]
    assert {cell["feature"] for cell in cells} >= {"x", "color"}
    assert all(cell["drifted"] == (cell["share"] > 1) for cell in cells if cell["share"] is not None)


def test_history_says_why(lived: World) -> None:
    """A search finds every transition of what it names, oldest first."""
    told = view(lived.ports, "history", {"why": "points/d3"})
    assert told["total"] == len(told["lines"]) > 0
    assert told["lines"][-1]["state"] == "quarantined"
    assert view(lived.ports, "history", {"why": "no such thing"})["lines"] == []


@pytest.mark.parametrize(
    "before",
    [
        *("-1", "2026-03-01", "2026-03-01T12:00:00"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999+00:00", "9999-12-31T12:00:00-14:00"),
    ],
)
def test_history_is_not_paged_from_outside_of_the_calendar(before: str, lived: World) -> None:
    """Nor from a moment without a zone; one within has a page, also the last that can be asked for."""
    with pytest.raises(BadInput, match=r"Parameter before is .*; accepted: a moment such as"):
        view(lived.ports, "history", {"before": before})
    assert view(lived.ports, "history", {"before": "9999-12-31T23:59:59.999998+00:00"})["total"] > 0


def test_the_export_of_rows_is_the_window(lived: World) -> None:
    """Every row of the window stands in the file, under the table's column names."""
    window = lived.ports.prediction.predictions.commits("points")[1].window
    text = rows(lived.ports, ViewQuery({"scenario": "points", "window": window}))
    table = list(csv.DictReader(io.StringIO(text)))
    assert len(table) == 40
    assert {row["window"] for row in table} == {window}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_a_spreadsheet_runs_nothing(text: str) -> None:
    """A text that would be a formula is told apart; a negative number stays one."""
    assert cell(text) == f"'{text}"
    assert cell(-1.5) == -1.5


def test_a_report_is_found_by_its_dataset_only(lived: World) -> None:
    """The name is looked up among the versions; it never becomes a path."""
    known = lived.ports.datasets.versions.list("points")[0].id
    assert report(lived.ports, ViewQuery({"scenario": "points", "dataset": known})).startswith("<!doctype html>")
    with pytest.raises(Missing):
        report(lived.ports, ViewQuery({"scenario": "points", "dataset": "../../baselines/points"}))


def test_counting_a_window_again_reads_nothing(tmp_path: Path, lived: World) -> None:
    """A committed window never changes: its answers are remembered."""
    scenario = lived.ports.core.scenarios["points"]
    commits = lived.ports.operations.prediction_rows.recent("points", 5)
    first = lived.ports.operations.prediction_rows.answers(scenario, commits)
    assert first == lived.ports.operations.prediction_rows.answers(scenario, commits)
    assert sum(one.rows for one in first) == 110
