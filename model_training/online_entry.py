"""Entry script of a managed online endpoint: answers like the function app's scoring route, from one fixed version.

The service calls `init()` once in a process and `run(body)` for every request. The model comes as files of the
registered version; the process does not start with other bytes than those deployed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

# The service puts the folder of this file on the path; both packages lie one above.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from shared.core.errors import Misconfigured, Missing, Permanent
from shared.serving.deployment import Deployment
from shared.training.model import Model, ModelRef
from shared.training.stored_models import read_graph

if TYPE_CHECKING:
    from shared.core.scenario import Scenario
    from shared.serving.deployed_model import DeployedModel
    from shared.serving.scored_request import ScoredRequest

FOLDER, SCENARIO, MODEL_ID, SHA256 = "AZUREML_MODEL_DIR", "SCENARIO", "MODEL_ID", "MODEL_SHA256"
_OK, _BAD_REQUEST = 200, 400


def init() -> None:
    """Load the version that the environment names; an error stops the start."""
    loaded()


def run(raw_data: str | bytes) -> Any:
    """The answer to a request's body; a refused body gets status 400 and a sentence."""
    from shared.serving.answers import answer

    scenario, deployed = loaded()
    try:
        return _told(answer(scenario, deployed, raw_data.encode() if isinstance(raw_data, str) else raw_data))
    except Permanent as fault:
        return _refusal(fault)


@cache
def loaded() -> tuple[Scenario, DeployedModel]:
    """The scenario and the version that serves it, loaded once in a process."""
    from model_training.scenarios import SCENARIOS

    return load(os.environ, SCENARIOS)


def load(environ: Mapping[str, str], scenarios: Mapping[str, Scenario]) -> tuple[Scenario, DeployedModel]:
    """The scenario and version these variables name; Misconfigured, Missing or Corrupt when they cannot be served."""
    from shared.adapters.onnx.scoring import OnnxScoring
    from shared.serving.deployed_model import DeployedModel

    name = _required(environ, SCENARIO)
    if name not in scenarios:
        raise Misconfigured(SCENARIO, f"is {name!r}", ", ".join(sorted(scenarios)))
    folder = _files(Path(_required(environ, FOLDER)))
    onnx, manifest = read_graph(folder, _required(environ, SHA256), _required(environ, MODEL_ID))
    model = _model(environ, name, manifest)
    deployment = Deployment(
        name, 0, name, model.version, model.sha256, model.created_at, "endpoint", "one fixed version"
    )
    return scenarios[name], DeployedModel(deployment, model, OnnxScoring().load(onnx, manifest), manifest)


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "")
    if not value:
        raise Misconfigured(name, "is not set", "what the deployment gives to its processes")
    return value


def _files(mounted: Path) -> Path:
    """The folder with the model; the service may mount the registered folder one level deeper."""
    for folder in (mounted, *sorted(path for path in mounted.glob("*") if path.is_dir())):
        if (folder / "model.onnx").is_file() and (folder / "manifest.json").is_file():
            return folder
    raise Missing(f"There is no model.onnx with manifest.json in {FOLDER} or in a folder of it.")


def _model(environ: Mapping[str, str], name: str, manifest: Mapping[str, Any]) -> Model:
    ref = ModelRef.parse(_required(environ, MODEL_ID))
    if ref is None:
        raise Misconfigured(MODEL_ID, f"is {environ[MODEL_ID]!r}", f"{name}:<version>")
    run, dataset = (str(manifest.get(key, "")) for key in ("run", "dataset"))
    return Model(name, ref.version, _required(environ, SHA256), run, dataset, {}, "", datetime.now(UTC))


def _told(scored: ScoredRequest) -> Any:
    """The answer, with headers that name what the model did not learn from."""
    from shared.serving.strange_values import strange_headers

    headers = strange_headers(scored.strange)
    if not headers:
        return scored.response
    try:
        from azureml.contrib.services.aml_response import AMLResponse  # type: ignore[import-not-found]  # see online.txt
    except ImportError:
        # Only the service's server turns headers into those of its answer.
        return scored.response
    return AMLResponse(json.dumps(scored.response), _OK, {"Content-Type": "application/json", **headers})


def _refusal(fault: Permanent) -> Any:
    try:
        from azureml.contrib.services.aml_response import AMLResponse  # see online.txt
    except ImportError:
        # Only the service's server turns a status into an answer.
        raise fault from None
    return AMLResponse(json.dumps({"detail": fault.reason}), _BAD_REQUEST, {"Content-Type": "application/json"})
