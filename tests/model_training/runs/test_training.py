"""Tables in, an ONNX model with an honest manifest out; data that cannot teach a model is refused in a sentence."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sampling import Sample

from model_training.data.rows import Prepared
from model_training.estimators.candidates import Candidate, FitPlan, Recipe
from model_training.estimators.families import fit_candidates
from model_training.estimators.kinds import fits
from model_training.export.graph import run
from model_training.export.parity import Parity, compare
from model_training.runs.training import fit
from model_training.scenarios import SCENARIOS
from model_training.search.candidate_ranking import score_candidate
from model_training.steps.prepare import prepare_rows
from model_training.steps.refit import refit_best
from model_training.steps.register import Package
from model_training.steps.train import best_deployable
from shared.core.errors import Quarantined, Refused
from shared.core.scenario import Column, GeneratorOptions, Scenario, Split, Table
from shared.training.encoding import encode, encode_rows
from shared.training.input_contract import InputContract
from shared.training.learned_rows import LearnedRows
from shared.training.metrics import classification

BANK, IIOT = SCENARIOS["bank_marketing"], SCENARIOS["iiot_quality"]


def _quiet(*_told: object, **_facts: object) -> None:
    """Nobody watches."""


def _tables(scenario: Scenario, rows: int = 1_500, seed: int = 1) -> dict[str, pa.Table]:
    assert scenario.generate is not None
    return dict(scenario.generate(rows, seed, GeneratorOptions()))


@pytest.fixture(scope="module")
def bank() -> Package:
    """A model of generated clients."""
    return fit(_tables(BANK), BANK, "demo", 1, _quiet)


@pytest.fixture(scope="module")
def iiot() -> Package:
    """A model of generated messages."""
    return fit(_tables(IIOT, 4_000), IIOT, "demo", 1, _quiet)


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    """A thousand generated clients, ready for candidates."""
    return prepare_rows(_tables(BANK, 1_000), BANK, 1)


def test_generated_clients_can_be_learned_and_the_call_gives_them_away() -> None:
    """Without the duration of the call the AUC is that of a hard problem, with it that of an easy one."""
    metrics = fit(_tables(BANK, 5_000), BANK, "demo", 1, _quiet).manifest["metrics"]
    assert 0.78 <= metrics["auc"] <= 0.87
    assert metrics["auc_with_leakage"] >= 0.94


def test_generated_batches_can_be_learned_in_time_order(iiot: Package) -> None:
    """Four thousand messages are enough to judge the next ones well; the declared split is the one in time."""
    metrics = iiot.manifest["metrics"]
    assert metrics["auc"] == metrics["auc_time"] >= 0.85
    assert metrics["auc_random"] >= 0.85
    assert iiot.manifest["split"] == {"kind": "time", "train": 2_740, "validation": 540, "test": 600}


def test_the_gap_and_both_splits_are_reported(bank: Package) -> None:
    """The gate's number is the declared split's; the other one stands beside it, and so does the baseline."""
    manifest = bank.manifest
    assert manifest["metrics"]["auc"] == manifest["metrics"]["auc_random"]
    assert "auc_time" in manifest["metrics"]
    low, high = manifest["interval"]["auc"]
    assert low < manifest["metrics"]["auc"] < high
    assert manifest["baseline"]["auc"] == 0.5
    assert set(manifest["baseline"]) <= set(manifest["metrics"])


def test_the_holdout_gives_the_reported_score_again(bank: Package) -> None:
    """Whoever encodes the holdout by the contract and runs the graph gets the manifest's AUC: nothing is made up."""
    facts = bank.manifest["holdout"]
    data = bank.files[facts["file"]]
    assert hashlib.sha256(data).hexdigest() == facts["sha256"]
    table = pq.read_table(io.BytesIO(data), page_checksum_verification=True)
    assert table.num_rows == facts["rows"] == bank.manifest["split"]["test"]
    contract = InputContract.from_json(bank.manifest["contract"])
    truth = np.array([contract.labels.index(value) for value in table[facts["target"]].to_pylist()])
    found = classification(truth, run(bank.onnx, encode(table, contract)))
    assert found["auc"] == pytest.approx(bank.manifest["metrics"]["auc"])


