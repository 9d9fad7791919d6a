"""The manifest of a model version: its origin, inputs, quality, and the rows that check it."""

from __future__ import annotations

import hashlib
import io
import json
import re
import tomllib
from collections import Counter
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
from model_training.data.rows import Prepared
from model_training.evaluation.record import Evaluation
from model_training.export.graph import run
from model_training.search.candidate_ranking import ScoredCandidate
from model_training.steps.prepare import describe_parts
from shared.datasets.feature_frame import hours_of
from shared.training.decisions.thresholds import HALF
from shared.training.decisions.unseen_answers import FILE as UNSEEN
from shared.training.encoding import encode_rows
from shared.training.fingerprints import fingerprints
from shared.training.input_contract import InputContract
from shared.training.learned_rows import LEARNED, LearnedRows
from shared.training.unlearned.invented_rows import PLAIN_WORDS, invented_rows
from shared.training.unlearned.learned_ranges import ranges_of

SCHEMA = 1
HOLDOUT, HOLDOUT_KEYS = "holdout.parquet", "holdout_keys.parquet"
METRICS = "metrics.json"
_GOLDEN = 20
# A word of a check is in so many texts at least; as many words are looked at.
_SHARED, _WORDS = 10, 400
_WORD = re.compile(r"[a-z]{4,}")


@cache
def code_version() -> str:
    """The project's version and a digest over the sources that training runs: equal code has equal versions.

    It is read once: the code of a process does not change while it runs.
    """
    package = Path(model_training.__file__).parent
    digest = hashlib.sha256()
    for root in (package, Path(shared.__file__).parent):
        for path in sorted(root.rglob("*.py")):
            digest.update(path.relative_to(root.parent).as_posix().encode() + b"\0" + path.read_bytes())
    project = package.parent / "pyproject.toml"
    version = tomllib.loads(project.read_text())["project"]["version"] if project.exists() else "unversioned"
    return f"{version}+{digest.hexdigest()[:12]}"


def manifest_of(
    prepared: Prepared, best: ScoredCandidate, candidates: Sequence[ScoredCandidate], evaluation: Evaluation
) -> dict[str, Any]:
    """The part of the manifest that follows from the data and the fit."""
    assert best.parity is not None  # noqa: S101 - a deployable candidate was compared
    return {
        "schema": SCHEMA,
        "scenario": prepared.scenario.name,
        "task": prepared.scenario.task,
        "algorithm": best.name,
        "members": list(best.recipe.members),
        "parameters": best.recipe.to_json()["parameters"],
        "code": code_version(),
        "sha256": hashlib.sha256(best.onnx).hexdigest(),
        "opset": opset_of(best.onnx),
        "contract": prepared.contract.to_json(),
        "ranges": ranges(prepared, learned_rows(prepared), prepared.contract),
        **_thresholds(prepared, evaluation),
        "metric": prepared.scenario.metric,
        **evaluation.to_json(),
        "split": {"kind": prepared.parts.kind, **prepared.parts.sizes},
        "datasets": describe_parts(prepared),
        "candidates": [_summary(candidate, prepared.scenario.metric) for candidate in candidates],
        "parity": asdict(best.parity),
        "golden": golden(prepared, best.onnx),
    }


def _thresholds(prepared: Prepared, evaluation: Evaluation) -> dict[str, Any]:
    """From which probability each label is predicted: `thresholds` of several, `threshold` of one."""
    served = evaluation.served
    if prepared.scenario.task == "multilabel" or len(served) > 1:
        return {"thresholds": served}
    return {"threshold": served[0] if served else HALF}


def learned_rows(prepared: Prepared) -> np.ndarray:
    """The rows that train or choose, by number."""
    return np.concatenate([prepared.parts.train, prepared.parts.validation])


def ranges(prepared: Prepared, rows: np.ndarray, contract: InputContract) -> dict[str, list[float]]:
    """The range of each number in these rows."""
    return {} if contract.text else ranges_of(prepared.rows.take(rows).X, contract)


def golden(prepared: Prepared, onnx: bytes) -> dict[str, Any]:
    """Rows that nobody gave, as a request sends them, and the answers of this graph; the last two are unusual."""
    rows = learned_rows(prepared)
    words = _common_words(prepared, rows) if prepared.contract.text else PLAIN_WORDS
    whole = _whole(prepared, rows)
    made = invented_rows(prepared.contract, ranges(prepared, rows, prepared.contract), _GOLDEN - 2, whole, words)
    return {"rows": made, "probabilities": run(onnx, encode_rows(made, prepared.contract)).tolist()}


