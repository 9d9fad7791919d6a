"""Options of a run: what fits a scenario is kept, what does not is refused in one sentence, settings fill the gaps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from model_training.scenarios import SCENARIOS
from shared.core.errors import BadInput, Misconfigured
from shared.training.options.option_settings import read_options
from shared.training.options.run_options import LIMITS, NOTHING, RunOptions, read_limits

BANK, MACHINES = SCENARIOS["bank_marketing"], SCENARIOS["predictive_maintenance"]


def test_inputs_are_taken_in_the_declared_order() -> None:
    """However they were named, the model and its contract have one order."""
    assert RunOptions(("job", "age")).checked(BANK).inputs == ("age", "job")
    assert NOTHING.checked(BANK) == NOTHING


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (RunOptions(("agee",)), "declares no input 'agee' (did you mean 'age'?); accepted: some of age"),
        (RunOptions(("JOB",)), "(did you mean 'job'?)"),
        (RunOptions(("y",)), "bank_marketing declares no input 'y'; accepted: some of"),
        (RunOptions(minutes=0.0), "minutes is 0; accepted: a number of minutes above 0"),
        (RunOptions(minutes=float("nan")), "minutes is nan; accepted"),
        (RunOptions(trials=0), "trials is 0; accepted: a whole number from 1 to 1000."),
        (RunOptions(patience=-1), "patience is -1"),
        (RunOptions(concurrency=65), "concurrency is 65; accepted: a whole number from 1 to 64."),
        (RunOptions(metric_reached=95.0), "the auc of bank_marketing never reaches; accepted: at most 1."),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(options: RunOptions, sentence: str) -> None:
    """What, where, and what would be accepted."""
    with pytest.raises(BadInput) as told:
        options.checked(BANK)
    assert sentence in told.value.reason


@pytest.mark.parametrize("options", [NOTHING, RunOptions(("a, b", "ü"), 0.5, 3, 2, -1.5, 1)])
def test_options_come_back_whole(options: RunOptions) -> None:
    """As JSON in a database and as plain letters in a command line."""
    assert RunOptions.from_json(options.to_json()) == options
    assert RunOptions.unpacked(options.packed()) == options
    assert all(letter.isalnum() or letter in "-_" for letter in options.packed())
    assert RunOptions.from_json(None) == NOTHING == RunOptions.unpacked("")


def test_a_run_is_asked_before_the_scenario_and_that_before_all() -> None:
    """Each limit on its own: the nearest one that says something."""
    environ = {
        "TRAINING_LIMITS": "minutes:30, trials:50",
        "TRAINING_LIMITS_BANK_MARKETING": "trials:5",
        "TRAINING_INPUTS_BANK_MARKETING": "job, age",
    }
    found = read_options(environ, SCENARIOS)
    assert found["bank_marketing"] == RunOptions(("age", "job"), minutes=30.0, trials=5)
    assert found["iiot_quality"] == RunOptions(minutes=30.0, trials=50)
    assert RunOptions(trials=2).over(found["bank_marketing"]) == RunOptions(("age", "job"), minutes=30.0, trials=2)


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"TRAINING_LIMITS": "minuts:3"}, "no limit 'minuts' (did you mean 'minutes'?); accepted: minutes, trials"),
        ({"TRAINING_LIMITS": "trials:many"}, "trials is 'many'; accepted: a whole number from 1 to 1000."),
        ({"TRAINING_LIMITS_BANK_MARKETING": "metric_reached:2"}, "never reaches; accepted: at most 1."),
        ({"TRAINING_INPUTS_BANK_MARKETING": "agee"}, "(did you mean 'age'?); accepted: some of age"),
        ({"TRAINING_INPUTS": "age"}, "accepted: TRAINING_INPUTS_<SCENARIO>"),
    ],
)
def test_a_bad_setting_is_named(environ: Mapping[str, str], sentence: str) -> None:
    """With what would be accepted, said once."""
    with pytest.raises(Misconfigured) as told:
        read_options(environ, SCENARIOS)
    assert told.value.reason.startswith(f"Setting {next(iter(environ))} ")
    assert sentence in told.value.reason
    assert told.value.reason.count("accepted:") == 1


def test_every_limit_can_be_set() -> None:
    """By the name that it has everywhere."""
    values: dict[str, Any] = dict.fromkeys(LIMITS, 1)
    assert read_limits(",".join(f"{name}:1" for name in LIMITS)) == RunOptions(**values)
