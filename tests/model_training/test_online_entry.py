"""The entry script of an endpoint answers like the function app, from the same files, in a process of its own."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from small_served import golden, serve, small_artefact

from functions.scoring import Scorer
from model_training import online_entry
from model_training.scenarios import SCENARIOS
from shared.adapters.azureml.serving import ENTRY
from shared.core.errors import BadInput, Corrupt, Misconfigured, Missing
from shared.training.model import Model

REPOSITORY = Path(__file__).parents[2]
# Whatever the service starts it from: nothing but the file itself says where the packages lie.
SERVER = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("entry", sys.argv[1])
entry = importlib.util.module_from_spec(spec)
spec.loader.exec_module(entry)
entry.init()
print(json.dumps([entry.run(body) for body in json.load(sys.stdin)]))
"""


def _given(folder: Path, model: Model) -> dict[str, str]:
    """What a deployment gives to its processes; the service mounts the registered files."""
    told = {"SCENARIO": model.name, "MODEL_ID": model.id, "MODEL_SHA256": model.sha256}
    return {**told, "AZUREML_MODEL_DIR": str(folder)}


@pytest.mark.parametrize("name", ["bank_marketing", "iiot_quality"])
def test_the_endpoint_answers_like_the_function_app(name: str, tmp_path: Path) -> None:
    """Golden rows in every shape a request may have: each answer is the one of the scoring route."""
    scenario = SCENARIOS[name]
    ports, model = serve(tmp_path, scenario)
    rows = golden(scenario)
    bodies = [{"Inputs": {"data": rows}, "GlobalParameters": {"method": "predict_proba"}}, {"data": rows}]
    bodies.append({"Inputs": {"data": rows}})
    if not scenario.categorical:
        bodies.append({"data": [list(row.values()) for row in rows]})
    texts = [json.dumps(body) for body in bodies]
    # Mounted as the service does: one folder below what the variable names.
    given = _given((tmp_path / "lake" / model.folder).parent, model)
    found = subprocess.run(
        [sys.executable, "-c", SERVER, str(REPOSITORY / ENTRY)],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, **given, "PYTHONPATH": ""},
    )
    route = Scorer(ports)
    assert json.loads(found.stdout) == [msgspec.json.decode(route.score(name, text.encode(), "")[0]) for text in texts]
    ports.core.history._engine.dispose()  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def mounted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Model]:
    """Files of a registered model, and that model."""
    folder = tmp_path_factory.mktemp("mounted")
    artefact = small_artefact(SCENARIOS["bank_marketing"])
    (folder / "model.onnx").write_bytes(artefact.onnx)
    (folder / "manifest.json").write_text(json.dumps(artefact.manifest))
    sha256 = artefact.manifest["sha256"]
    return folder, Model("bank_marketing", 3, sha256, "r1", "d1", {}, "", datetime(2026, 3, 1, tzinfo=UTC))


def test_other_bytes_do_not_start(mounted: tuple[Path, Model]) -> None:
    """What was deployed is told by its sha256; nothing is loaded before it fits."""
    folder, model = mounted
    given = _given(folder, model)
    scenario, serving = online_entry.load(given, SCENARIOS)
    assert (scenario.name, serving.model.id) == ("bank_marketing", "bank_marketing:3")
    with pytest.raises(Corrupt, match="bank_marketing:3 was deployed as ffffffffffff"):
        online_entry.load({**given, "MODEL_SHA256": "f" * 64}, SCENARIOS)


def test_the_refit_starts_where_it_was_deployed(mounted: tuple[Path, Model], tmp_path: Path) -> None:
    """The folder of a version holds both graphs: the sha256 says which one answers."""
    folder, model = mounted
    refit = b"".join([(folder / "model.onnx").read_bytes(), b"\x1a\x01r"])  # another producer version: other bytes
    manifest = {**json.loads((folder / "manifest.json").read_text()), "sha256": hashlib.sha256(refit).hexdigest()}
    for name in ("model.onnx", "manifest.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "refit.onnx").write_bytes(refit)
    (tmp_path / "refit.json").write_text(json.dumps(manifest))
    _, serving = online_entry.load({**_given(tmp_path, model), "MODEL_SHA256": manifest["sha256"]}, SCENARIOS)
    assert serving.model.sha256 == serving.manifest["sha256"] == manifest["sha256"]
    _, judged = online_entry.load(_given(tmp_path, model), SCENARIOS)
    assert judged.manifest["sha256"] == model.sha256


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SCENARIO": "tides"}, "SCENARIO is 'tides'; accepted: bank_marketing"),
        ({"MODEL_ID": "bank_marketing"}, "MODEL_ID is 'bank_marketing'; accepted: bank_marketing:<version>"),
        ({"MODEL_SHA256": ""}, "MODEL_SHA256 is not set"),
    ],
)
def test_what_it_is_not_told_is_named(mounted: tuple[Path, Model], changes: dict[str, str], sentence: str) -> None:
    """The log of a deployment that does not start says which variable, and what would be accepted."""
    with pytest.raises(Misconfigured, match=sentence):
        online_entry.load({**_given(*mounted), **changes}, SCENARIOS)


def test_a_folder_without_a_model_is_named(mounted: tuple[Path, Model], tmp_path: Path) -> None:
    """Nothing was mounted, or something else."""
    with pytest.raises(Missing, match=r"no model\.onnx with manifest\.json in AZUREML_MODEL_DIR"):
        online_entry.load(_given(tmp_path, mounted[1]), SCENARIOS)


def test_a_body_that_is_not_accepted_is_told_in_words(
    mounted: tuple[Path, Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same sentence as the scoring route; the service's server, where it is installed, makes a 400 of it."""
    for name, value in _given(*mounted).items():
        monkeypatch.setenv(name, value)
    online_entry.loaded.cache_clear()
    with pytest.raises(BadInput, match="data is not a list with at least one row"):
        online_entry.run('{"data": []}')
    online_entry.loaded.cache_clear()
