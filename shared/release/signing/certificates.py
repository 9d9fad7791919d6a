"""Signatures of certificates: made before one counts, and asked for before a version may serve.

Where no key is set nothing is signed and nothing is asked for.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from shared.core.errors import Corrupt, Refused
from shared.core.lake_reading import read_json
from shared.release.signature import Signature, SignatureState, message_of

if TYPE_CHECKING:
    from shared.release.ports import ReleasePorts
    from shared.release.verdict import Verdict
    from shared.training.model import Model

SCHEMA = 1
FOLDER = "signatures/"


def sign(ports: ReleasePorts, model: Model, verdict: Verdict) -> None:
    """Sign the certificate; another signature of it is replaced."""
    if ports.release.signer is None:
        return
    signature = ports.release.signer.sign(message_of(verdict))
    content = {"schema": SCHEMA, "model": verdict.model, "certificate": verdict.digest, **signature.as_json()}
    ports.core.lake.put(signature_path(model, verdict), json.dumps(content, indent=1).encode(), if_absent=False)


def signature_path(model: Model, verdict: Verdict) -> str:
    """Where it lies: a certificate of another digest has another signature."""
    return f"{model.folder}{FOLDER}{verdict.digest}.json"


def signature_state(ports: ReleasePorts, model: Model, verdict: Verdict | None) -> SignatureState:
    """Whether the key of this deployment, or an earlier version of it, signed the certificate, if there is one."""
    signer = ports.release.signer
    if signer is None:
        return SignatureState.OFF
    if verdict is None or ports.core.lake.stat(signature_path(model, verdict)) is None:
        return SignatureState.MISSING
    try:
        signature = Signature.read(read_json(ports, signature_path(model, verdict)))
    except (Corrupt, KeyError, TypeError, ValueError):
        return SignatureState.WRONG
    return SignatureState.VALID if signer.verify(message_of(verdict), signature) else SignatureState.WRONG


def require_signature(ports: ReleasePorts, model: Model, verdict: Verdict | None) -> None:
    """Refused unless the certificate is signed, where SIGNING_KEY_URL names a key."""
    if ports.release.signer is None:
        return
    if verdict is None:
        raise Refused(f"{model.id} may not serve: it has no certificate that could be signed.")
    state = signature_state(ports, model, verdict)
    if state is SignatureState.MISSING:
        raise Refused(
            f"{model.id} may not serve: its certificate {verdict.digest[:12]} is not signed; whoever may sign does so "
            f"with `mlops signing sign {model.id} --reason TEXT`."
        )
    if state is SignatureState.WRONG:
        raise Refused(
            f"{model.id} may not serve: the signature of its certificate {verdict.digest[:12]} is not one of the key "
            f"that SIGNING_KEY_URL names ({signature_path(model, verdict)})."
        )
