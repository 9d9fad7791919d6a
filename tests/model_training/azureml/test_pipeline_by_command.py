"""The pipeline file runs on this machine: its commands, with its folders, one after the other as the service would."""

from __future__ import annotations

import hashlib
import json
import math
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import world
import yaml

from model_training.azureml import collect, trial
from model_training.azureml.dump import job_yaml
from model_training.azureml.jobs import TrainingOrder, training_job
from model_training.azureml.platform import Platform
from model_training.azureml.spaces import Sweep
from model_training.batch_entry import parser, scorer_of
from model_training.runs.runner import Runner
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
from shared.adapters.onnx.scoring import OnnxScoring
from shared.adapters.tables import ArrowTables
from shared.core.errors import BadInput, Corrupt, Quarantined
from shared.core.scenario import GeneratorOptions
from shared.serving.ports import BatchJob, Provenance
from shared.training.input_contract import Feature, InputContract

BANK = SCENARIOS["bank_marketing"]
ORIGIN = {"run": "bank_marketing-1", "dataset": "20260301T120000-beef", "dataset_digest": "beef", "created_at": "now"}
Told = list[tuple[str, float, int]]


class Machine:
    """Runs the nodes of a pipeline file in their order; of a sweep, the trials at both ends of its space."""

    def __init__(self, file: Path, inputs: Mapping[str, object], folder: Path) -> None:
        self.jobs: dict[str, Any] = yaml.safe_load(file.read_text())["jobs"]
        self.file, self.inputs, self.folder = file, inputs, folder
        self.told: Told = []

    def run(self) -> Path:
        """The folder of the last step."""
        for name, node in self.jobs.items():
            given = {key: self._value(value) for key, value in node["inputs"].items()}
            if node["type"] == "sweep":
                self._sweep(name, node, given)
            else:
                self._start(self._component(node["component"]), given, self.folder / name)
        return self.folder / "register"

    def _sweep(self, name: str, node: Mapping[str, Any], given: Mapping[str, object]) -> None:
        scored = []
        for end in (0, -1):
            out = self.folder / f"{name}{end}"
            drawn = {key: _drawn(one, end) for key, one in node["search_space"].items()}
            self._start(self._component(node["trial"]), {**given, **drawn}, out)
            scored.append((self.told[-1][1], out))
        max(scored)[1].rename(self.folder / name)

    def _value(self, value: Any) -> object:
        path = value["path"] if isinstance(value, dict) else str(value)
        if found := re.fullmatch(r"\$\{\{parent\.inputs\.(\w+)\}\}", path):
            return self.inputs[found[1]]
        if found := re.fullmatch(r"\$\{\{parent\.jobs\.(\w+)\.outputs\.out\}\}", path):
            return self.folder / found[1]
        return path

    def _component(self, told: Any) -> Mapping[str, Any]:
        found = told if isinstance(told, dict) else yaml.safe_load((self.file.parent / told).read_text())
        return dict(found)

    def _start(self, component: Mapping[str, Any], given: Mapping[str, object], out: Path) -> None:
        line = re.sub(
            r"\$\[\[(.*?\$\{\{inputs\.(\w+)\}\})\]\]", lambda m: m[1] if m[2] in given else "", component["command"]
        )
        line = re.sub(r"\$\{\{inputs\.(\w+)\}\}", lambda m: str(given[m[1]]), line)
        python, flag, module, *arguments = line.replace("${{outputs.out}}", str(out)).split()
        assert (python, flag) == ("python", "-m")
        assert self._main(module)(arguments) == 0, line

    def _main(self, module: str) -> Callable[[Sequence[str]], int]:
        name = module.rsplit(".", 1)[1]
        if name == trial.NAME:
            return lambda arguments: trial.main(arguments, lambda *facts: self.told.append(facts))
        if name == collect.NAME:
            return collect.main
        if name == define_dataset.NAME:
            return lambda arguments: define_dataset.main(list(arguments))
        steps = (validation, prepare, explore, profile, tune, train, evaluate, refit, register)
        step = next(one for one in steps if one.__name__ == module)
        return lambda arguments: command.main(step.NAME, step.NEEDS, step.run_step, arguments)


