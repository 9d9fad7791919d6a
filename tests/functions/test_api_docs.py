"""docs/api.md: its requests are answered, and its answers have the shape it shows."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import azure.functions as func
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from called import functions_of
from served_model import serve
from texts import TEXT, TEXTS, text_graph
from world import graph_of

from functions.app import create_app
from functions.names import HTTP, KEY_SCOPES
from model_training.scenarios import SCENARIOS
from shared.bootstrap import build_ports
from shared.datasets.version import DatasetTable, DatasetVersion, Part
from shared.serving.answers import answer
from shared.serving.deployment import Deployment
from shared.training.input_contract import Feature
from shared.training.model import Artefact

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "api.md").read_text()
EXAMPLES = re.findall(r"`POST (/api/\S+)`\n\n```json\n(.*?)```\n\n```json\n(.*?)```", PAGE, re.DOTALL)
AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Callable[..., func.HttpResponse]]:
    """The app on a home where models that always say no serve the declared scenarios."""
    home = tmp_path_factory.mktemp("docs")
    ports = build_ports({"MLOPS_HOME": str(home), "TRAINER_URL": "none:"}, SCENARIOS)
    for name in ("bank_marketing", "predictive_maintenance"):
        scenario = SCENARIOS[name]
        kinds = {one: "number" if one in scenario.numeric else "category" for one in scenario.features}
        features = tuple(Feature(one, kind) for one, kind in kinds.items())  # type: ignore[arg-type]
        bias = np.full(len(scenario.labels), -3.0, dtype=np.float32)
        bias[0] = 3.0 if scenario.task == "binary" else -3.0
        graph = graph_of(np.zeros((len(features), len(bias)), np.float32), bias)
        manifest = serve(scenario, graph, features).manifest
        model = ports.training.registry.register(Artefact(name, f"run-{name}", "none", graph, manifest))
        ports.release.deployments.promote(Deployment(name, 1, name, model.version, model.sha256, AT, "test", ""))
    files = []
    for table, rows in (
        ("maint", pa.table({"datetime": [AT], "machineID": [1], "comp": ["comp1"]})),
        ("failures", pa.table({"datetime": [AT], "machineID": [1], "failure": ["comp1"]})),
        ("machines", pa.table({"machineID": [1], "model": ["a"], "age": [3]})),
    ):
        sink = io.BytesIO()
        pq.write_table(rows, sink)
        ports.core.lake.put(f"datasets/x/{table}.parquet", sink.getvalue())
        part = Part(f"datasets/x/{table}.parquet", hashlib.sha256(sink.getvalue()).hexdigest(), rows.num_rows)
        files.append(DatasetTable(table, (part,), rows.num_rows))
    ports.datasets.versions.add(DatasetVersion("predictive_maintenance", "d1", "digest", tuple(files), (), AT))
    return functions_of(create_app(lambda: ports))


def shape(value: Any) -> Any:
    """Names and types, without the values."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value[:1]]
    if isinstance(value, str) and value.startswith("{"):
        return shape(json.loads(value))
    return type(value)


@pytest.mark.parametrize(("path", "asked", "told"), EXAMPLES, ids=[str(number) for number in range(len(EXAMPLES))])
def test_an_example_is_answered_as_shown(functions: Any, path: str, asked: str, told: str) -> None:
    """The same names and types; the answers of the models that say no are the page's own."""
    kind, name = path.split("/")[2], path.split("/")[4 if "/v2/" in path else 3]
    if name == "text_classification":
        found = answer(TEXTS, serve(TEXTS, text_graph(), TEXT.features), asked.encode()).response
        assert shape(found) == shape(json.loads(told))
        return
    request = func.HttpRequest(
        "POST", path, headers={}, route_params={"scenario": name, "model": name}, body=asked.encode()
    )
    answered = functions["v2_infer" if kind == "v2" else "score"](req=request)
    assert answered.status_code == 200, answered.get_body()
    assert json.loads(answered.get_body()) == json.loads(told)


def test_every_contract_has_an_example() -> None:
    """Managed, older, lists, raw readings, text, tensors."""
    assert len(EXAMPLES) == 6


def test_every_route_is_documented_and_every_scope_on_the_page() -> None:
    """A route nobody can read about is not there for its users; each area has a page of its own."""
    pages = "\n".join(page.read_text() for page in DOCS.glob("*.md"))
    for route in HTTP:
        assert route.path.split("/")[0] in pages, route.path
    for scope in KEY_SCOPES:
        assert f"| `{scope}` |" in PAGE