@pytest.mark.parametrize("name", ["bank", "iiot"])
def test_golden_rows_are_reproduced_from_raw_values(name: str, request: pytest.FixtureRequest) -> None:
    """Raw rows through encoder and graph give the stored probabilities; nulls and unseen values are among them."""
    fitted: Package = request.getfixturevalue(name)
    golden, contract = fitted.manifest["golden"], InputContract.from_json(fitted.manifest["contract"])
    assert len(golden["rows"]) == 20
    assert all(value is None for value in golden["rows"][-2].values())
    answers = run(fitted.onnx, encode_rows(golden["rows"], contract))
    assert np.abs(answers - np.array(golden["probabilities"])).max() <= 1e-6


def test_the_manifest_names_the_bytes_it_speaks_of(bank: Package) -> None:
    """sha256, contract and candidates are those of the ONNX bytes; parity with the framework was exact."""
    assert bank.manifest["sha256"] == hashlib.sha256(bank.onnx).hexdigest()
    assert tuple(feature["name"] for feature in bank.manifest["contract"]["features"]) == BANK.features
    names = [candidate["name"] for candidate in bank.manifest["candidates"]]
    assert sorted(names) == sorted((*BANK.candidates, "ensemble"))
    assert names[0] == bank.manifest["algorithm"]
    assert bank.manifest["parity"]["label_flips"] == 0
    assert bank.manifest["parity"]["max_difference"] <= 1e-5


@pytest.mark.parametrize("name", fits("binary"))
def test_every_candidate_exports_exactly(name: str, prepared: Prepared) -> None:
    """Each kind of candidate becomes a graph that answers like its framework, also to missing and unseen values."""
    (candidate,) = fit_candidates((name,), prepared.rows.take(prepared.parts.train), FitPlan("demo", 1, _quiet))
    odd = prepared.X.copy()
    odd[::2, ::3] = np.nan
    odd[:, [j for j, feature in enumerate(prepared.contract.features) if feature.kind == "category"]] = -1
    parity = compare(candidate.predict(odd), candidate.to_onnx(), odd, "binary")
    assert (parity.rows, parity.problem) == (len(odd), "")


class _Liar:
    """A candidate whose graph answers otherwise than itself: what a faulty converter makes."""

    name, seconds = "liar", 0.0

    def __init__(self, honest: Candidate) -> None:
        self._honest = honest

    def predict(self, X: np.ndarray) -> np.ndarray:
        return self._honest.predict(X)[:, ::-1]

    def to_onnx(self) -> bytes:
        return self._honest.to_onnx()


class _Mute(_Liar):
    """A candidate without a graph."""

    name = "mute"

    def to_onnx(self) -> bytes:
        raise NotImplementedError("no converter for it")


def test_a_candidate_that_does_not_export_exactly_gives_way(prepared: Prepared) -> None:
    """The best candidate is not deployable when its graph differs or is none; the next serves, reasons are kept."""
    rows, held = (prepared.rows.take(part) for part in (prepared.parts.train, prepared.parts.test))
    (honest,) = fit_candidates(("logistic",), rows, FitPlan("demo", 1, _quiet))
    candidates: list[Candidate] = [_Mute(honest), _Liar(honest), honest]
    mute, liar, good = (score_candidate(each, Recipe(each.name), held, held.X, len(rows.y)) for each in candidates)
    assert best_deployable([mute, liar, good]) is good
    assert "label flips" in liar.problem
    assert mute.problem == "mute cannot become ONNX: NotImplementedError: no converter for it"
    with pytest.raises(Refused, match=r"No candidate can be deployed.*no converter.*label flips"):
        best_deployable([mute, liar])


