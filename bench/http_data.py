"""The scenario, the deployed model and the requests of the HTTP benchmark: 12 numbers, 8 categories, boosted trees."""

from __future__ import annotations

import json
from pathlib import Path

from batch_data import CATEGORIES, NUMBERS, make_rows

from shared.domain.scenario import Batch, Column, Scenario, Table

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
    from shared.domain.records import Artefact, Deployment

    ports = build_ports({"MLOPS_HOME": str(home), "TRAINER_URL": "none:"}, SCENARIOS)
    manifest = json.loads((models / "trees.json").read_text())
    model = ports.registry.register(Artefact(NAME, "run", "none", (models / "trees.onnx").read_bytes(), manifest))
    # From the record's own defaults: the environment is the one that answers.
    ports.deployments.promote(
        Deployment(NAME, 1, NAME, model.version, model.sha256, utc_now(), "bench", "The benchmark's model.")
    )


def bodies(rows: int) -> tuple[bytes, bytes]:
    """The same request as this project takes it (Inputs) and as the peers take it (a list of rows)."""
    made = make_rows(rows, seed=5).to_pylist()
    return json.dumps({"Inputs": {"data": made}}).encode(), json.dumps({"rows": made}).encode()
