"""A rehearsal loads and runs a model in a process of its own, where it cannot harm the process that serves."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.adapters.onnx.model import OUTPUT, refuse_foreign
from shared.core.errors import Refused
from shared.serving.ports import Rehearsal
from shared.training.encoding import encode_rows
from shared.training.input_contract import InputContract

_CHILD = Path(__file__).with_name("rehearsal_child.py")
_TEXT = 300
# What a request may hold in every cell, and no golden row does. JSON's writer and reader know NaN and the infinities.
_EXTREMES = (
    0.0,
    *(sign * 10.0**power for power in (3, 6, 9, 12, 38) for sign in (1, -1)),
    math.inf,
    -math.inf,
    math.nan,
)
_EXTREME_TEXTS = ("", "a", "word " * 2000, "w" * 10_000)


@dataclass(frozen=True, slots=True)
class Limits:
    """The resources that a model may use in its rehearsal."""

    memory: int = 3 << 30
    cpu_seconds: int = 20
    wall_seconds: float = 60.0
    repeats: int = 30
    extreme_seconds: float = 2.0


def rehearse(onnx: bytes, manifest: Mapping[str, Any], limits: Limits) -> Rehearsal:
    """Return the model's answers to its golden rows; Refused says what it did instead."""
    refuse_foreign(onnx)
    contract = InputContract.from_json(manifest["contract"])
    order = {
        "memory": limits.memory,
        "cpu": limits.cpu_seconds,
        "repeats": limits.repeats,
        "output": OUTPUT,
        "text": contract.text is not None,
        "width": len(contract.features),
        "extremes": _EXTREME_TEXTS if contract.text else _EXTREMES,
        "extreme_seconds": limits.extreme_seconds,
        "rows": encode_rows(manifest["golden"]["rows"], contract).tolist(),
    }
    # NaN and the infinities are written the way Python reads them back.
    head = json.dumps(order).encode()
    found = _read(_run(len(head).to_bytes(8) + head + onnx, limits), limits)
    if "error" in found:
        raise Refused(f"The model failed in its rehearsal: {found['error']}")
    return Rehearsal(tuple(map(tuple, found["answers"])), found["load_ms"], found["row_ms"])


def _run(given: bytes, limits: Limits) -> subprocess.CompletedProcess[bytes]:
    # No setting, no credential: only where packages are found. One thread, so that the memory limit means the model.
    environ = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "OPENBLAS_NUM_THREADS": "1"}
    try:
        return subprocess.run(  # noqa: S603 -- our own file, no shell
            [sys.executable, "-S", "-B", str(_CHILD)],
            input=given,
            env=environ,
            capture_output=True,
            timeout=limits.wall_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(f"The model did not finish its rehearsal within {limits.wall_seconds:g} s.") from error


def _read(done: subprocess.CompletedProcess[bytes], limits: Limits) -> dict[str, Any]:
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise Refused(f"The model exceeded the {limits.cpu_seconds} s or the memory of its rehearsal and was stopped.")
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise Refused(
            f"The model's rehearsal ended with {done.returncode}: {lines[-1][:_TEXT] if lines else 'no message'}"
        )
    value: dict[str, Any] = json.loads(done.stdout)
    return value
