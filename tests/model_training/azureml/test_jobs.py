"""Jobs are built and checked without a workspace; the committed files are those jobs."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from model_training import pipeline
from model_training.azureml import components, platform
from model_training.azureml.dump import job_yaml
from model_training.azureml.jobs import TrainingOrder, training_job
from model_training.azureml.parameters import parameters_of
from model_training.azureml.platform import Platform, read_platform
from model_training.azureml.repository import REPOSITORY
from model_training.azureml.schedule import schedule
from model_training.azureml.scoring import BatchOrder, scoring_job
from model_training.azureml.spaces import Sweep, algorithm, search_space
from model_training.runs.runner import STEPS
from model_training.scenarios import SCENARIOS
from model_training.search.spaces import SPACES
from model_training.steps.define_dataset import ORIGIN
from shared.core.errors import BadInput, Misconfigured
from shared.training.recurrence import FREQUENCIES, Recurrence

BANK = SCENARIOS["bank_marketing"]
WHEN = datetime(2026, 3, 1, tzinfo=UTC)
DUMPED = sorted(path.name for path in pipeline.DOCUMENTS.glob("*.yml"))


def _order(**changes: Any) -> TrainingOrder:
    return TrainingOrder(**{"scenario": BANK, "dataset": "bank:7", "tables": "azureml:bank:7", **changes})


def _batch(**changes: Any) -> BatchOrder:
    told = {"scenario": BANK, "data": "azureml:calls:1", "model": "azureml:bank:3", "model_id": "bank:3"}
    return BatchOrder(**{**told, "scored_at": WHEN, **changes})


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_sdk_accepts_every_scenario_s_training(name: str) -> None:
    """Checked without a workspace; tagged with scenario and dataset, in the scenario's experiment."""
    job = training_job(_order(scenario=SCENARIOS[name]), Platform())
    assert job._validate().passed, job._validate()
    assert job.tags == {"scenario": name, "dataset": "bank:7", "profile": "default"}
    assert job.experiment_name == f"mlops-{name}"
    assert set(job.outputs) == {"model"}


def test_each_step_gets_what_it_needs() -> None:
    """The folders of the steps it needs, whether tuned by sweeps or on one machine."""
    for sweep in (Sweep(), None):
        jobs = training_job(_order(sweep=sweep), Platform())._to_dict()["jobs"]
        for step in STEPS:
            for need in step.NEEDS:
                assert jobs[step.NAME]["inputs"][need]["path"] == f"${{{{parent.jobs.{need}.outputs.out}}}}"
        assert ("sweep_lightgbm" in jobs) == bool(sweep)


def test_what_was_accepted_travels_with_a_job() -> None:
    """As a file for the step that reads the data, and for each mini-batch; without it no job asks for one."""
    address = "azureml://datastores/mlops/paths/contracts/bank_marketing/2.json"
    first = training_job(_order(contract=address), Platform())
    assert first._validate().passed
    assert first._to_dict()["jobs"]["define_dataset"]["inputs"]["contract"]["path"] == address
    batch = scoring_job(_batch(contract=address), Platform())
    assert batch._validate().passed
    node = batch._to_dict()["jobs"]["score"]
    assert node["inputs"]["contract"]["path"] == address
    assert "--contract ${{inputs.contract}}" in node["task"]["program_arguments"]
    assert "contract" not in scoring_job(_batch(), Platform())._to_dict()["jobs"]["score"]["inputs"]


def test_a_wrong_job_is_noticed_without_a_workspace() -> None:
    """A node without compute, or without a folder it needs, does not become a file."""
    lost = training_job(_order(), Platform())
    lost.jobs["train"].inputs.pop("prepare")
    with pytest.raises(ValueError, match="prepare"):
        job_yaml(lost, pipeline.DOCUMENTS)
    homeless = training_job(_order(), Platform())
    homeless.jobs["train"].compute = homeless.settings.default_compute = None
    with pytest.raises(ValueError, match=r"[Cc]ompute"):
        job_yaml(homeless, pipeline.DOCUMENTS)


def test_a_sweep_tries_what_the_scenario_can_be_tuned_by() -> None:
    """The scenario's metric, median stopping, and the limits of the order, for the first candidates with a space."""
    job = training_job(_order(sweep=Sweep(trials=9, concurrent=3, minutes=2, trial_minutes=1)), Platform())
    sweep = job._to_dict()["jobs"]["sweep_lightgbm"]
    assert sweep["objective"] == {"goal": "maximize", "primary_metric": "auc"}
    limits = {"max_total_trials": 9, "max_concurrent_trials": 3, "timeout": 120, "trial_timeout": 60}
    assert sweep["limits"] == limits
    assert sweep["early_termination"]["type"] == "median_stopping"
    assert set(sweep["search_space"]) == set(parameters_of("lightgbm"))
    assert [name for name in job.jobs if name.startswith("sweep")] == ["sweep_lightgbm", "sweep_logistic"]
    assert _order(scenario=SCENARIOS["text_classification"]).tuned == ("deep",)