def _whole(prepared: Prepared, rows: np.ndarray) -> set[str]:
    """The inputs whose numbers are all whole."""
    if prepared.contract.text:
        return set()
    names = [feature.name for feature in prepared.contract.features]
    values = prepared.rows.take(rows).X
    return {name for at, name in enumerate(names) if bool(np.all(np.nan_to_num(values[:, at]) % 1 == 0))}


def _common_words(prepared: Prepared, rows: np.ndarray) -> Sequence[str]:
    """Words that so many texts share that they are nobody's own, the most frequent first."""
    feature = prepared.contract.features[0]
    counts: Counter[str] = Counter()
    for text in prepared.raw.read([feature.name])[feature.name].take(pa.array(rows)).to_pylist():
        counts.update(sorted(set(_WORD.findall(str(text or "").lower()))))
    stop = set(feature.values)
    common = [word for word, texts in counts.most_common(_WORDS) if texts >= _SHARED and word not in stop]
    return common if len(common) >= len(PLAIN_WORDS) else PLAIN_WORDS


def learned(prepared: Prepared) -> tuple[bytes, dict[str, Any]]:
    """The fingerprints of every row that trained or chose, and their entry in the manifest."""
    return learned_of(prepared, learned_rows(prepared), LEARNED)


def learned_of(prepared: Prepared, rows: np.ndarray, file: str) -> tuple[bytes, dict[str, Any]]:
    """The fingerprints of these rows, and what a manifest says of the file that holds them."""
    hours = _hours(prepared)
    return LearnedRows.of(fingerprints(prepared.scenario, prepared.frame), rows, hours).packed(len(rows), file)


def _hours(prepared: Prepared) -> np.ndarray | None:
    names = [name for name in prepared.raw.names if name == prepared.scenario.time]
    return hours_of(prepared.raw.read(names), prepared.scenario)


def holdout_keys(prepared: Prepared) -> tuple[bytes, dict[str, Any]]:
    """Of each test row its fingerprints, cluster and hours since 1970, as Parquet in the holdout's order."""
    prints, test = fingerprints(prepared.scenario, prepared.frame), prepared.parts.test
    hours = _hours(prepared)
    columns = {name: getattr(prints, name)[test] for name in ("identity", "inputs", "cluster")}
    columns |= {} if hours is None else {"hours": hours[test]}
    data = _parquet(pa.table(columns))
    return data, {"file": HOLDOUT_KEYS, "sha256": hashlib.sha256(data).hexdigest()}


def _parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, write_page_checksum=True)
    return sink.getvalue()


def holdout(prepared: Prepared) -> tuple[bytes, dict[str, Any]]:
    """The test rows as Parquet (unchanged inputs and answers) and their entry in the manifest."""
    table = prepared.raw.read(prepared.columns).take(pa.array(prepared.parts.test)).replace_schema_metadata(None)
    data = _parquet(table)
    facts = {
        "file": HOLDOUT,
        "sha256": hashlib.sha256(data).hexdigest(),
        "rows": table.num_rows,
        "target": prepared.scenario.target,
        "targets": list(prepared.scenario.targets),
    }
    return data, facts


def unseen_facts(data: bytes) -> dict[str, Any]:
    """The entry in the manifest of the answers that decisions are chosen on."""
    return {"file": UNSEEN, "sha256": hashlib.sha256(data).hexdigest()}


def metrics_file(manifest: Mapping[str, Any]) -> bytes:
    """metrics.json: only the numbers of the manifest, for people and reports."""
    names = ("metrics", "baseline", "interval", "comparisons", "split", "candidates", "parity")
    return json.dumps({name: manifest[name] for name in names}, indent=2).encode()


def opset_of(onnx: bytes) -> dict[str, int]:
    """The operator sets of the graph, by domain."""
    from onnx import ModelProto

    return {opset.domain: opset.version for opset in ModelProto.FromString(onnx).opset_import}


def _summary(candidate: ScoredCandidate, metric: str) -> dict[str, Any]:
    return {
        "name": candidate.name,
        "score": candidate.metrics[metric],
        "score_on_folds": candidate.on_folds,
        "seconds": round(candidate.seconds, 3),
        "fitted_rows": candidate.fitted_rows,
        "parameters": candidate.recipe.to_json()["parameters"],
        "deployable": not candidate.problem,
        "reason": candidate.problem,
    }
