"""Azurite for tests: one server a run, a fresh container for whoever asks, and an identity it believes."""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import itertools
import json
import time
from pathlib import Path
from typing import Any

from azure.core.credentials import AccessToken
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.adapters.azure.clients import container_client
from shared.adapters.azure.retry_policy import RETRY_POLICY, RetryPolicy
from shared.adapters.blob.lake import BlobLake, Sizes
from shared.core.addresses import BlobAddress, blob_address

# As patient as the real one, with pauses that a test can wait for.
QUICK = RetryPolicy(connect=2, read=1, first_pause=0.01, growth=0.1, jitter=0.01, longest_pause=2)
# What is large, and how many names are many.
SMALL = Sizes(page=100, block=8192, range=4096)
_numbers = itertools.count(1)


def fresh_place(endpoint: str, credential: Any = None) -> BlobAddress:
    """A new, empty container."""
    place = blob_address("LAKE_URL", f"{endpoint}/mlops-{next(_numbers)}")
    with container_client(place, credential) as client:
        client.create_container()
    return place


def lake_at(
    place: BlobAddress, credential: Any = None, policy: RetryPolicy = RETRY_POLICY, sizes: Sizes = SMALL
) -> BlobLake:
    """The lake in that container; a few kilobytes are a large blob to it."""
    return BlobLake(place, container_client(place, credential, policy, sizes.range), sizes)


class FakeCredential:
    """A token as Entra would give it, but for its signature, which Azurite does not look at."""

    def __init__(self, **claims: Any) -> None:
        self.scopes: list[str] = []
        self._claims = claims

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        """A token for an hour."""
        self.scopes += scopes
        now = int(time.time())
        claims = {
            "aud": "https://storage.azure.com",
            "iss": "https://sts.windows.net/00000000-0000-0000-0000-000000000000/",
            "iat": now - 60,
            "nbf": now - 60,
            "exp": now + 3600,
            **self._claims,
        }
        parts = ({"alg": "RS256", "typ": "JWT"}, claims)
        text = ".".join(_base64(json.dumps(part).encode()) for part in parts)
        return AccessToken(f"{text}.{_base64(b'not signed')}", now + 3600)


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that nobody but this test trusts, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    )
    return files