def test_what_should_be_small_is_minimised() -> None:
    """The goal follows from the metric."""
    job = training_job(_order(scenario=replace(BANK, metric="log_loss")), Platform())
    assert job._to_dict()["jobs"]["sweep_lightgbm"]["objective"]["goal"] == "minimize"


@pytest.mark.parametrize("candidate", SPACES)
def test_distributions_have_the_bounds_of_the_code(candidate: str) -> None:
    """What is even is even, what goes by orders of magnitude has exponents of e, what is chosen is listed."""
    for name, found in search_space(candidate).items():
        parameter = parameters_of(candidate)[name]
        if parameter.choices:
            assert found.values == list(parameter.choices)
            continue
        bounds = (found.min_value, found.max_value)
        there = tuple(map(math.exp, bounds)) if parameter.log else bounds
        assert there == pytest.approx((parameter.low, parameter.high), rel=1e-5)
        assert (getattr(found, "q", None) == 1) == parameter.whole


def test_sampling_is_seeded_and_known() -> None:
    """A seed of any size fits; bayesian sampling, which cannot end a trial early, is refused with what is accepted."""
    assert algorithm(Sweep(), 2**32 - 1).seed == 2**31 - 1
    with pytest.raises(BadInput, match="'bayesian' is not known; accepted: random, sobol"):
        Sweep(sampling="bayesian")
    with pytest.raises(BadInput, match="6 trials at a time of 5"):
        Sweep(trials=5, concurrent=6)


def test_settings_choose_compute_and_environment_of_each_step() -> None:
    """One compute for all, others for single steps; an environment that is registered; another image for all."""
    environ = {"AZUREML_COMPUTE": "big", "AZUREML_COMPUTE_TRIAL": "gpu", "AZUREML_ENVIRONMENT_TRAIN": "azureml:mine:4"}
    jobs = training_job(_order(), read_platform({**environ, "AZUREML_IMAGE": "img"}, pipeline.STEPS))._to_dict()["jobs"]
    assert {name: node["compute"] for name, node in jobs.items() if node["compute"] != "azureml:big"} == {
        "sweep_lightgbm": "azureml:gpu",
        "sweep_logistic": "azureml:gpu",
    }
    assert jobs["train"]["component"]["environment"] == "azureml:mine:4"
    assert jobs["sweep_lightgbm"]["trial"]["environment"]["image"] == "img"
    assert jobs["prepare"]["component"]["environment"]["image"] == "img"


def test_settings_that_fit_nothing_are_refused() -> None:
    """A step that is not known, and an environment that is none."""
    with pytest.raises(Misconfigured, match="AZUREML_COMPUTE_TRIAN names no step; accepted: define_dataset"):
        read_platform({"AZUREML_COMPUTE_TRIAN": "gpu"}, pipeline.STEPS)
    with pytest.raises(Misconfigured, match="AZUREML_ENVIRONMENT_TRAIN is 'mine'; accepted: azureml:"):
        read_platform({"AZUREML_ENVIRONMENT_TRAIN": "mine"}, pipeline.STEPS)


def test_a_network_gets_its_packages_where_it_is_fitted() -> None:
    """Steps of the text scenario that fit or judge one install PyTorch, its trials too; the others do not."""
    jobs = training_job(_order(scenario=SCENARIOS["text_classification"]), Platform())._to_dict()["jobs"]
    told = {name: node.get("component") or node["trial"] for name, node in jobs.items()}
    torch = {name for name, one in told.items() if "torch" in str(one["environment"]["conda_file"])}
    assert torch == {"explore", "sweep_deep", "train", "evaluate", "refit"}


@pytest.mark.parametrize("name", [name for name, one in SCENARIOS.items() if len(one.scoring_tables) == 1])
def test_the_sdk_accepts_batch_scoring(name: str) -> None:
    """One parallel node: a file a mini-batch, explicit thresholds of nothing, retries, lines appended to one file."""
    job = scoring_job(_batch(scenario=SCENARIOS[name], instances=3, processes=4, retries=2, timeout=90), Platform())
    assert job._validate().passed, job._validate()
    node = job._to_dict()["jobs"]["score"]
    assert (node["mini_batch_size"], node["error_threshold"], node["mini_batch_error_threshold"]) == ("1", 0, 0)
    assert node["resources"] == {"instance_count": 3}
    assert node["max_concurrency_per_instance"] == 4
    assert node["retry_settings"] == {"max_retries": 2, "timeout": 90}
    assert node["task"]["append_row_to"] == "${{outputs.predictions}}"
    assert Path(node["task"]["code"], node["task"]["entry_script"]).is_file()


