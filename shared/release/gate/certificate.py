"""The gate's certificate: issued once per model version, kept beside the model and in SQL, both compared."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from shared.core.errors import Corrupt, Missing, Refused
from shared.core.lake_reading import read_json
from shared.release.gate.gate import judge
from shared.release.verdict import Check, Verdict
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


SCHEMA = 1


def certify(ports: ReleasePorts, model: Model) -> Verdict:
    """The certificate of the model, issued now if there is none; the one in the lake counts."""
    verdict = ports.release.deployments.verdict(model)
    if verdict is None:
        judged = judge(ports, ports.core.scenarios[model.name], model)
        content = {"schema": SCHEMA, "digest": judged.digest, "passed": judged.passed, **asdict(judged)}
        ports.core.lake.put(f"{model.folder}gate.json", json.dumps(content, indent=1).encode())
        # Measured times differ between two runs of the gate: the first certificate counts.
        ports.release.deployments.certify(model, _in_lake(ports, model))
        verdict = ports.release.deployments.verdict(model)
    if verdict is None:
        raise Missing(f"The certificate of {model.id} is missing in the database.")
    return verdict


def require_certificate(ports: ReleasePorts, model: Model) -> Verdict:
    """The certificate that a deployment needs: Refused without one, Corrupt when it was altered."""
    verdict = ports.release.deployments.verdict(model)
    if verdict is None:
        raise Refused(f"{model.id} may not serve: it has no gate certificate.")
    if verdict.sha256 != model.sha256 or _in_lake(ports, model) != verdict:
        raise Corrupt(f"The certificate of {model.id} in {model.folder}gate.json is not the one that was issued.")
    return verdict


def _in_lake(ports: ReleasePorts, model: Model) -> Verdict:
    content = read_json(ports, f"{model.folder}gate.json")
    try:
        checks = tuple(Check(**check) for check in content["checks"])
        verdict, digest = Verdict(content["model"], content["sha256"], checks), content["digest"]
    except (KeyError, TypeError) as error:
        raise Corrupt(f"{model.folder}gate.json is not a certificate.") from error
    if verdict.digest != digest or verdict.sha256 != model.sha256:
        raise Corrupt(f"{model.folder}gate.json was altered: its content does not have the digest that it names.")
    return verdict