def _drawn(distribution: Mapping[str, Any], end: int) -> float:
    """What the service would draw at this end of the distribution."""
    if distribution["type"] == "choice":
        return float(distribution["values"][end])
    value = distribution["min_value" if end == 0 else "max_value"]
    value = math.exp(value) if "log" in distribution["type"] else value
    return float(round(value)) if distribution["type"].startswith("q") else float(value)


def _tables() -> dict[str, pa.Table]:
    assert BANK.generate is not None
    return dict(BANK.generate(400, 1, GeneratorOptions()))


def _machine(folder: Path, sweep: Sweep | None) -> Machine:
    tables = folder / "tables"
    tables.mkdir()
    for name, table in _tables().items():
        pq.write_table(table, tables / f"{name}.parquet")
    order = TrainingOrder(BANK, "bank:1", "azureml:bank:1", "demo", 7, ORIGIN, sweep)
    file = folder / "pipeline.yml"
    file.write_text(job_yaml(training_job(order, Platform()), folder))
    return Machine(file, {"tables": tables, "seed": 7}, folder / "out")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the pipeline without a sweep has registered."""
    return _machine(tmp_path_factory.mktemp("alone"), None).run()


def test_the_pipeline_gives_the_model_of_a_laptop(alone: Path, tmp_path: Path) -> None:
    """To the last byte, and its manifest says where it comes from."""
    spec = RunSpec(BANK, "demo", 7, {**ORIGIN, "profile": "demo"})
    here = Runner(spec, tmp_path, lambda *_told, **_facts: None).run(_tables)
    there = register.load(alone)
    assert there.onnx == here.onnx
    assert {key: there.manifest[key] for key in ORIGIN} == ORIGIN


def test_a_swept_pipeline_runs_to_its_end(tmp_path: Path) -> None:
    """Each trial tells its score last; the best of each sweep is compared with the candidate's own parameters."""
    machine = _machine(tmp_path, Sweep())
    found = register.load(machine.run())
    trials = json.loads(found.files["trials.json"])["trials"]
    assert set(trials) == {"lightgbm", "logistic"}
    assert {metric for metric, _, _ in machine.told} == {"auc"}
    best = [max(score for _, score, _ in machine.told[start : start + 2]) for start in (0, 2)]
    assert [trials[name][0]["score"] for name in ("lightgbm", "logistic")] == best
    assert isinstance(trials["lightgbm"][0]["parameters"]["trees"], int)
    explored = {
        one["recipe"]["name"]: one["metrics"]["auc"]
        for one in json.loads((machine.folder / "explore" / "candidates.json").read_text())
    }
    kept = json.loads((machine.folder / "tune" / "tuned.json").read_text())
    assert set(kept) == {name for name, found in trials.items() if found[0]["score"] > explored[name]}


