"""A step's folder is whole or it does not count: its seal names the step, its key and every file's digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from model_training.runtime.json_files import read_json, write_json
from model_training.runtime.resources import measured
from model_training.steps.context import Order

SEAL = "_STEP.json"


@contextmanager
def sealed(step: str, key: str, order: Order, out: Path) -> Iterator[None]:
    """Seal `out` when the block has ended well."""
    with measured() as cost:
        yield
    files = {path.name: _digest(path) for path in sorted(out.iterdir()) if path.is_file() and path.name != SEAL}
    write_json(out / SEAL, {"step": step, "key": key, "order": order.to_json(), "files": files, "cost": dict(cost)})


def seal_of(folder: Path) -> dict[str, Any] | None:
    """The seal; None when the folder is not there, was not finished, or does not hold what was sealed."""
    try:
        seal: dict[str, Any] = json.loads((folder / SEAL).read_text())
        whole = all(_digest(folder / name) == digest for name, digest in seal["files"].items())
    except (OSError, ValueError, KeyError):
        return None
    return seal if whole else None


def step_key(step: str, code: str, order: Order, inputs: Mapping[str, str]) -> str:
    """What a step's output follows from: its name, the code, the order and the keys of the steps it needs."""
    # Functions have no text that stays the same; the code's digest covers them.
    declared = repr(replace(order.scenario, assemble=None, generate=None))
    facts = [step, code, declared, order.to_json(), sorted(inputs.items())]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def order_of(folder: Path, scenarios: Mapping[str, Any]) -> Order:
    """The order under which a sealed folder was made."""
    told = read_json(folder / SEAL)["order"]
    return Order(scenarios[told["scenario"]], told["profile"], told["seed"], told["origin"])


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
