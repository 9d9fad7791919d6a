"""Training that comes again by itself, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import azure.functions as func
import pytest
from world import World, points_csv

from functions.app import create_app
from functions.names import OPERATE, SCOPES
from shared.training.scheduled_runs import start_due

Call = Callable[..., tuple[int, Any, Any]]
WEEKLY = {
    "Name": "weekly",
    "ExperimentName": "MyRestPipeline",
    "ParameterAssignments": {"profile": "demo"},
    "Recurrence": {"Frequency": "Week", "Interval": 1, "StartTime": "2026-03-02T06:00:00Z"},
}


def asked(**changes: Any) -> dict[str, Any]:
    """The weekly schedule with other members; those that are None are left out."""
    return {name: value for name, value in {**WEEKLY, **changes}.items() if value is not None}


def every(frequency: Any, interval: Any = 1, **more: Any) -> dict[str, Any]:
    """The weekly schedule with another recurrence."""
    return asked(Recurrence={"Frequency": frequency, "Interval": interval, **more})


FIRST: list[tuple[Any, str]] = [
    ({"Frequency": "Minute", "Interval": 1}, "2026-03-01T12:00:00"),
    ({"Frequency": "Day", "Interval": 2, "StartTime": "2026-02-27T00:00:00+00:00"}, "2026-03-03T00:00:00"),
    ({"Frequency": "Month", "Interval": 1, "StartTime": "2026-01-31T06:00:00Z"}, "2026-03-31T06:00:00"),
    ({"Frequency": "Hour", "Interval": 1, "StartTime": "2026-03-01T12:00:00Z"}, "2026-03-01T12:00:00"),
    ({"Frequency": "Week", "Interval": 71, "StartTime": "2030-01-01T00:00:00Z"}, "2030-01-01T00:00:00"),
]
WRONG: list[tuple[Any, str]] = [
    (b"{", "not JSON"),
    (b"", "not JSON"),
    ([1], "no object"),
    (asked(Cron="* * * * *"), "'Cron'"),
    (asked(Name=None), "Name is None"),
    (asked(Name="a/b"), "Name is 'a/b'"),
    (asked(Name="-"), "letter or digit first"),
    (asked(Name="x" * 101), "1 to 100"),
    (asked(Name=7), "Name is 7"),
    (asked(Recurrence=None), "accepted: {"),
    (asked(Recurrence="Week"), "Recurrence is no object"),
    (every("Week", Hours=[6]), "'Hours'"),
    (every("Hourly"), "accepted: Minute, Hour, Day, Week, Month"),
    (every("weekly"), "accepted: Minute, Hour, Day, Week, Month"),
    (every(["Week"]), "accepted: Minute, Hour, Day, Week, Month"),
    (asked(Recurrence={"Frequency": "Week"}), "accepted with Week: 1 to 71"),
    (every("Week", 0), "accepted with Week: 1 to 71"),
    (every("Minute", -5), "accepted with Minute: 1 to 72000"),
    (every("Month", 1.5), "accepted with Month: 1 to 16"),
    (every("Day", 1e300), "accepted with Day: 1 to 500"),
    (every("Month", 17), "accepted with Month: 1 to 16"),
    (every("Day", 10**40), "accepted with Day: 1 to 500"),
    (every("Hour", interval=True), "accepted with Hour: 1 to 12000"),
    (every("Week", StartTime="tomorrow"), "StartTime is 'tomorrow'; accepted: ISO 8601 in UTC"),
    (every("Week", StartTime="2026-03-02T06:00:00+02:00"), "ISO 8601 in UTC"),
    (every("Week", StartTime="9999-12-31T23:59:59Z"), "2000 to 2099"),
    (every("Week", StartTime=None), "StartTime is None"),
    (asked(ExperimentName="a\nb"), "ExperimentName"),
    (asked(ParameterAssignments={"input_string": "x"}), "dataset, profile"),
    (asked(ParameterAssignments={"profile": "fast"}), "default or demo"),
    (asked(ParameterAssignments={"dataset": "never"}), "no dataset version"),
    (b'{"Name": "a", "Name": "b"}', "stands twice"),
]


@pytest.fixture
def call(world: World) -> Call:
    """Calls a function of schedules as the worker library does; returns status, body and headers."""
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.trainer.silent = True
    functions = {
        one.get_function_name(): one.get_user_function() for one in create_app(lambda: world.ports).get_functions()
    }

    def ask(function: str, body: Any = None, *, name: str = "", scenario: str = "points") -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        route = {"scenario": scenario, "name": name}
        request = func.HttpRequest("POST", "/api/pipelines", headers={}, route_params=route, body=content)
        answer = functions[f"pipeline_schedule{function}"](req=request)
        return answer.status_code, json.loads(answer.get_body()), answer.headers

    return ask


def test_a_schedule_is_added_listed_shown_and_stopped(call: Call, world: World) -> None:
    """201 with the id and where it stands; it runs when it is due, tells how that ended, and stays readable."""
    status, told, headers = call("_add", WEEKLY)
    assert (status, told["Id"]) == (201, "weekly")
    assert headers["location"] == "/api/pipelines/points/schedules/weekly"
    assert (told["NextDue"], told["LastDue"], told["LastRun"]) == ("2026-03-02T06:00:00+00:00", None, None)
    assert {member: told[member] for member in ("ExperimentName", "ParameterAssignments")} == {
        member: WEEKLY[member] for member in ("ExperimentName", "ParameterAssignments")
    }
    assert call("s")[1] == {"Schedules": [told]}
    world.clock.advance(days=1)
    (run,) = start_due(world.ports)
    world.ports.training.runs.move(run, "requested", "failed", "It broke.")
    status, told, _ = call("", name="weekly")
    assert (status, told["Status"], told["NextDue"]) == (200, "active", "2026-03-09T06:00:00+00:00")
    assert {name: told["LastRun"][name] for name in ("Id", "Status", "Reason", "Profile")} == {
        "Id": run, "Status": "failed", "Reason": "It broke.", "Profile": "demo",
    }  # fmt: skip
    assert (told["LastDue"], run in told["LastOutcome"]) == ("2026-03-02T06:00:00+00:00", True)
    stopped = [call("_stop", name="weekly")[:2] for _ in range(2)]
    assert stopped[0] == stopped[1]
    assert (stopped[0][0], stopped[0][1]["Status"], stopped[0][1]["NextDue"]) == (200, "stopped", None)
    assert call("", name="weekly")[1] == call("s")[1]["Schedules"][0] == stopped[0][1]
    world.clock.advance(days=30)
    assert start_due(world.ports) == []
    assert [entry.state for entry in world.ports.core.history.why("points/weekly") if entry.kind == "schedule"] == [
        "active", "in_progress", "done", "stopped",
    ]  # fmt: skip


def test_the_same_again_is_the_same_and_other_content_is_refused(call: Call, world: World) -> None:
    """Also later, also without a start; a name is used once, stopped or not, in each scenario."""
    free = every("Hour", 2)
    first = [call("_add", body) for body in (WEEKLY, {**free, "Name": "free"})]
    world.clock.advance(days=3)
    again = [call("_add", body) for body in (WEEKLY, {**every("Hour", 2.0), "Name": "free"})]
    assert [one[:2] for one in first] == [one[:2] for one in again]
    for other in (every("Week", 2), asked(ExperimentName="Other"), asked(ParameterAssignments={}), every("Week")):
        status, told, _ = call("_add", other)
        assert (status, "other content" in told["message"]) == (409, True)
    call("_stop", name="weekly")
    status, told, _ = call("_add", WEEKLY)
    assert (status, "used once" in told["message"]) == (409, True)
    assert len(call("s")[1]["Schedules"]) == 2


def test_it_is_due_first_at_its_start(call: Call) -> None:
    """At once without one; where that has passed, at the next occurrence: nothing is made up for."""
    for number, (recurrence, due) in enumerate(FIRST):
        status, told, _ = call("_add", asked(Name=f"s{number}", Recurrence=recurrence))
        assert (status, told["NextDue"]) == (201, f"{due}+00:00")


def test_what_is_not_asked_for_here_is_refused_in_words(call: Call) -> None:
    """Closed bodies, the parameters of runs, the words of recurrences; nothing is kept."""
    for body, words in WRONG:
        status, told, _ = call("_add", body)
        assert (status, words in told["message"]) == (400, True), told
    assert call("s")[1] == {"Schedules": []}


def test_unknown_scenarios_and_names_are_refused(call: Call) -> None:
    """404 for what does not exist, also for another scenario's, and without a dataset as for runs."""
    call("_add", WEEKLY)
    assert call("_add", WEEKLY, scenario="none")[0] == 404
    assert call("_add", WEEKLY, scenario="pairs")[0] == 404
    for function in ("", "_stop"):
        assert call(function, name="nothing")[0] == 404
        assert call(function, name="weekly", scenario="pairs")[0] == 404
    assert call("s", scenario="none")[0] == 404
    assert call("s", scenario="pairs")[1] == {"Schedules": []}


def test_the_key_is_that_of_runs() -> None:
    """One scope for training, whether once or again and again."""
    names = ("pipeline_schedule_add", "pipeline_schedules", "pipeline_schedule", "pipeline_schedule_stop")
    assert {SCOPES[name] for name in names} == {SCOPES["pipeline_submit"]} == {(OPERATE,)}
