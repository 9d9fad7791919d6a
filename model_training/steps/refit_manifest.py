"""The files of a refit beside the model, its entry in the version's manifest, and the manifest it is loaded with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from model_training.data.rows import Prepared
from model_training.steps.manifest import golden, learned_of, opset_of, ranges
from model_training.steps.refit import Refit, learnable
from shared.training.learned_rows import REFIT_LEARNED
from shared.training.model import MANIFEST, REFIT, REFIT_MANIFEST


def refit_facts(prepared: Prepared, refit: Refit) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The files of the refit beside its manifest, and its entry in the manifest of the version."""
    if refit.problem:
        return {}, {"problem": refit.problem}
    prints, facts = learned_of(prepared, learnable(prepared), REFIT_LEARNED)
    sha256 = hashlib.sha256(refit.onnx).hexdigest()
    entry = {"file": REFIT, "manifest": REFIT_MANIFEST, "sha256": sha256, "learned": facts}
    return {REFIT: refit.onnx, REFIT_LEARNED: prints}, entry


def refit_manifest(prepared: Prepared, refit: Refit, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest under which the refit is loaded: its own graph and rows, the thresholds and scores of the judged."""
    assert refit.parity is not None  # noqa: S101 - a refit without a problem was compared
    entry = manifest["refit"]
    own = {
        "sha256": entry["sha256"],
        "opset": opset_of(refit.onnx),
        "contract": refit.contract.to_json(),
        "ranges": ranges(prepared, learnable(prepared), refit.contract),
        "parity": asdict(refit.parity),
        "golden": golden(replace(prepared, contract=refit.contract), refit.onnx),
        "learned": entry["learned"],
        "judged": {"manifest": MANIFEST, "sha256": manifest["sha256"]},
    }
    return {name: value for name, value in manifest.items() if name != "refit"} | own
