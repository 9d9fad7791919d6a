"""`mlops monitor`, `mlops actuals` and `mlops scorecard` as a person runs them."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import Command


@pytest.fixture(scope="module")
def mlops(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """An empty home."""
    return Command(tmp_path_factory.mktemp("monitor") / "home")


def test_nothing_is_monitored_where_nothing_serves(mlops: Command) -> None:
    """The output names every scenario nevertheless."""
    answer = mlops("monitor", "run", "--json")
    assert answer.code == 0
    assert {one["scenario"]: one["windows"] for one in answer.json["watched"]} == {
        "bank_marketing": [], "iiot_quality": [], "predictive_maintenance": [], "text_classification": [],
    }  # fmt: skip
    shown = mlops("monitor", "show", "bank_marketing", "--json").json
    assert shown == {"windows": [], "drift": [], "quality": [], "breaches": [], "decisions": []}
    assert mlops("scorecard", "--json").json == []
    assert "Breaches: none." in mlops("monitor", "show", "bank_marketing").out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("monitor", "run", "nothing"), "no scenario 'nothing'"),
        (("monitor", "run", "--window", "w1"), "A window belongs to a scenario"),
        (("monitor", "run", "bank_marketing", "--window", "w1"), "no complete, predicted window 'w1'"),
        (("monitor", "show", "nothing"), "no scenario 'nothing'"),
        (("actuals", "nothing", "file.csv"), "no scenario 'nothing'"),
        (("actuals", "bank_marketing", "absent.csv"), "There is no file absent.csv"),
        (("scorecard", "nothing"), "no scenario 'nothing'"),
    ],
)
def test_what_is_missing_is_named_in_a_sentence(mlops: Command, arguments: tuple[str, ...], says: str) -> None:
    """Exit code 2."""
    answer = mlops(*arguments)
    assert (answer.code, says in answer.sentence) == (2, True)


def test_labels_are_taken_or_quarantined(mlops: Command, tmp_path: Path) -> None:
    """Exit code 0 with counts, also for the same file again; 3 with the reason when it breaks its contract."""
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("prediction_id,y\n4294967296,yes\n4294967297,no\n")
    bad.write_text("prediction_id,y\n1,perhaps\n")
    answer = mlops("actuals", "bank_marketing", good, "--json")
    assert (answer.code, answer.json["state"], answer.json["new"], answer.json["changed"]) == (0, "done", 2, 0)
    assert "2 of them name no prediction" in answer.json["reason"]
    answer = mlops("actuals", "bank_marketing", bad, "--json")
    assert (answer.code, answer.json["state"]) == (3, "quarantined")
    assert "perhaps" in answer.json["reason"]
    assert mlops.sql("SELECT count(*) FROM v_prediction_vs_actual_bank_marketing") == [(0,)]
    assert mlops.sql("SELECT count(*) FROM actual_bank_marketing WHERE is_current = 1") == [(2,)]