def test_one_flip_or_a_large_difference_is_a_problem() -> None:
    """A graph is deployable only when no label flips and no probability is off by more than 1e-5."""
    assert Parity(1_000, 0, 1e-6).problem == ""
    assert "1 label flip," in Parity(1_000, 1, 1e-6).problem
    assert "largest difference 0.0002" in Parity(1_000, 0, 2e-4).problem


def test_equal_inputs_give_equal_bytes(bank: Package) -> None:
    """The same tables and seed make the same ONNX bytes again, holdout and metrics included."""
    again = fit(_tables(BANK), BANK, "demo", 1, _quiet)
    assert again.onnx == bank.onnx
    assert again.files["holdout.parquet"] == bank.files["holdout.parquet"]
    assert again.manifest["metrics"] == bank.manifest["metrics"]


_DIGESTS = """
import hashlib, sys
from dataclasses import replace
from model_training.scenarios import SCENARIOS
from model_training.runs.training import fit
from shared.core.scenario import GeneratorOptions
bank = SCENARIOS["bank_marketing"]
for name in sys.argv[1:]:
    one = replace(bank, candidates=(name,))
    made = fit(bank.generate(1000, 1, GeneratorOptions()), one, "demo", 1, lambda *told, **facts: None)
    print(name, hashlib.sha256(made.onnx).hexdigest())
"""


