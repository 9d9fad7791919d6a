"""The signature of a certificate: ES256 over the digest of everything that the certificate says."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.release.verdict import Verdict

ALGORITHM = "ES256"


class SignatureState(StrEnum):
    """How the signature of a certificate stands."""

    OFF = "off"
    VALID = "valid"
    MISSING = "missing"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Signature:
    """`value` is r and s, 32 bytes each (RFC 7518, 3.4); `key` names the key and its version."""

    key: str
    value: bytes

    def as_json(self) -> Mapping[str, str]:
        """As it is kept."""
        return {"key": self.key, "algorithm": ALGORITHM, "signature": urlsafe_b64encode(self.value).decode()}

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Signature:
        """As it was kept; ValueError or KeyError for what is none."""
        if content["algorithm"] != ALGORITHM:
            raise ValueError(f"The algorithm is {content['algorithm']!r}; accepted: {ALGORITHM}.")
        return cls(str(content["key"]), urlsafe_b64decode(str(content["signature"])))


def message_of(verdict: Verdict) -> bytes:
    """What is signed: the digest binds the model, its sha256, every check and the champion's generation."""
    return f"certificate of a gate\n{verdict.digest}\n".encode()
