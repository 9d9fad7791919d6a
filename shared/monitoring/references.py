"""What a window is compared with: the data its model learned from, the accepted baseline, the model's own answers."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from shared.core.errors import Corrupt
from shared.core.lake_reading import read_bytes, read_json
from shared.core.paths import dataset_folder, monitoring_folder
from shared.core.scenario import Scenario
from shared.profiles.baseline import read_baseline
from shared.profiles.profile import DatasetProfile, TableProfile
from shared.profiles.row_facts import RowFacts
from shared.serving.ports import LoadedModel
from shared.serving.prediction_rows import join_labels, predicted_probability, sql_name, to_predictions
from shared.training.model import Model
from shared.training.stored_models import read_model

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from shared.monitoring.ports import MonitoringPorts


def training_profile(ports: MonitoringPorts, scenario: str, dataset: str) -> Mapping[str, TableProfile]:
    """The profiles of the tables of a dataset version by name; empty when it has none."""
    path = f"{dataset_folder(scenario, dataset)}profile.json"
    if ports.core.lake.stat(path) is None:
        return {}
    return DatasetProfile.from_json(read_json(ports, path)).tables


def baseline_profile(ports: MonitoringPorts, scenario: str) -> tuple[str, Mapping[str, TableProfile]]:
    """The accepted baseline's number and the profiles of its tables; ("", {}) without one that can be read."""
    try:
        baseline = read_baseline(ports, scenario)
    except Corrupt:
        baseline = None
    return ("", {}) if baseline is None else (str(baseline.number), baseline.profile.tables)


def training_rows(ports: MonitoringPorts, scenario: str, dataset: str) -> Mapping[str, RowFacts]:
    """What the rows of the dataset's tables show in their order, by table; computed once and kept in the lake."""
    version = ports.datasets.versions.find(scenario, dataset)
    if version is None:
        return {}

    def make() -> Mapping[str, Any]:
        tables = {file.name: _parquet(ports, file.path) for file in version.tables}
        return {name: ports.profiles.profiler.rows(table).to_json() for name, table in tables.items()}

    kept = _kept(ports, f"{monitoring_folder(scenario)}rows-{dataset}.json", make)
    return {name: RowFacts.from_json(value) for name, value in kept.items()}


def holdout_profile(ports: MonitoringPorts, scenario: Scenario, model: Model) -> Mapping[str, TableProfile]:
    """The profile of the model's holdout: `inputs`, and the `answers` it gives there; kept in the lake."""

    def make() -> Mapping[str, Any]:
        onnx, manifest = read_model(ports, model)
        loaded = ports.serving.scoring.load(onnx, manifest)
        table = _parquet(ports, f"{model.folder}{manifest['holdout']['file']}")
        answers = answers_table(scenario, loaded, loaded.matrix(loaded.encode(table)))
        inputs = table.select([name for name in table.column_names if name not in scenario.targets])
        profiles = {"inputs": inputs, "answers": answers}
        return {name: ports.profiles.profiler.describe(one).profile.to_json() for name, one in profiles.items()}

    kept = _kept(ports, f"{monitoring_folder(scenario.name)}holdout-{model.version}.json", make)
    return {name: TableProfile.from_json(value) for name, value in kept.items()}


def answers_table(scenario: Scenario, loaded: LoadedModel, answers: np.ndarray) -> pa.Table:
    """A model's answers (rows, K) as the columns of its predictions that are watched."""
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


def watched_answers(table: pa.Table) -> pa.Table:
    """The columns of a prediction file that are watched: classes as text, no column without any value."""
    import pyarrow as pa

    names = [name for name in table.column_names if name == "prediction" or name.startswith("probability")]
    kept = {name: table.column(name) for name in names if table.column(name).null_count < table.num_rows}
    answer = kept.get("prediction")
    if answer is not None and not pa.types.is_floating(answer.type):
        kept["prediction"] = answer.cast(pa.string())
    return pa.table(kept)


def _parquet(ports: MonitoringPorts, path: str) -> pa.Table:
    import pyarrow.parquet as pq

    return pq.read_table(io.BytesIO(read_bytes(ports, path)), page_checksum_verification=True)


def _kept(ports: MonitoringPorts, path: str, make: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    """The JSON value at `path`, made now when there is none."""
    if ports.core.lake.stat(path) is None:
        ports.core.lake.put(path, json.dumps(make()).encode())
    return read_json(ports, path)