def test_failures_are_never_without_limit_by_accident() -> None:
    """-1 needs a reason, which the job's tags repeat; other negative numbers are refused."""
    with pytest.raises(BadInput, match="-1 tolerates every failure"):
        _batch(error_threshold=-1)
    with pytest.raises(BadInput, match="-1 tolerates every failure"):
        _batch(error_threshold=-1, unlimited_because=" ")
    with pytest.raises(BadInput, match="threshold is -2"):
        _batch(error_threshold=-2, unlimited_because="a try")
    job = scoring_job(_batch(error_threshold=-1, unlimited_because="a first look at old files"), Platform())
    assert job.tags["unlimited_because"] == "a first look at old files"
    assert job._to_dict()["jobs"]["score"]["error_threshold"] == -1


def test_a_batch_of_nothing_is_refused() -> None:
    """No machines, no processes, no files, no time."""
    for name in ("mini_batch_files", "instances", "processes", "timeout"):
        with pytest.raises(BadInput, match=f"{name} is 0; accepted: 1 or more"):
            _batch(**{name: 0})


def test_a_scenario_of_several_tables_is_not_scored_file_by_file() -> None:
    """Its features need all of them at once; the sentence says so before anything is submitted."""
    with pytest.raises(BadInput, match="needs several tables at once"):
        _batch(scenario=SCENARIOS["predictive_maintenance"])


@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_a_recurrence_becomes_a_schedule(frequency: str) -> None:
    """The SDK accepts each of the words, and the schedule carries the whole job."""
    found = schedule("nightly", Recurrence(frequency, 2), scoring_job(_batch(), Platform()))
    assert found._validate().passed, found._validate()
    told = found._to_rest_object().as_dict()["properties"]
    assert (told["trigger"]["frequency"].lower(), told["trigger"]["interval"]) == (frequency.lower(), 2)
    assert told["action"]["jobDefinition"]["experimentName"] == "mlops-bank_marketing"


def test_the_committed_files_are_up_to_date() -> None:
    """One training for each scenario, one batch scoring where a file is enough."""
    found = dict(pipeline.files(pipeline.DOCUMENTS, Platform(), SCENARIOS))
    assert sorted(found) == DUMPED
    assert {f"train-{name}.yml" for name in SCENARIOS} <= set(DUMPED)
    for name, content in found.items():
        assert (pipeline.DOCUMENTS / name).read_text() == content, "python -m model_training.pipeline dump writes it"


@pytest.mark.parametrize("name", DUMPED)
def test_a_committed_file_can_be_submitted(name: str) -> None:
    """The SDK loads it as `az ml job create -f` does, and finds components, code and conda files."""
    from azure.ai.ml import load_job

    job = load_job(pipeline.DOCUMENTS / name)
    assert job._validate().passed, job._validate()
    told = yaml.safe_load((pipeline.DOCUMENTS / name).read_text())
    assert job._to_dict()["jobs"].keys() == told["jobs"].keys()
    assert str(REPOSITORY) not in (pipeline.DOCUMENTS / name).read_text()


def test_a_broken_committed_file_would_be_noticed(tmp_path: Path) -> None:
    """A conda file that is not there, where the file says it is."""
    from azure.ai.ml import load_job

    shutil.copy(pipeline.DOCUMENTS / "train-bank_marketing.yml", tmp_path / "moved.yml")
    with pytest.raises(Exception, match=r"component|exist"):
        load_job(tmp_path / "moved.yml")


def test_the_page_names_every_part() -> None:
    """Components, settings, frequencies and what a manifest says stand in docs/azureml-pipeline.md."""
    page = (pipeline.DOCUMENTS.parent / "azureml-pipeline.md").read_text()
    named = (*components.NAMES, *platform.NAMES, *FREQUENCIES, "AZUREML_ENVIRONMENT_", *ORIGIN)
    assert [name for name in named if name not in page] == []


def test_the_command_refuses_settings_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, and nothing is written."""
    assert pipeline.main(["dump", "--folder", str(tmp_path / "out")], {"AZUREML_COMPUTE_X": "y"}) == 1
    assert "AZUREML_COMPUTE_X names no step" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_a_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, and the file is as it was."""
    place = tmp_path / "out"
    place.write_text("mine")
    assert pipeline.main(["dump", "--folder", str(place)], {}) == 1
    assert capsys.readouterr().err == f"{place} cannot be written: File exists.\n"
    assert place.read_text() == "mine"
