"""What travels with the ONNX bytes: where they come from, what they take, how good they are, how to check them."""

from __future__ import annotations

import hashlib
import io
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from model_training.estimators import OPSET
from model_training.graph import run
from model_training.steps.evaluate import Evaluation
from model_training.steps.export import Exported
from model_training.steps.prepare import Prepared
from shared.adapters.encoding import encode_rows

SCHEMA = 1
HOLDOUT = "holdout.parquet"
METRICS = "metrics.json"
# A class is predicted when it has the largest probability; for two classes that is this threshold.
THRESHOLD = 0.5
_GOLDEN = 20
_UNSEEN = "never seen in training"


def code_version() -> str:
    """The project's version and a digest over the sources of this package: equal code has equal versions."""
    package = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    project = package.parent / "pyproject.toml"
    version = tomllib.loads(project.read_text())["project"]["version"] if project.exists() else "unversioned"
    return f"{version}+{digest.hexdigest()[:12]}"


def describe(prepared: Prepared, best: Exported, exports: Sequence[Exported], judged: Evaluation) -> dict[str, Any]:
    """The part of the manifest that follows from the data and the fit."""
    return {
        "schema": SCHEMA,
        "scenario": prepared.scenario.name,
        "task": prepared.scenario.task,
        "algorithm": best.candidate.pipeline.name,
        "code": code_version(),
        "sha256": hashlib.sha256(best.onnx).hexdigest(),
        "opset": dict(OPSET),
        "contract": prepared.contract.to_json(),
        "threshold": THRESHOLD,
        "metric": prepared.scenario.metric,
        "metrics": dict(judged.metrics),
        "baseline": dict(judged.baseline),
        "interval": {name: list(bounds) for name, bounds in judged.interval.items()},
        "split": {"kind": prepared.parts.kind, **prepared.parts.sizes},
        "candidates": [_line(exported) for exported in exports],
        "parity": asdict(best.parity),
        "golden": golden(prepared, best.onnx),
    }


def golden(prepared: Prepared, onnx: bytes) -> dict[str, Any]:
    """Rows as a request would send them and the probabilities this graph gives, with unseen categories and nulls."""
    judged = prepared.parts.test
    picked = judged[np.linspace(0, len(judged) - 1, _GOLDEN - 2).astype(int)]
    rows = prepared.frame.select(list(prepared.contract.names)).take(pa.array(picked)).to_pylist()
    rows.append(dict.fromkeys(prepared.contract.names))
    rows.append({f.name: _UNSEEN if f.kind == "category" else rows[0][f.name] for f in prepared.contract.features})
    answers = run(onnx, encode_rows(rows, prepared.contract))
    return {"rows": rows, "probabilities": answers.tolist()}


def holdout(prepared: Prepared) -> tuple[bytes, dict[str, Any]]:
    """The test rows as Parquet (inputs and target as they came) and how the manifest speaks of them."""
    columns = [*prepared.contract.names, prepared.scenario.target]
    table = prepared.frame.select(columns).take(pa.array(prepared.parts.test)).replace_schema_metadata(None)
    sink = io.BytesIO()
    pq.write_table(table, sink, write_page_checksum=True)
    data = sink.getvalue()
    facts = {
        "file": HOLDOUT,
        "sha256": hashlib.sha256(data).hexdigest(),
        "rows": table.num_rows,
        "target": prepared.scenario.target,
    }
    return data, facts


def metrics_file(manifest: Mapping[str, Any]) -> bytes:
    """metrics.json: the numbers of the manifest alone, for people and reports."""
    names = ("metrics", "baseline", "interval", "split", "candidates", "parity")
    return json.dumps({name: manifest[name] for name in names}, indent=2).encode()


def _line(exported: Exported) -> dict[str, Any]:
    return {
        "name": exported.candidate.pipeline.name,
        "score": exported.candidate.score,
        "seconds": round(exported.candidate.seconds, 3),
        "deployable": not exported.problem,
        "reason": exported.problem,
    }
