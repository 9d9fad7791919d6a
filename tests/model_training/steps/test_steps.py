"""Steps are interrupted, resumed, reused and run alone: the model is the same to the last byte."""

from __future__ import annotations

import html
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from model_training.runs.runner import NAMES, Runner
from model_training.scenarios import SCENARIOS
from model_training.steps import (
    command,
    define_dataset,
    evaluate,
    explore,
    prepare,
    profile,
    refit,
    register,
    train,
    tune,
)
from model_training.steps import validate as validation
from model_training.steps.context import RunSpec
from model_training.steps.register import Package
from model_training.steps.step_cache import MARKER, read_marker
from shared.adapters.onnx.scoring import OnnxScoring
from shared.core.errors import Quarantined
from shared.core.scenario import GeneratorOptions
from shared.release.gate.checks import contract_check
from shared.training.options.run_options import RunOptions

BANK = replace(SCENARIOS["bank_marketing"], candidates=("lightgbm", "logistic"))


class Interrupted(Exception):
    """The worker was killed."""


class Recorder:
    """Progress that remembers what it was told, and dies when `dies` begins."""

    def __init__(self, dies: str = "") -> None:
        self.told: list[tuple[str, float, Mapping[str, Any]]] = []
        self._dies = dies

    def __call__(self, text: str, done: float, **facts: Any) -> None:
        """Remember, or die."""
        if facts.get("phase") == self._dies and "unchanged" not in text:
            raise Interrupted
        self.told.append((text, done, facts))

    @property
    def reused(self) -> set[str]:
        """The steps that were reused."""
        return {facts["phase"] for text, _, facts in self.told if "unchanged" in text}


def _tables() -> dict[str, pa.Table]:
    assert BANK.generate is not None
    return dict(BANK.generate(600, 1, GeneratorOptions()))


def _run(folder: Path, recorder: Recorder, spec: RunSpec | None = None) -> Package:
    return Runner(spec or RunSpec(BANK, "demo", 1, {}), folder, recorder).run(_tables)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that nobody disturbed."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    _run(folder, Recorder())
    return folder


def test_a_run_killed_at_every_step_gives_the_same_model(whole: Path, tmp_path: Path) -> None:
    """Killed whenever a step begins and started again: every byte of the package is that of a run in one go."""
    # The profile is made beside the exploration, the refit beside the evaluation: when that dies, they are whole.
    for dies in (name for name in NAMES if name not in ("profile", "refit")):
        with pytest.raises(Interrupted):
            _run(tmp_path / "run", Recorder(dies))
    recorder = Recorder()
    resumed, undisturbed = _run(tmp_path / "run", recorder), register.load(whole / "register")
    assert recorder.reused == set(NAMES) - {"register"}
    assert resumed.onnx == undisturbed.onnx
    assert resumed.files["holdout.parquet"] == undisturbed.files["holdout.parquet"]
    assert resumed.manifest["metrics"] == undisturbed.manifest["metrics"]


def test_of_many_rows_one_step_at_a_time_has_them(whole: Path, tmp_path: Path) -> None:
    """No step begins before another has ended; the model is the same."""
    recorder = Recorder()
    package = Runner(RunSpec(BANK, "demo", 1, {}), tmp_path / "run", recorder, large=0).run(_tables)
    phases = [facts["phase"] for _, _, facts in recorder.told]
    assert [phase for phase, _ in groupby(phases)] == list(NAMES)
    assert package.onnx == register.load(whole / "register").onnx


def test_what_is_not_whole_is_made_again(whole: Path, tmp_path: Path) -> None:
    """A changed file invalidates its step only: the later steps are found by their keys and stay."""
    shutil.copytree(whole, tmp_path / "run")
    (tmp_path / "run" / "explore" / "lightgbm.onnx").write_bytes(b"torn")
    assert read_marker(tmp_path / "run" / "explore") is None
    recorder = Recorder()
    again = _run(tmp_path / "run", recorder)
    assert recorder.reused == set(NAMES) - {"explore"}
    assert again.onnx == register.load(whole / "register").onnx


