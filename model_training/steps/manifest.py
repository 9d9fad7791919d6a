"""What travels with the ONNX bytes: where they come from, what they take, how good they are, how to check them."""

from __future__ import annotations

import hashlib
import io
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import model_training
import shared
from model_training.data.answers import hours_of
from model_training.evaluation.facts import THRESHOLD
from model_training.export.graph import run
from model_training.search.candidate_ranking import Entrant
from model_training.steps.evaluate import Evaluation
from model_training.steps.prepare import Prepared, describe
from shared.training.encoding import encode_rows
from shared.training.fingerprints import fingerprints
from shared.training.learned_rows import LearnedRows

SCHEMA = 1
HOLDOUT, HOLDOUT_KEYS = "holdout.parquet", "holdout_keys.parquet"
METRICS = "metrics.json"
_GOLDEN = 20
_UNSEEN = "never seen in training"


@cache
def code_version() -> str:
    """The project's version and a digest over the sources that training runs: equal code has equal versions.

    Read once: what a process runs does not change under it.
    """
    package = Path(model_training.__file__).parent
    digest = hashlib.sha256()
    for root in (package, Path(shared.__file__).parent):
        for path in sorted(root.rglob("*.py")):
            digest.update(path.relative_to(root.parent).as_posix().encode() + b"\0" + path.read_bytes())
    project = package.parent / "pyproject.toml"
    version = tomllib.loads(project.read_text())["project"]["version"] if project.exists() else "unversioned"
    return f"{version}+{digest.hexdigest()[:12]}"


def manifest_of(prepared: Prepared, best: Entrant, others: Sequence[Entrant], judged: Evaluation) -> dict[str, Any]:
    """The part of the manifest that follows from the data and the fit."""
    assert best.parity is not None  # noqa: S101 - what can be deployed has been compared
    return {
        "schema": SCHEMA,
        "scenario": prepared.scenario.name,
        "task": prepared.scenario.task,
        "algorithm": best.name,
        "members": list(best.recipe.members),
        "parameters": {name: dict(chosen) for name, chosen in best.recipe.parameters.items()},
        "code": code_version(),
        "sha256": hashlib.sha256(best.onnx).hexdigest(),
        "opset": _opset(best.onnx),
        "contract": prepared.contract.to_json(),
        "threshold": THRESHOLD,
        "metric": prepared.scenario.metric,
        "metrics": dict(judged.metrics),
        "baseline": dict(judged.baseline),
        "interval": {name: list(bounds) for name, bounds in judged.interval.items()},
        "comparisons": list(judged.comparisons),
        "absent": dict(judged.absent),
        "curves": dict(judged.curves),
        "split": {"kind": prepared.parts.kind, **prepared.parts.sizes},
        "datasets": describe(prepared),
        "candidates": [_line(entrant, prepared.scenario.metric) for entrant in others],
        "parity": asdict(best.parity),
        "golden": golden(prepared, best.onnx),
    }


def golden(prepared: Prepared, onnx: bytes) -> dict[str, Any]:
    """Rows as a request would send them and the answers this graph gives, with unseen categories and nulls."""
    judged = prepared.parts.test
    picked = judged[np.linspace(0, len(judged) - 1, _GOLDEN - 2).astype(int)]
    rows = prepared.frame.select(list(prepared.contract.names)).take(pa.array(picked)).to_pylist()
    numbers = [feature.kind != "text" for feature in prepared.contract.features]
    # A text is never null in a request; one without known words is what is strange there.
    rows.append({f.name: None if number else "" for f, number in zip(prepared.contract.features, numbers, strict=True)})
    rows.append({f.name: rows[0][f.name] if f.kind == "number" else _UNSEEN for f in prepared.contract.features})
    answers = run(onnx, encode_rows(rows, prepared.contract))
    return {"rows": rows, "probabilities": answers.tolist()}


def learned(prepared: Prepared) -> tuple[bytes, dict[str, Any]]:
    """The fingerprints of every row that taught or chose, and how the manifest speaks of them."""
    rows = np.concatenate([prepared.parts.train, prepared.parts.validation])
    hours = hours_of(prepared.frame, prepared.scenario)
    return LearnedRows.of(fingerprints(prepared.scenario, prepared.frame), rows, hours).packed(len(rows))


def holdout_keys(prepared: Prepared) -> tuple[bytes, dict[str, Any]]:
    """Of each test row its fingerprints, cluster and hours since 1970, as Parquet in the holdout's order."""
    prints, test = fingerprints(prepared.scenario, prepared.frame), prepared.parts.test
    hours = hours_of(prepared.frame, prepared.scenario)
    columns = {name: getattr(prints, name)[test] for name in ("identity", "inputs", "cluster")}
    columns |= {} if hours is None else {"hours": hours[test]}
    data = _parquet(pa.table(columns))
    return data, {"file": HOLDOUT_KEYS, "sha256": hashlib.sha256(data).hexdigest()}


def _parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, write_page_checksum=True)
    return sink.getvalue()


def holdout(prepared: Prepared) -> tuple[bytes, dict[str, Any]]:
    """The test rows as Parquet (inputs and answers as they came) and how the manifest speaks of them."""
    columns = list(dict.fromkeys((*prepared.contract.names, *prepared.scenario.targets)))
    table = prepared.frame.select(columns).take(pa.array(prepared.parts.test)).replace_schema_metadata(None)
    data = _parquet(table)
    facts = {
        "file": HOLDOUT,
        "sha256": hashlib.sha256(data).hexdigest(),
        "rows": table.num_rows,
        "target": prepared.scenario.target,
        "targets": list(prepared.scenario.targets),
    }
    return data, facts


def metrics_file(manifest: Mapping[str, Any]) -> bytes:
    """metrics.json: the numbers of the manifest alone, for people and reports."""
    names = ("metrics", "baseline", "interval", "comparisons", "split", "candidates", "parity")
    return json.dumps({name: manifest[name] for name in names}, indent=2).encode()


def _opset(onnx: bytes) -> dict[str, int]:
    from onnx import ModelProto

    return {one.domain: one.version for one in ModelProto.FromString(onnx).opset_import}


def _line(entrant: Entrant, metric: str) -> dict[str, Any]:
    return {
        "name": entrant.name,
        "score": entrant.metrics[metric],
        "seconds": round(entrant.seconds, 3),
        "fitted_rows": entrant.fitted_rows,
        "parameters": {name: dict(chosen) for name, chosen in entrant.recipe.parameters.items()},
        "deployable": not entrant.problem,
        "reason": entrant.problem,
    }
