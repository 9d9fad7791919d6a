"""Checks of the gate that look at what a model brought with it: its rehearsal, its parity, its dataset."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from shared.core.errors import Missing
from shared.core.lake_reading import read_json
from shared.core.paths import dataset_folder
from shared.release.verdict import Check
from shared.serving.ports import Rehearsal
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


# One row, without the network: what a request pays for the model itself.
ROW_MS = 250.0
LOAD_MS = 20_000.0
MODEL_MB = 512.0
PARITY = 1e-4


def rehearsed(done: Rehearsal, size: int) -> Iterator[Check]:
    """What the rehearsal showed: finite answers that differ, in time, by a model of acceptable size."""
    numbers = [value for row in done.answers for value in row]
    bad = sum(not math.isfinite(value) for value in numbers)
    told = f"{bad} of {len(numbers)} answers to the golden rows are no finite numbers."
    yield _limit("finite answers", bad, 0, told, unit="")
    different = len(set(done.answers))
    if len(done.answers) > 1 and different == 1:
        yield Check("varied answers", "fail", 1, 2, "The model answers every golden row alike.")
    else:
        yield Check("varied answers", "pass", different, 2, f"{different} different answers to the golden rows.")
    yield _limit("row latency", round(done.row_ms, 3), ROW_MS, f"One row takes {done.row_ms:.2f} ms.")
    yield _limit("load time", round(done.load_ms, 3), LOAD_MS, f"Loading takes {done.load_ms:.0f} ms.")
    megabytes = size / (1 << 20)
    yield _limit("size", round(megabytes, 3), MODEL_MB, f"The model has {megabytes:.1f} MB.", unit=" MB")


def _limit(name: str, value: float, threshold: float, told: str, unit: str = " ms") -> Check:
    fine = value <= threshold
    return Check(name, "pass" if fine else "fail", value, threshold, f"{told} At most {threshold:g}{unit} is accepted.")


def parity(manifest: Mapping[str, Any]) -> Check:
    """Whether the graph answered like the framework it was exported from."""
    found = manifest.get("parity")
    if not isinstance(found, Mapping):
        return Check("parity", "skip", None, None, "The manifest says nothing of the framework's answers.")
    flips, difference = int(found["label_flips"]), float(found["max_difference"])
    accepted = PARITY * max(float(found.get("largest", 1.0)), 1.0)
    told = f"{flips} labels differ from the framework's on {found['rows']} rows, answers by {difference:.2g} at most"
    fine = not flips and difference <= accepted
    return Check("parity", "pass" if fine else "fail", difference, accepted, f"{told}; {accepted:.2g} is accepted.")


def data(ports: ReleasePorts, model: Model) -> Check:
    """What was found in the dataset version the model was trained on; errors fail, warnings are told."""
    path = f"{dataset_folder(model.name, model.dataset)}validation.json"
    try:
        found = read_json(ports, path)
    except Missing:
        return Check("data", "skip", None, None, f"Dataset {model.dataset} has no validation of its own.")
    errors, warnings = list(found.get("errors", [])), list(found.get("warnings", []))
    if errors or found.get("state") != "valid":
        return Check("data", "fail", len(errors), 0, f"Dataset {model.dataset} has {len(errors)} errors.")
    return Check(
        "data", "pass", 0, 0, f"Dataset {model.dataset} is valid; {len(warnings)} warnings stand in its report."
    )
