"""A cold start pays for azure.functions only, and a first request for what it uses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from releases import drop
from world import World

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "azure.core", "azure.identity", "azure.storage", "deltalake",
    "azure.ai.ml", "sklearn", "lightgbm", "pandas", "pyarrow", "onnxruntime", "onnx", "sqlalchemy", "azure.kusto",
    "matplotlib", "numpy", "msgspec", "shared.adapters", "shared.bootstrap.bundles", "shared.dispatch", "shared.intake",
    "shared.monitoring", "shared.prediction", "shared.profiles", "shared.release", "model_training.scenarios",
)  # fmt: skip
# What a scoring request is made of; what is deployed is read by the database's driver alone.
SCORING = {"msgspec", "numpy", "onnxruntime", "sqlite3"}
# What other events need, and this request must not pay for.
OTHERS = (
    "alembic", "azure.ai.ml", "azure.core", "azure.eventgrid", "azure.identity", "azure.kusto", "azure.storage",
    "deltalake", "difflib",
    "fastapi", "httpx", "jinja2", "lightgbm", "matplotlib", "onnx", "opentelemetry", "pandas", "psycopg", "pyarrow",
    "pydantic", "pyodbc", "requests", "scipy", "sklearn", "sqlalchemy", "starlette", "uvicorn",
    "functions.openapi.schemas", "functions.openapi.scoring", "model_training.runs.training", "shared.profiles.report",
    "shared.adapters.sql.database", "shared.adapters.sql.schema",
    "shared.adapters.tables.cells",
    "shared.adapters.webhooks", "shared.dispatch", "shared.core.events", "shared.monitoring.measures",
    "shared.serving.inference.open_inference", "shared.intake.ingest", "shared.serving.stateful_scoring",
    "shared.training.unlearned.extremes",
    "shared.monitoring.drift.window_drift",
    "shared.adapters.lake.telemetry", "shared.adapters.process_scorer", "shared.adapters.process_trainer",
    "shared.prediction.shard", "shared.prediction.window", "shared.profiles.profile",
)  # fmt: skip
ANSWER = """
import asyncio, sys
from types import SimpleNamespace
import azure.functions as func
from functions.app import create_app
from shared.bootstrap import build_ports
from shared.core.scenario import Batch, Column, Scenario, Table

columns = (Column("id", "int"), Column("x", "float"), Column("color", "text"), Column("y", "text"))
points = Scenario(
    name="points", title="Points", tables=(Table("points", columns),), label_table="points", target="y",
    numeric=("x",), categorical=("color",), labels=("no", "yes"), batch=Batch("drops", "points", "0 */5 * * * *"),
)
app = create_app(lambda: build_ports({"MLOPS_HOME": sys.argv[1], "TRAINER_URL": "none:"}, {"points": points}))
score = next(one.get_user_function() for one in app.get_functions() if one.get_function_name() == "score")
body = b'{"data": [{"x": 1.0, "color": "red"}]}'
request = func.HttpRequest("POST", "/", headers={}, route_params={"scenario": "points"}, body=body)
told = asyncio.run(score(request, SimpleNamespace(invocation_id="1", thread_local_storage=SimpleNamespace())))
assert told.status_code == 200, told.get_body()
print("\\n".join(sys.modules))
"""


# What the imports of an event's path bring, beside numpy, pyarrow and onnxruntime: a path names what it must not.
_ALWAYS = (
    "alembic", "azure.core", "azure.identity", "azure.storage", "deltalake", "email.mime", "fastapi", "jinja2",
    "lightgbm", "model_training.scenarios", "pandas", "pyarrow.acero", "pyarrow.compute", "pyarrow.dataset", "pydantic",
    "scipy", "shared.adapters", "shared.bootstrap", "sklearn", "sqlite3", "unittest", "xml.etree", "zoneinfo",
)  # fmt: skip
PATHS = {
    "shared.prediction.score": (
        *_ALWAYS, "onnxruntime", "pyarrow", "shared.alerts", "shared.intake", "shared.monitoring", "shared.release",
        "shared.prediction.shard", "shared.prediction.sharding.attempts", "shared.prediction.sharding.planning",
        "sqlalchemy",
    ),
    "shared.dispatch, shared.intake.ingest": (
        *_ALWAYS, "msgspec", "onnxruntime", "pyarrow", "shared.operations", "shared.prediction.score", "sqlalchemy",
    ),
    "shared.serving.model_router": (
        *_ALWAYS, "onnxruntime", "pyarrow", "shared.alerts", "shared.intake", "shared.monitoring", "sqlalchemy",
    ),
}  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_path_imports_only_its_own_rooms(path: str) -> None:
    """Arrow, the model's runtime and SQL come with the adapters that use them, other rooms with their own events."""
    code = f"import sys, {path}; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert sorted(set(done.stdout.split()) & set(PATHS[path])) == []


def test_indexing_the_app_imports_nothing_heavy() -> None:
    """Every trigger imports what it needs with its first message."""
    code = "import sys, function_app; function_app.app.get_functions(); print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "azure.functions" in loaded
    assert sorted(loaded & set(HEAVY)) == []


def test_numpy_starts_no_threads_in_the_app() -> None:
    """They would wait busily at every cold start."""
    code = "import function_app, numpy, os; print(len(os.listdir('/proc/self/task')))"
    kept = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=kept, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1"]


def test_the_first_scoring_request_imports_what_it_uses(world: World) -> None:
    """Numbers, the model's runtime, JSON and the database's driver; nothing of tables, events or Azure's services."""
    drop(world, "d1")
    command = [sys.executable, "-c", ANSWER, str(world.home)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    loaded = set(done.stdout.split())
    assert loaded >= SCORING
    assert sorted(loaded & set(OTHERS)) == []
