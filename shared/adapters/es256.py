"""ES256 (RFC 7518, 3.4): ECDSA on P-256 with SHA-256; a signature is r and s, 32 bytes each."""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    Prehashed,
    decode_dss_signature,
    encode_dss_signature,
)

_HALF = 32
_SCHEME = ec.ECDSA(Prehashed(hashes.SHA256()))


def digest_of(message: bytes) -> bytes:
    """What is signed of a message."""
    return hashlib.sha256(message).digest()


def sign(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """The signature of the message by a key on P-256."""
    r, s = decode_dss_signature(key.sign(digest_of(message), _SCHEME))
    return r.to_bytes(_HALF) + s.to_bytes(_HALF)


def is_signed(key: ec.EllipticCurvePublicKey, message: bytes, value: bytes) -> bool:
    """Whether the private part of the key made that signature of the message."""
    if len(value) != 2 * _HALF:
        return False
    r, s = int.from_bytes(value[:_HALF]), int.from_bytes(value[_HALF:])
    try:
        key.verify(encode_dss_signature(r, s), digest_of(message), _SCHEME)
    except InvalidSignature:
        return False
    return True