def test_another_specification_reuses_nothing(whole: Path, tmp_path: Path) -> None:
    """Another seed or another declaration is another run."""
    shutil.copytree(whole, tmp_path / "run")
    for spec in (RunSpec(BANK, "demo", 2, {}), RunSpec(replace(BANK, candidates=("logistic",)), "demo", 1, {})):
        recorder = Recorder()
        _run(tmp_path / "run", recorder, spec)
        assert recorder.reused == set()


def test_progress_says_which_candidate_of_how_many(tmp_path: Path) -> None:
    """Each candidate is reported with its number, the best score so far and the time that is left."""
    recorder = Recorder()
    _run(tmp_path / "run", recorder)
    counted = [facts for _, _, facts in recorder.told if facts["phase"] == "explore" and "candidate" in facts]
    assert [(facts["candidate"], facts["of"]) for facts in counted] == [(1, 2), (2, 2)]
    assert counted[1]["best"] >= counted[0]["best"] > 0.5
    assert counted[1]["seconds_left"] == 0
    assert all(0 <= done <= 1 for _, done, _ in recorder.told)


def test_a_run_learns_from_the_inputs_it_was_asked_for_and_searches_within_its_limits(tmp_path: Path) -> None:
    """Manifest and card say so; who judges is the same, with every declared input, so that any model can be judged."""
    options = RunOptions(("age", "job", "euribor3m"), trials=2, minutes=1, concurrency=1).checked(BANK)
    package = _run(tmp_path / "run", Recorder(), RunSpec(BANK, "demo", 1, {}, options))
    model = OnnxScoring().load(package.onnx, package.manifest)
    assert model.contract.names == tuple(name for name in BANK.features if name in options.inputs)
    assert contract_check(BANK, model, options.inputs).verdict == "pass"
    assert contract_check(BANK, model).verdict == "fail"
    assert RunOptions.from_json(package.manifest["options"]) == options
    searched = package.manifest["tuning"]["candidates"]
    assert {name: (search["trials"], search["ended_by"]) for name, search in searched.items()} == {
        "lightgbm": (1, "trials"), "logistic": (1, "trials"),
    }  # fmt: skip
    card = package.files["card.html"].decode()
    assert "only age, euribor3m, job as inputs; at most 1 minute; at most 2 trials; 1 trial at a time" in card
    assert "lightgbm: 1 trial, ended by the number of trials" in card
    every = _run(tmp_path / "every", Recorder())
    assert package.files["holdout.parquet"] == every.files["holdout.parquet"]
    assert package.files["learned.bin"] == every.files["learned.bin"]


def test_nothing_is_tuned_when_the_metric_is_reached(tmp_path: Path) -> None:
    """The manifest says which candidate had it as it is."""
    package = _run(tmp_path / "run", Recorder(), RunSpec(BANK, "demo", 1, {}, RunOptions(trials=2, metric_reached=0.5)))
    skipped = package.manifest["tuning"]["skipped"]
    assert "0.5 is enough" in skipped
    assert skipped in html.unescape(package.files["card.html"].decode())


def test_what_each_step_cost_travels_in_the_manifest(whole: Path) -> None:
    """Seconds and peak memory of every step that came before the packing."""
    cost = register.load(whole / "register").manifest["resources"]
    assert set(cost) == set(NAMES) - {"register"} - {"define_dataset", "validate"}
    assert all(entry["seconds"] > 0 and entry["peak_mb"] > 10 for entry in cost.values())


def test_no_step_leaves_a_pickle(whole: Path) -> None:
    """Everything between steps is JSON, Parquet, arrays without objects, ONNX, fingerprints, or a page to read."""
    kinds = {path.suffix for path in whole.rglob("*") if path.is_file()}
    assert kinds - {".html"} == {".json", ".parquet", ".npy", ".npz", ".onnx", ".bin"}
    assert {path.name for path in whole.rglob("*.bin")} == {"learned.bin", "refit-learned.bin"}


