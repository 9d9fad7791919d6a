"""A signing key in a file of this machine, which its owner alone reads."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from shared.adapters import es256
from shared.adapters.files.whole_files import write_whole
from shared.core.errors import Conflict, Misconfigured
from shared.release.signature import Signature

SETTING = "SIGNING_KEY_URL"
_ACCEPTED = "file:<path> of a key that `mlops signing new-key` made"
_OTHERS = 0o077
_ID_DIGITS = 16


def new_key(path: Path) -> str:
    """Make a key on P-256 in a file that nobody else may read; returns its id. Conflict when the file is there."""
    key = ec.generate_private_key(ec.SECP256R1())
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        write_whole(path, text, mode=0o600)
    except FileExistsError as error:
        raise Conflict(f"{path} is there already; a key is never replaced: name another file.") from error
    return _id_of(key.public_key())


class KeyFileSigner:
    """Port `Signer` on the file; it is read by the first use."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def sign(self, message: bytes) -> Signature:
        """The signature of the key in the file."""
        return Signature(self.key_id, es256.sign(self._key, message))

    def verify(self, message: bytes, signature: Signature) -> bool:
        """Whether this key made it; a file has one version."""
        known = signature.key == self.key_id
        return known and es256.is_signed(self._key.public_key(), message, signature.value)

    @property
    def key_id(self) -> str:
        """The first digits of the sha256 of its public part."""
        return _id_of(self._key.public_key())

    @cached_property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        try:
            if self._path.stat().st_mode & _OTHERS:
                raise Misconfigured(SETTING, f"names {self._path}, which others may read", f"chmod 600 {self._path}")
            key = serialization.load_pem_private_key(self._path.read_bytes(), password=None)
        except OSError as error:
            raise Misconfigured(SETTING, f"names {self._path}, which cannot be read", _ACCEPTED) from error
        except (ValueError, TypeError) as error:
            raise Misconfigured(SETTING, f"names {self._path}, which holds no private key", _ACCEPTED) from error
        except UnsupportedAlgorithm:
            key = None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise Misconfigured(SETTING, f"names {self._path}, which holds no key on P-256", _ACCEPTED)
        return key


def _id_of(key: ec.EllipticCurvePublicKey) -> str:
    public = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(public).hexdigest()[:_ID_DIGITS]
