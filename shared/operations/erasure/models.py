"""Files of models are written anew without the person's rows; the graphs stay, and who learned from them is told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.core.lake_reading import read_bytes, read_json
from shared.core.scenario import Scenario
from shared.operations.erasure.lake_files import parquet_of
from shared.operations.erasure.needles import Needles
from shared.operations.erasure.records import keep_record, resolve
from shared.operations.erasure.subject import Subject, rows_of
from shared.operations.erasure_record import ErasureRecord
from shared.training.input_contract import InputContract
from shared.training.model import Model
from shared.training.unlearned.invented_rows import invented_rows

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.operations.ports import OperationsPorts

_GOLDEN = 18


@dataclass(frozen=True, slots=True)
class Erasing:
    """One erasure at work: whose rows, under which id, and the hashes by which models know them."""

    subject: Subject
    erasure: str
    prints: frozenset[int]
    needles: Needles


def erase_models(ports: OperationsPorts, scenario: Scenario, erasing: Erasing) -> None:
    """Rewrite what lies beside each graph of the scenario; a killed run is taken up where it stopped."""
    for model in ports.training.registry.list(scenario.name):
        for graph in filter(None, (model, model.graph(model.refit_sha256))):
            if ports.core.lake.stat(graph.manifest_path) is not None:
                _erase(ports, graph, erasing)


def _erase(ports: OperationsPorts, model: Model, erasing: Erasing) -> None:
    manifest = json.loads(json.dumps(read_json(ports, model.manifest_path)))
    before = json.dumps(manifest, sort_keys=True)
    if isinstance(manifest.get("holdout"), dict) and not model.judged_sha256:
        _holdout(ports, model, manifest["holdout"], erasing)
    for entry in _learned_entries(manifest):
        _learned(ports, model, entry, erasing)
    _golden(ports, model, manifest, erasing)
    contract = manifest.get("contract")
    manifest = {**erasing.needles.in_json(manifest), "contract": contract}
    if json.dumps(manifest, sort_keys=True) != before:
        content = json.dumps(manifest, indent=1, sort_keys=True).encode()
        ports.core.lake.put(model.manifest_path, content, if_absent=False)


def _learned_entries(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    refit = manifest.get("refit")
    found = [manifest.get("learned"), refit.get("learned") if isinstance(refit, dict) else None]
    return [entry for entry in found if isinstance(entry, dict) and "file" in entry]


def _holdout(ports: OperationsPorts, model: Model, entry: dict[str, Any], erasing: Erasing) -> None:
    """The judging rows and, in the same order, who each of them is about."""
    import numpy as np

    keys = entry.get("keys") if isinstance(entry.get("keys"), dict) else None
    table = _parquet(ports, f"{model.folder}{entry['file']}")
    mask = rows_of(table, erasing.subject)
    names = None if keys is None else _parquet(ports, f"{model.folder}{keys['file']}")
    named = np.zeros(0, dtype=bool)
    if names is not None:
        known = np.array(sorted(erasing.prints), dtype=np.uint64)
        named = np.isin(names["identity"].to_numpy(), known) | np.isin(names["inputs"].to_numpy(), known)
        if len(named) == len(mask):
            mask = named = mask | named
    # The rows first: who a row is about is known from the keys alone, also when a killed run has taken the rows out.
    for told, rows, gone in ((entry, table, mask), (keys, names, named)):
        if told is not None and rows is not None and gone.any():
            _replace(ports, model, told, parquet_of(rows, ~gone), erasing, int(gone.sum()))
        elif told is not None:
            _follow(ports, model, told)
    if "rows" in entry:
        entry["rows"] = int((~mask).sum())


def _learned(ports: OperationsPorts, model: Model, entry: dict[str, Any], erasing: Erasing) -> None:
    import numpy as np

    data = read_bytes(ports, f"{model.folder}{entry['file']}")
    prints = np.frombuffer(data, dtype="<u8")
    kept = prints[~np.isin(prints, np.array(sorted(erasing.prints), dtype=np.uint64))]
    if len(kept) < len(prints):
        _replace(ports, model, entry, kept.astype("<u8").tobytes(), erasing, len(prints) - len(kept))
    else:
        _follow(ports, model, entry)


def _replace(  # noqa: PLR0917 -- the facts of one file
    ports: OperationsPorts, model: Model, entry: dict[str, Any], content: bytes, erasing: Erasing, rows: int
) -> None:
    new = hashlib.sha256(content).hexdigest()
    place = f"{model.folder}{entry['file']}"
    keep_record(
        ports, model.name, ErasureRecord(erasing.erasure, "model", place, f"{place}#{entry['sha256']}", new, rows)
    )
    ports.core.lake.put(place, content, if_absent=False)
    entry["sha256"] = new


def _follow(ports: OperationsPorts, model: Model, entry: dict[str, Any]) -> None:
    """The digest of a file that a killed run has written anew already; of any other difference nothing is known."""
    place = f"{model.folder}{entry['file']}"
    entry["sha256"] = resolve(ports, model.name, f"{place}#{entry['sha256']}").rpartition("#")[2]


def _golden(ports: OperationsPorts, model: Model, manifest: dict[str, Any], erasing: Erasing) -> None:
    """Rows that check the graph are replaced by invented ones when one is the person's; of texts only theirs goes."""
    golden = manifest.get("golden") or {}
    rows = golden.get("rows") or []
    if not rows or erasing.needles.in_json(rows) == rows:
        return
    contract = InputContract.from_json(manifest["contract"])
    if contract.text:
        pairs = zip(rows, golden["probabilities"], strict=True)
        left = [pair for pair in pairs if erasing.needles.in_json(pair[0]) == pair[0]]
        manifest["golden"] = {**golden, "rows": [row for row, _ in left], "probabilities": [each for _, each in left]}
        return
    whole = {name for name in contract.names if all(isinstance(row[name], int | None) for row in rows)}
    ranges = erasing.needles.in_json(manifest.get("ranges") or {})
    invented = invented_rows(contract, ranges, _GOLDEN, whole)
    loaded = ports.serving.scoring.load(read_bytes(ports, model.onnx_path), manifest)
    manifest["golden"] = {**golden, "rows": invented, "probabilities": loaded.score_rows(invented).tolist()}


def _parquet(ports: OperationsPorts, path: str) -> pa.Table:
    import io

    import pyarrow.parquet as pq

    return pq.read_table(io.BytesIO(read_bytes(ports, path)))


def learned_from(ports: OperationsPorts, scenario: str, datasets: Collection[str]) -> tuple[str, ...]:
    """The models that learned from these dataset versions: their graphs still hold what they learned."""
    return tuple(model.id for model in ports.training.registry.list(scenario) if model.dataset in datasets)
