"""The verbs of schedules, and the round of the timers that starts what is due."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from command import Answer, Command

from model_training.scenarios import SCENARIOS
from shared.bootstrap import build_ports
from shared.datasets.version import DatasetVersion

BANK = "bank_marketing"


def test_a_schedule_is_added_and_started_by_a_round_of_the_timers(tmp_path: Path) -> None:
    """Added twice it is one schedule; `tick` requests its run once, as history shows; a stopped one stays listed."""
    settings = {"MLOPS_HOME": str(tmp_path / "home"), "TRAINER_URL": "none:"}
    version = DatasetVersion(BANK, "d1", "digest", (), (), datetime(2026, 1, 1, tzinfo=UTC))
    build_ports(settings, SCENARIOS).datasets.versions.add(version)
    command = Command(tmp_path / "home", **settings)

    def mlops(line: str) -> Answer:
        answer = command(*line.split(), "--json")
        assert (answer.code, answer.err) == (0, ""), line
        return answer

    first, again = [mlops(f"schedules add {BANK} nightly --frequency Day --profile demo") for _ in range(2)]
    assert first.json == again.json
    assert (first.json["Id"], first.json["ParameterAssignments"]) == ("nightly", {"profile": "demo"})
    for _ in range(2):
        mlops("tick")
    shown = mlops(f"schedules show {BANK} nightly").json
    assert shown["LastRun"]["Dataset"] == "d1"
    people = command("schedules", "show", BANK, "nightly").out
    assert people.startswith(f"{BANK} nightly\n  every      1 Day\n")
    assert f"last run   {shown['LastRun']['Id']}\n" in people
    started = [
        one for one in mlops("history --why nightly").json if (one["kind"], one["state"]) == ("schedule", "done")
    ]
    assert [one["reason"] for one in started] == [f"Run {shown['LastRun']['Id']} was requested by the schedule."]
    stopped = mlops(f"schedules stop {BANK} nightly").json
    (listed,) = mlops("schedules list").json
    assert listed == {"Scenario": BANK, **stopped}
    assert (listed["Status"], listed["NextDue"]) == ("stopped", None)
    refused = command("schedules", "add", BANK, "nightly", "--frequency", "Week")
    assert (refused.code, "other content" in refused.sentence) == (3, True)
