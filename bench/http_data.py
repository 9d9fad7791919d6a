"""The scenario, the deployed model and the requests of the HTTP benchmark: 12 numbers, 8 categories, boosted trees."""

from __future__ import annotations

import json
from pathlib import Path

from batch_data import CATEGORIES, NUMBERS, make_rows

from shared.core.scenario import Batch, Column, Scenario, Table

NAME = "bench"
_COLUMNS = (
    *(Column(name, "float") for name in NUMBERS),
    *(Column(name, "text") for name in CATEGORIES),
    Column("y", "text"),
)
SCENARIO = Scenario(
    name=NAME,
    title="The benchmark's rows",
    tables=(Table("rows", _COLUMNS),),
    label_table="rows",
    target="y",
    numeric=NUMBERS,
    categorical=tuple(CATEGORIES),
    labels=("0", "1"),
    batch=Batch("drops", "rows", "0 */5 * * * *"),
)
SCENARIOS = {NAME: SCENARIO}


def deploy(home: Path, models: Path) -> None:
    """A home on which the trees serve, without data or training."""
    from shared.bootstrap import build_ports, utc_now
    from shared.serving.deployment import Deployment
    from shared.training.model import Artefact

    ports = build_ports({"MLOPS_HOME": str(home), "TRAINER_URL": "none:"}, SCENARIOS)
    manifest = json.loads((models / "trees.json").read_text())
    model = ports.training.registry.register(
        Artefact(NAME, "run", "none", (models / "trees.onnx").read_bytes(), manifest)
    )
    # From the record's own defaults: the environment is the one that answers.
    ports.release.deployments.promote(
        Deployment(NAME, 1, NAME, model.version, model.sha256, utc_now(), "bench", "The benchmark's model.")
    )


def bodies(rows: int) -> dict[str, bytes]:
    """The same rows as each kind of server takes them, and as this project refuses them (the last lacks a column).

    MLServer's protocol has tensors: one for each column, so that the server encodes as the others do; or one of rows
    that who asks has encoded, which costs that server nothing.
    """
    from batch_data import contract

    from shared.training.encoding import encode

    table = make_rows(rows, seed=5)
    made = table.to_pylist()
    matrix = encode(table, contract())
    codes = {"name": "rows", "shape": list(matrix.shape), "datatype": "FP32", "data": matrix.ravel().tolist()}
    found = {
        "inputs": {"Inputs": {"data": made}},
        "bad": {"Inputs": {"data": [*made[:-1], {name: value for name, value in made[-1].items() if name != "n3"}]}},
        "rows": {"rows": made},
        "records": {"dataframe_records": made},
        "columns": {"inputs": [_tensor(name, table[name].to_pylist()) for name in (*NUMBERS, *CATEGORIES)]},
        "codes": {"inputs": [codes]},
    }
    return {name: json.dumps(body).encode() for name, body in found.items()}


def _tensor(name: str, values: list) -> dict[str, object]:
    kind = "FP64" if name in NUMBERS else "BYTES"
    return {"name": name, "shape": [len(values), 1], "datatype": kind, "data": values}