@pytest.mark.slow
def test_the_number_of_cores_changes_nothing(sample: Sample) -> None:
    """One core or four, one numeric thread or three: every candidate's ONNX bytes are the same."""
    outputs, names = [], sample(BANK.candidates, 2, "candidates")
    for count, threads in (("1", "1"), ("4", "3")):
        environ = os.environ | {"PYTHON_CPU_COUNT": count, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        found = subprocess.run(
            [sys.executable, "-c", _DIGESTS, *names], env=environ, capture_output=True, text=True, check=True
        )
        outputs.append(found.stdout.splitlines())
    assert [line.split()[0] for line in outputs[0]] == names
    assert outputs[0] == outputs[1]


def _with_column(tables: dict[str, pa.Table], table: str, column: str, values: pa.Array) -> dict[str, pa.Table]:
    changed = tables[table].set_column(tables[table].column_names.index(column), column, values)
    return tables | {table: changed}


def test_one_class_only_is_quarantined() -> None:
    """Nobody subscribed: there is nothing to tell apart."""
    tables = _tables(BANK, 500)
    with pytest.raises(Quarantined, match="no row labelled 'yes'"):
        fit(_with_column(tables, "clients", "y", pa.array(["no"] * 500)), BANK, "demo", 1, _quiet)


def test_the_manifest_names_the_rows_that_were_learned(iiot: Package, bank: Package) -> None:
    """Sorted fingerprints, at most 16 bytes a row, none of a judging row; and the time of the newest one."""
    for package in (iiot, bank):
        facts, data = package.manifest["learned"], package.files["learned.bin"]
        assert facts["sha256"] == hashlib.sha256(data).hexdigest()
        assert len(data) <= 16 * facts["rows"]
        assert facts["rows"] == package.manifest["split"]["train"] + package.manifest["split"]["validation"]
        learned = LearnedRows(np.frombuffer(data, "<u8"))
        assert (np.diff(learned.prints) > 0).all()
        keys = pq.read_table(io.BytesIO(package.files["holdout_keys.parquet"]))
        assert keys.num_rows == package.manifest["holdout"]["rows"]
        assert not learned.holds(keys["inputs"].to_numpy()).any()
    hours = pq.read_table(io.BytesIO(iiot.files["holdout_keys.parquet"]))["hours"].to_numpy()
    assert iiot.manifest["learned"]["newest_hours"] < hours.min()
    newest = f"<dd>{iiot.manifest['refit']['learned']['newest']} by the refit; {iiot.manifest['learned']['newest']} by"
    assert newest.encode() in iiot.files["card.html"]
    assert bank.manifest["learned"]["newest"] is None


def test_the_refit_learns_everything_but_judging_rows(iiot: Package, bank: Package) -> None:
    """Of a time split these are all rows, of a random one those that trained or chose; both digests are named."""
    for package, rows in ((iiot, 4_000), (bank, sum(bank.manifest["split"][part] for part in ("train", "validation")))):
        entry, own = package.manifest["refit"], json.loads(package.files["refit.json"])
        assert entry["learned"] == own["learned"]
        assert entry["learned"]["rows"] == rows
        assert entry["sha256"] == own["sha256"] == hashlib.sha256(package.files["refit.onnx"]).hexdigest()
        assert own["judged"]["sha256"] == package.manifest["sha256"] != own["sha256"]
        assert (own["threshold"], own["parameters"]) == (package.manifest["threshold"], package.manifest["parameters"])
        rows_told, contract = own["golden"]["rows"], InputContract.from_json(own["contract"])
        answers = run(package.files["refit.onnx"], encode_rows(rows_told, contract))
        assert answers == pytest.approx(np.array(own["golden"]["probabilities"]), abs=1e-6)
        assert entry["sha256"].encode() in package.files["card.html"]
        learned = LearnedRows(np.frombuffer(package.files[own["learned"]["file"]], "<u8"))
        judging = pq.read_table(io.BytesIO(package.files["holdout_keys.parquet"]))
        assert learned.holds(judging["inputs"].to_numpy()).all() == (package is iiot)
        assert learned.holds(judging["identity"].to_numpy()).any() == (package is iiot)
    assert iiot.manifest["refit"]["learned"]["newest_hours"] == judging_hours(iiot).max()


def judging_hours(package: Package) -> np.ndarray:
    """The time of each judging row, in hours since 1970."""
    return np.asarray(pq.read_table(io.BytesIO(package.files["holdout_keys.parquet"]))["hours"].to_numpy())


def test_a_refit_knows_the_categories_of_the_newest_rows() -> None:
    """A word that only judging rows of a time split hold is unknown to the judged fit and learned by the refit."""
    rows = 300
    x = np.random.default_rng(1).normal(size=rows)
    jobs = np.where(np.arange(rows) < 270, np.where(x > 0, "a", "b"), "late")
    at = pa.array(np.arange(rows) * 1_000, pa.timestamp("ms"))
    table = pa.table({"at": at, "x": x, "job": jobs, "y": np.where(x + (jobs == "late") > 0, "yes", "no")})
    columns = (Column("at", "time"), Column("x", "float"), Column("job", "text"), Column("y", "text"))
    scenario = replace(
        BANK, name="late", tables=(Table("clients", columns),), time="at", numeric=("x",), categorical=("job",),
        split=Split("time"), slices=(), leakage=(), candidates=("logistic",), entity=(), selection=None, personal=(),
        batch=replace(BANK.batch, report=()), request_fields=(),
    )  # fmt: skip
    ready = prepare_rows({"clients": table}, scenario, 1)
    made = refit_best(ready, Recipe("logistic"), FitPlan("demo", 1, _quiet))
    assert not made.problem
    assert [feature.values for feature in ready.contract.features if feature.kind == "category"] == [("a", "b")]
    assert [feature.values for feature in made.contract.features if feature.kind == "category"] == [("a", "b", "late")]


def test_a_refit_that_fails_is_a_reason_and_no_failure(prepared: Prepared) -> None:
    """An error of a library and a refusal of ours: the run goes on with the judged fit alone."""
    made = refit_best(prepared, Recipe("lightgbm", (), {"lightgbm": {"num_leaves": -1}}), FitPlan("demo", 1, _quiet))
    assert not made.onnx
    assert made.problem.startswith("The fit ended with LightGBMError: ")


def test_judging_rows_without_a_label_make_a_model_that_says_so() -> None:
    """Nobody of those who judge subscribed: the model is made, its AUC is missing, and the manifest says why."""
    clients = _tables(BANK, 600)["clients"]
    answers = clients["y"].to_pylist()
    for row in prepare_rows({"clients": clients}, BANK, 1).parts.test:
        answers[int(row)] = "no"
    made = fit(_with_column({"clients": clients}, "clients", "y", pa.array(answers)), BANK, "demo", 1, _quiet)
    assert "auc" not in made.manifest["metrics"]
    assert "no row labelled 'yes'" in made.manifest["absent"]["auc"]
    assert b"no row labelled" in made.files["card.html"]


def test_constant_inputs_are_quarantined() -> None:
    """Every client is the same client."""
    tables = _tables(BANK, 500)
    answers = tables["clients"]["y"]
    same = pa.concat_tables([tables["clients"].slice(0, 1)] * 500)
    with pytest.raises(Quarantined, match="constant in 500 rows"):
        fit(_with_column({"clients": same}, "clients", "y", answers), BANK, "demo", 1, _quiet)


def test_too_few_rows_are_quarantined_with_their_number() -> None:
    """Thirty rows leave four for each of the smaller parts."""
    with pytest.raises(Quarantined, match="at least 10 are needed"):
        fit(_tables(BANK, 30), BANK, "demo", 1, _quiet)


def test_a_label_nobody_declared_is_quarantined_with_its_row() -> None:
    """Neither yes nor no: the sentence names the row and what would be accepted."""
    tables = _tables(BANK, 200)
    answers = ["no"] * 199 + ["perhaps"]
    with pytest.raises(Quarantined, match=r"row 200: 'perhaps' is not a label; accepted: 'no' or 'yes'"):
        fit(_with_column(tables, "clients", "y", pa.array(answers)), BANK, "demo", 1, _quiet)


def test_rows_without_labels_are_not_trained_on() -> None:
    """Labels that are late take their rows out of the training, and only those."""
    tables = dict(IIOT.generate(2_000, 1, GeneratorOptions(label_delay=100)))  # type: ignore[misc]  # it has a generator
    assert prepare_rows(tables, IIOT, 1).frame.num_rows == 1_900


def test_rows_are_ordered_by_time_when_they_have_one() -> None:
    """Messages may arrive in any order: the test part holds the latest ones."""
    tables = _tables(IIOT, 1_000)
    latest = tables["sensors"]["SourceTimestamp"].to_numpy().copy()
    # The first half of the file is a day later than the second one.
    latest[:500] += 86_400_000
    ready = prepare_rows(_with_column(tables, "sensors", "SourceTimestamp", pa.array(latest)), IIOT, 1)
    times = ready.frame["SourceTimestamp"].to_numpy()
    assert (np.diff(times) > 0).all()
    assert ready.frame["BatchNumber"].to_pylist()[0] == 501


def test_without_a_time_column_row_order_is_time() -> None:
    """Files of some sources have no timestamps: rows stay as they came."""
    tables = _tables(IIOT, 1_000)
    tables["sensors"] = tables["sensors"].drop_columns(["SourceTimestamp"])
    assert prepare_rows(tables, IIOT, 1).frame["BatchNumber"].to_pylist() == list(range(1, 1_001))


def test_a_category_of_the_test_rows_alone_is_unknown() -> None:
    """The contract knows the categories of the training rows only, as it will be in production."""
    # A number for each client decides who judges, so that another job changes no role.
    clients = BANK.tables[0]
    with_id = replace(clients, columns=(*clients.columns, Column("id", "int")))
    numbered = replace(BANK, entity=("id",), tables=(with_id,))
    tables = {"clients": _tables(BANK, 500)["clients"].append_column("id", pa.array(range(500)))}
    parts = prepare_rows(tables, numbered, 1).parts
    jobs = tables["clients"]["job"].to_pylist()
    jobs[int(parts.test[0])] = "astronaut"
    ready = prepare_rows(_with_column(tables, "clients", "job", pa.array(jobs)), numbered, 1)
    position = ready.contract.names.index("job")
    assert "astronaut" not in ready.contract.features[position].values
    assert ready.X[int(parts.test[0]), position] == -1