def test_a_trial_takes_its_candidate_s_parameters_and_no_others(
    alone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Absent, foreign and broken numbers are refused with what would be accepted."""
    first = ["--prepare", str(alone.parent / "prepare"), "--out", str(tmp_path), "--candidate"]
    assert trial.main([*first, "logistic"]) == 1
    assert "was given no parameters; accepted: --C." in capsys.readouterr().err
    assert trial.main([*first, "logistic", "--C", "1", "--trees", "5"]) == 1
    assert "was given --trees, --C; accepted: --C." in capsys.readouterr().err
    assert trial.main([*first, "forest", "--max_depth", "4.5", "--min_samples_leaf", "3", "--max_features", "1"]) == 1
    assert "--max_depth is 4.5; accepted: a whole number." in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_trial_tells_mlflow_unless_told_otherwise(alone: Path, tmp_path: Path) -> None:
    """The metric is in the store that MLflow is told of by its own variable, as Azure ML does."""
    pytest.importorskip("mlflow", reason="mlflow-skinny is installed by model_training/environments/track.txt")
    store = tmp_path / "store"
    line = [sys.executable, "-m", "model_training.azureml.trial", "--prepare", str(alone.parent / "prepare")]
    line += ["--candidate", "logistic", "--C", "1", "--out", str(tmp_path / "out")]
    environ = {"MLFLOW_TRACKING_URI": store.as_uri(), "MLFLOW_ALLOW_FILE_STORE": "true", "PATH": "/usr/bin:/bin"}
    subprocess.run(line, env=environ, cwd=Path(trial.__file__).parents[2], check=True)
    value = float(next(store.rglob("metrics/auc")).read_text().split()[1])
    assert value == trial.load(tmp_path / "out").trial.score


def test_sweeps_without_a_completed_trial_say_so(
    alone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sentence names the folder."""
    run = alone.parent
    arguments = ["--prepare", str(run / "prepare"), "--explore", str(run / "explore"), "--first", str(tmp_path)]
    assert collect.main([*arguments, "--out", str(tmp_path / "out")]) == 1
    assert "no trial of the sweep has completed" in capsys.readouterr().err


def _calls(rows: int, seed: int) -> pa.Table:
    assert BANK.generate is not None
    return BANK.generate(rows, seed, GeneratorOptions())["clients"].drop_columns(["y"])


def _arguments(alone: Path, **changes: str) -> list[str]:
    told = {"scenario": "bank_marketing", "model": str(alone), "model_id": "bank_marketing:3"}
    told |= {"scored_at": "2026-03-01T12:00:00+00:00", "tolerated_rows": "0", **changes}
    return [part for key, value in told.items() for part in (f"--{key}", value)]


def test_the_entry_script_scores_like_the_function_app(alone: Path, tmp_path: Path) -> None:
    """Started as the service does, with arguments of its own besides: every row equals what shared scoring gives."""
    files = [tmp_path / "monday.parquet", tmp_path / "tuesday.parquet"]
    for seed, file in enumerate(files):
        pq.write_table(_calls(50 + seed, seed), file)
    code = (
        "import json, sys; from model_training import batch_entry as entry; files = sys.argv[1:3]; "
        "entry.init(); print(json.dumps(entry.run(files)))"
    )
    line = [sys.executable, "-c", code, *map(str, files), *_arguments(alone), "--amlbi_task_id", "1"]
    found = subprocess.run(line, capture_output=True, check=True, cwd=Path(trial.__file__).parents[2])
    rows = [json.loads(one) for one in json.loads(found.stdout)]
    assert rows == [row for file in files for row in _shared(alone, file)]
    assert len(rows) == 101
    assert {row["window"] for row in rows} == {"monday.parquet", "tuesday.parquet"}
    assert {row["dataset"] for row in rows} == {ORIGIN["dataset"]}


def _shared(alone: Path, file: Path) -> list[dict[str, Any]]:
    manifest = json.loads((alone / "manifest.json").read_text())
    scoring, at = OnnxScoring(), datetime(2026, 3, 1, 12, tzinfo=UTC)
    model = scoring.load((alone / "model.onnx").read_bytes(), manifest)
    origin = Provenance(ORIGIN["run"], "bank_marketing:3", manifest["sha256"], ORIGIN["dataset"], at)
    with file.open("rb") as source:
        table = ArrowTables().read(source, file.name, BANK.scoring_table)
    sink = pa.BufferOutputStream()
    scoring.batch(model, BatchJob(BANK, file.name, 0, origin, table=table), sink)
    rows = pq.read_table(pa.BufferReader(sink.getvalue())).to_pylist()
    return [{**row, "scored_at": row["scored_at"].isoformat()} for row in rows]


def test_a_bad_file_fails_its_mini_batch_with_a_sentence(alone: Path, tmp_path: Path) -> None:
    """Nothing of it is answered: the service counts it against the error threshold."""
    scorer = scorer_of(parser().parse_args(_arguments(alone)), SCENARIOS)
    bad = tmp_path / "bad.csv"
    bad.write_text("age,job\n1,admin\n")
    with pytest.raises(Quarantined, match=r"bad\.csv"):
        list(scorer.lines(bad))


def test_the_entry_script_refuses_what_it_cannot_do(alone: Path, tmp_path: Path) -> None:
    """Several tables, an unknown scenario, rows without limit, and a model whose bytes have changed."""
    for changes, sentence in (
        ({"scenario": "predictive_maintenance"}, "needs several tables at once; a mini-batch holds one file"),
        ({"scenario": "tides"}, "is not known; a mini-batch holds one file; accepted: bank_marketing"),
        ({"tolerated_rows": "-1"}, "accepted: 0 or more"),
    ):
        with pytest.raises(BadInput, match=sentence):
            scorer_of(parser().parse_args(_arguments(alone, **changes)), SCENARIOS)
    (tmp_path / "manifest.json").write_bytes((alone / "manifest.json").read_bytes())
    (tmp_path / "model.onnx").write_bytes((alone / "model.onnx").read_bytes() + b"\0")
    with pytest.raises(Corrupt):
        scorer_of(parser().parse_args(_arguments(tmp_path)), SCENARIOS)


def test_the_entry_script_scores_with_the_graph_that_it_is_told(alone: Path) -> None:
    """The refit by its sha256; digits that no graph of the version has are refused."""
    manifest = json.loads((alone / "manifest.json").read_text())
    sha256 = manifest["refit"]["sha256"]
    told = parser().parse_args([*_arguments(alone), "--model_sha256", sha256])
    assert scorer_of(told, SCENARIOS).provenance.model_sha256 == sha256 != manifest["sha256"]
    with pytest.raises(Corrupt, match=r"model\.onnx has .* and refit\.onnx has sha256 .* was deployed as f{12}"):
        scorer_of(parser().parse_args([*_arguments(alone), "--model_sha256", "f" * 64]), SCENARIOS)


def test_feature_code_runs_on_each_file(tmp_path: Path) -> None:
    """A scenario with features of its own, which sees one file at a time; the answers can be computed by hand."""
    graph = world.logistic(3.0)
    contract = InputContract((Feature("x", "number"), Feature("color", "category", ("blue", "red"))), ("0", "1"))
    origin = {"run": "pairs-1", "dataset": "d"}
    manifest = {"sha256": hashlib.sha256(graph).hexdigest(), "contract": contract.to_json(), "task": "binary", **origin}
    (tmp_path / "model.onnx").write_bytes(graph)
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "left.csv").write_text("id,x,color\n7,0.5,red\n8,-1.0,blue\n")
    scorer = scorer_of(parser().parse_args(_arguments(tmp_path, scenario="pairs")), world.SCENARIOS)
    rows = [json.loads(line) for line in scorer.lines(tmp_path / "left.csv")]
    assert [(row["entity_key"], row["prediction"], row["x"]) for row in rows] == [("7", 1, 0.5), ("8", 0, -1.0)]
    expected = [1 / (1 + math.exp(-1.6)), 1 / (1 + math.exp(3.0))]
    assert [row["probability"] for row in rows] == pytest.approx(expected, rel=1e-6)


def test_a_model_that_does_not_say_where_it_comes_from_scores_nothing(alone: Path, tmp_path: Path) -> None:
    """Predictions without a run or dataset could not be traced."""
    manifest = json.loads((alone / "manifest.json").read_text())
    del manifest["dataset"]
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "model.onnx").write_bytes((alone / "model.onnx").read_bytes())
    with pytest.raises(BadInput, match="does not name its dataset"):
        scorer_of(parser().parse_args(_arguments(tmp_path)), SCENARIOS)
