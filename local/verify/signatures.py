"""The signature of the certificate by which a model serves."""

from __future__ import annotations

import httpx

from local.verify.deployment import Deployment
from shared.release.verdict import Check, CheckVerdict

_OK = 200
_WORDS: dict[str, tuple[CheckVerdict, str]] = {
    "valid": ("pass", "The certificate of {0} is signed by the key of SIGNING_KEY_URL."),
    "off": ("skip", "Certificates are not signed there: SIGNING_KEY_URL names no key."),
    "missing": ("fail", "The certificate of {0} is not signed: mlops signing sign {0} --reason TEXT."),
    "wrong": ("fail", "The signature of {0} is not one of the key that SIGNING_KEY_URL names there."),
}


def signature(deployment: Deployment, scenario: str, model: str) -> Check:
    """What the operating app says about the certificate of the model that answered."""
    name, key = f"{scenario} is signed", deployment.keys["operate"]
    version = model.rpartition(":")[2]
    if not key or not version:
        return Check(name, "skip", None, None, "Cannot tell: no OPERATE_KEY is set, or no model is named.")
    app = "operate" if "operate" in deployment.apps else "score"
    answer = deployment.ask(app, "GET", f"releases/{scenario}/{version}/status", key=key)
    if answer.status_code in {401, 403}:
        return Check(name, "skip", answer.status_code, _OK, "Cannot tell: the key does not open it.")
    state = _state(answer) if answer.status_code == _OK else ""
    if state not in _WORDS:
        return Check(name, "fail", answer.status_code, _OK, f"It answered {deployment.excerpt(answer)}.")
    verdict, words = _WORDS[state]
    return Check(name, verdict, state, "valid", words.format(model))


def _state(answer: httpx.Response) -> str:
    try:
        document = answer.json()
    except ValueError:
        return ""
    return str(document.get("signature", "")) if isinstance(document, dict) else ""
