"""The references of a window: its model's training data, the accepted baseline, and the answers on the holdout."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from shared.core.errors import Corrupt
from shared.core.lake_reading import read_json, read_parquet
from shared.core.paths import dataset_folder, monitoring_folder
from shared.core.scenario import Scenario
from shared.datasets.stored_rows import HELD_BYTES, held_rows
from shared.profiles.baseline import read_baseline
from shared.profiles.part_profiles import table_facts
from shared.profiles.profile import TableProfile
from shared.profiles.row_facts import Run
from shared.profiles.whole_profile import table_profiles
from shared.serving.ports import LoadedModel
from shared.serving.prediction_rows import is_answer, join_labels, predicted_probability, sql_name, to_predictions
from shared.training.model import Model
from shared.training.stored_models import read_model

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from shared.datasets.rows import Rows
    from shared.monitoring.ports import MonitoringPorts


@dataclass(frozen=True, slots=True)
class HoldoutProfile:
    """The inputs of a model's holdout, and the answers that the model gives there."""

    inputs: TableProfile
    answers: TableProfile


def training_profile(ports: MonitoringPorts, scenario: str, dataset: str) -> Mapping[str, TableProfile]:
    """The profiles of a dataset version by table, over all its rows; empty when it has none."""
    version = ports.datasets.versions.find(scenario, dataset)
    path = f"{dataset_folder(scenario, dataset)}profile.json"
    if version is None or ports.core.lake.stat(path) is None:
        return {}
    return table_profiles(ports, version)


def baseline_profile(ports: MonitoringPorts, scenario: str) -> tuple[str, Mapping[str, TableProfile]]:
    """The number and the table profiles of the accepted baseline; ("", {}) when there is none or it cannot be read."""
    try:
        baseline = read_baseline(ports, scenario)
    except Corrupt:
        baseline = None
    return ("", {}) if baseline is None else (str(baseline.number), baseline.profile.tables)


def training_runs(ports: MonitoringPorts, scenario: str, dataset: str) -> Mapping[str, Mapping[str, Run]]:
    """The longest repeats in the dataset's rows, by table and column; computed once and kept in the lake."""
    version = ports.datasets.versions.find(scenario, dataset)
    if version is None:
        return {}

    def make() -> Mapping[str, Any]:
        facts = table_facts(ports, version)
        return {name: {column: asdict(run) for column, run in one.runs.items()} for name, one in facts.items()}

    kept = _kept_json(ports, f"{monitoring_folder(scenario)}runs-{dataset}.json", make)
    return {table: {name: Run(**run) for name, run in runs.items()} for table, runs in kept.items()}


def holdout_profile(ports: MonitoringPorts, scenario: Scenario, model: Model) -> HoldoutProfile:
    """The profile of the model's holdout; computed once and kept in the lake."""

    def make() -> Mapping[str, Any]:
        onnx, manifest = read_model(ports, model)
        loaded = ports.serving.scoring.load(onnx, manifest)
        table = read_parquet(ports, f"{model.folder}{manifest['holdout']['file']}")
        answers = _answers_table(scenario, loaded, loaded.score_matrix(loaded.encode(table)))
        inputs = table.select([name for name in table.column_names if name not in scenario.targets])
        profiles = {"inputs": inputs, "answers": answers}
        return {name: ports.profiles.profiler.describe(table).profile.to_json() for name, table in profiles.items()}

    kept = _kept_json(ports, f"{monitoring_folder(scenario.name)}holdout-{model.version}.json", make)
    return HoldoutProfile(TableProfile.from_json(kept["inputs"]), TableProfile.from_json(kept["answers"]))


def _answers_table(scenario: Scenario, loaded: LoadedModel, answers: np.ndarray) -> pa.Table:
    """A model's answers (rows, K) as the monitored columns of a prediction file."""
    import pyarrow as pa

    predictions, labels = to_predictions(scenario.task, loaded.thresholds, answers), loaded.contract.labels
    probabilities = predicted_probability(scenario.task, answers, predictions)
    if probabilities is None:
        return pa.table({"prediction": pa.array(predictions.astype("float64"))})
    if scenario.task == "multilabel":
        each = {f"probability_{sql_name(name)}": answers[:, at].astype("float64") for at, name in enumerate(labels)}
        return pa.table({"prediction": [join_labels(labels, row) for row in predictions], **each})
    names = [labels[code] for code in predictions]
    return pa.table({"prediction": names, "probability": probabilities.astype("float64")})


def answer_rows(blocks: Iterable[pa.RecordBatch | pa.Table], held: int = HELD_BYTES) -> Rows:
    """The monitored columns of prediction rows: classes as text, without columns that are empty."""
    from shared.datasets.rows import ChosenRows

    missing: dict[str, int] = {}

    def told() -> Iterator[pa.Table]:
        for block in map(_monitored, blocks):
            for name, column in zip(block.column_names, block.columns, strict=True):
                missing[name] = missing.get(name, 0) + column.null_count
            yield block

    rows = held_rows(told(), held)
    return ChosenRows(rows, tuple(name for name, count in missing.items() if count < rows.num_rows))


def _monitored(block: pa.RecordBatch | pa.Table) -> pa.Table:
    import pyarrow as pa

    kept = {name: block.column(name) for name in block.schema.names if is_answer(name)}
    answer = kept.get("prediction")
    if answer is not None and not pa.types.is_floating(answer.type):
        kept["prediction"] = answer.cast(pa.string())
    return pa.table(kept)


def _kept_json(ports: MonitoringPorts, path: str, make: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    """The JSON object at `path`; made now when there is none."""
    if ports.core.lake.stat(path) is None:
        ports.core.lake.put(path, json.dumps(make()).encode())
    return read_json(ports, path)
