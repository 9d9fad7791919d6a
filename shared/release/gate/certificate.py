"""The gate's certificate: bound to a model's bytes and to the champion's generation, kept in the lake and in SQL."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput, Conflict, Corrupt, Missing, Refused, Superseded
from shared.core.lake_reading import read_json
from shared.core.ledger import Kind, State
from shared.release.gate.gate import judge, judge_again
from shared.release.gate.growth import TooFewMore, judge_grown
from shared.release.signing.certificates import require_signature, sign
from shared.release.verdict import Check, Judging, Verdict
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts


SCHEMA = 2


def certify(ports: ReleasePorts, model: Model) -> Verdict:
    """The certificate of the model against the champion of now: the one there is, or one that is made anew.

    Of two that were made at the same moment the one in the lake counts.
    """
    verdict = ports.release.deployments.verdict(model)
    if verdict is None or is_outdated(ports, model, verdict):
        scenario = ports.core.scenarios[model.name]
        if verdict is None or verdict.generation is None:
            judged = judge(ports, scenario, model)
        else:
            judged = judge_again(ports, scenario, model, verdict)
        verdict = _keep(ports, model, judged)
    if verdict is None:
        raise Missing(f"The certificate of {model.id} is missing in the database.")
    return verdict


def certify_grown(ports: ReleasePorts, model: Model) -> Verdict | TooFewMore:
    """Judge an undecided challenger once more, on the judging rows of now; TooFewMore while those have hardly grown.

    Superseded when it is no longer an undecided challenger of the generation that serves.
    """
    verdict = ports.release.deployments.verdict(model)
    if verdict is None or verdict.state != "undecided" or is_outdated(ports, model, verdict):
        raise Superseded(f"{model.id} is no undecided challenger of the generation that serves.")
    judged = judge_grown(ports, ports.core.scenarios[model.name], model, verdict)
    if isinstance(judged, TooFewMore):
        return judged
    kept = _keep(ports, model, judged)
    return judged if kept is None else kept


def _keep(ports: ReleasePorts, model: Model, judged: Verdict) -> Verdict | None:
    """Write the certificate into lake and SQL, and return the one that counts there."""
    content = {"schema": SCHEMA, "digest": judged.digest, "passed": judged.passed, "verdict": judged.state}
    path = certificate_path(ports, model, judged)
    # First the signature: what counts is never without one. What others wrote there is not signed.
    sign(ports, model, judged)
    ports.core.lake.put(path, json.dumps({**content, **asdict(judged)}, indent=1).encode())
    # Measured times differ between two runs of the gate: the first certificate counts.
    ports.release.deployments.certify(model, _in_lake(ports, model, judged))
    return ports.release.deployments.verdict(model)


def is_outdated(ports: ReleasePorts, model: Model, verdict: Verdict) -> bool:
    """Whether another generation serves than the one the model was compared with; never for the model that serves."""
    current = ports.release.deployments.current(model.name)
    if current is not None and current.version == model.version:
        return False
    return verdict.generation != (current.generation if current else 0)


def require_certificate(ports: ReleasePorts, model: Model) -> Verdict:
    """The certificate that a deployment needs.

    Refused without one, or without its signature where a key is set; Corrupt when it was altered, Conflict when the
    champion is another one than it was made for.
    """
    verdict = ports.release.deployments.verdict(model)
    if verdict is None:
        raise Refused(f"{model.id} may not serve: it has no gate certificate.")
    _check_unaltered(ports, model, verdict)
    require_signature(ports, model, verdict)
    if is_outdated(ports, model, verdict):
        raise Conflict(
            f"{model.id} was judged against generation {verdict.generation or 'of an earlier version'}, which is no "
            "longer current: it is judged again, and asked for again where a person decides."
        )
    return verdict


def sign_by_hand(ports: ReleasePorts, model: Model, *, by: str, reason: str) -> Verdict:
    """Sign a certificate that has no signature of the key: of before one was set, or of another key.

    Missing without a certificate, Corrupt when it was altered; Refused where no key is set, and without a reason.
    """
    verdict = ports.release.deployments.verdict(model)
    if verdict is None:
        raise Missing(f"{model.id} has no certificate yet: the gate has not checked it.")
    if ports.release.signer is None:
        raise Refused("Certificates are not signed here: the setting SIGNING_KEY_URL names no key.")
    if not reason.strip() or not by.strip():
        raise BadInput("A signature by hand needs a person and a reason: --by NAME --reason TEXT.")
    _check_unaltered(ports, model, verdict)
    sign(ports, model, verdict)
    why = f"{by} signed certificate {verdict.digest[:12]}: {reason.strip()}"
    ports.core.ledger.note(Kind.SIGNATURE, model.id, State.DONE, why)
    return verdict


def _check_unaltered(ports: ReleasePorts, model: Model, verdict: Verdict) -> None:
    if verdict.sha256 != model.sha256 or _in_lake(ports, model, verdict) != verdict:
        raise Corrupt(f"The certificate of {model.id} in {model.folder} is not the one that was issued.")


def renewed_certificate(ports: ReleasePorts, model: Model) -> Verdict:
    """The certificate for a change by hand: made anew when the champion is another one; Refused when there was none."""
    if ports.release.deployments.verdict(model) is not None:
        certify(ports, model)
    return require_certificate(ports, model)


def certificate_path(ports: ReleasePorts, model: Model, verdict: Verdict) -> str:
    """Where it lies: the first one is `gate.json`, later ones name their generation, and which of its judgements."""
    if verdict.number > 1:
        return f"{model.folder}gate-{verdict.generation}-{verdict.number}.json"
    first = f"{model.folder}gate.json"
    if ports.core.lake.stat(first) is None or read_json(ports, first).get("generation") == verdict.generation:
        return first
    return f"{model.folder}gate-{verdict.generation}.json"


def _in_lake(ports: ReleasePorts, model: Model, wanted: Verdict) -> Verdict:
    path = certificate_path(ports, model, wanted)
    verdict, digest = _read(read_json(ports, path), path)
    if verdict.digest != digest or verdict.sha256 != model.sha256:
        raise Corrupt(f"{path} was altered: its content does not have the digest that it names.")
    return verdict


def _read(content: Mapping[str, Any], path: str) -> tuple[Verdict, str]:
    try:
        checks = tuple(Check(**check) for check in content["checks"])
        judging = Judging(**content["judging"]) if content.get("judging") else None
        verdict = Verdict(content["model"], content["sha256"], checks, content.get("generation"), judging)
        return verdict, str(content["digest"])
    except (KeyError, TypeError) as error:
        raise Corrupt(f"{path} is not a certificate.") from error