def test_steps_run_alone_give_the_same_model(whole: Path, tmp_path: Path) -> None:
    """One after the other, each from the folders of those before it, as jobs of a pipeline would."""
    tables = tmp_path / "tables"
    tables.mkdir()
    for name, table in _tables().items():
        pq.write_table(table, tables / f"{name}.parquet")
    out = tmp_path / "steps"
    first = ["--scenario", "bank_marketing", "--tables", str(tables), "--out", str(out / "define_dataset")]
    assert define_dataset.main([*first, "--profile", "demo", "--seed", "1"]) == 0
    for step in (validation, prepare, explore, tune, train, evaluate, refit, profile, register):
        folders = [part for need in step.NEEDS for part in (f"--{need}", str(out / need))]
        arguments = [*folders, "--out", str(out / step.NAME)]
        assert command.main(step.NAME, step.NEEDS, step.run_step, arguments, {BANK.name: BANK}) == 0
    assert register.load(out / "register").onnx == register.load(whole / "register").onnx


@pytest.mark.parametrize("step", NAMES)
def test_every_step_has_its_environment(step: str) -> None:
    """A job of a pipeline finds what to install under the step's name."""
    file = Path(define_dataset.__file__).parents[1] / "environments" / f"{step}.txt"
    assert "==" in file.read_text() or "-r train.txt" in file.read_text()


def test_a_step_explains_itself() -> None:
    """`--help` names the folders a step needs."""
    line = [sys.executable, "-W", "error", "-m", "model_training.steps.explore", "--help"]
    found = subprocess.run(line, capture_output=True, text=True, check=True)
    assert "--prepare FOLDER" in found.stdout


def test_a_step_without_its_input_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence names the file that does not exist."""
    arguments = ["--prepare", str(tmp_path), "--out", str(tmp_path / "out")]
    assert command.main("explore", explore.NEEDS, explore.run_step, arguments) == 1
    assert f"{MARKER} does not exist" in capsys.readouterr().err


def test_a_dataset_that_cannot_be_defined_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No tables, a file where a folder is to be, and a contract that is not there."""
    file = tmp_path / "file"
    file.touch()
    line = ["--scenario", BANK.name, "--tables", str(tmp_path), "--out"]
    told = {
        (str(tmp_path / "out"),): f"{tmp_path} holds no tables; accepted: one <table>.parquet for each table",
        (str(file),): f"{file} is a file; accepted: a new or empty folder.",
        (
            str(tmp_path / "other"),
            "--contract",
            str(tmp_path / "no"),
        ): f"{tmp_path / 'no'} cannot be used: No",
    }
    for options, sentence in told.items():
        assert define_dataset.main([*line, *options]) == 1
        assert capsys.readouterr().err.startswith(sentence)


def test_tables_that_are_not_as_declared_are_quarantined() -> None:
    """A column of another kind, one without values, and a table that is not there: each in a sentence."""
    clients = _tables()["clients"]
    position = clients.column_names.index("age")
    texts = clients.set_column(position, "age", clients["age"].cast(pa.string()))
    empty = clients.set_column(position, "age", pa.nulls(600, pa.int64()))
    for table, sentence in ((texts, "holds string; accepted: int"), (empty, "has no value in any row of 600")):
        with pytest.raises(Quarantined, match=sentence):
            validation.validate_tables({"clients": table}, BANK)
    with pytest.raises(Quarantined, match="Table 'clients' is missing"):
        validation.validate_tables({}, BANK)


def test_four_datasets_are_described(whole: Path) -> None:
    """Train, test and half of each, with the share of every answer."""
    told = json.loads((whole / "prepare" / "datasets.json").read_text())
    assert {name: facts["rows"] for name, facts in told.items()} == {
        "train": 448,
        "test": 62,
        "train_half": 224,
        "test_half": 31,
    }
    assert told["train_half"]["answers"]["yes"] == pytest.approx(told["train"]["answers"]["yes"], abs=0.01)
