"""A stand-in for the keys of an Azure Key Vault: https on loopback, asked by Microsoft's own client.

It answers in the forms of the service's REST reference, signs with a real key, challenges a request without a token,
and refuses what the service would: an unknown path, another body, an algorithm that the key has not, a wrong digest.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from tls_server import tls_server

NAME = "signing"
VERSIONS = {"2025-07-01", "7.6", "7.5", "7.4"}
_GET, _SIGN = re.compile(r"/keys/([\w-]+)/?(\w*)"), re.compile(r"/keys/([\w-]+)/(\w+)/sign")


@dataclass
class KeyVersion:
    """A version of the key."""

    curve: ec.EllipticCurve
    version: str = field(default_factory=lambda: uuid4().hex)
    enabled: bool = True

    def __post_init__(self) -> None:
        """Make it."""
        self.private = ec.generate_private_key(self.curve)
        self.size = (self.curve.key_size + 7) // 8

    @property
    def curve_name(self) -> str:
        """As JSON Web Keys name it."""
        return {"secp256r1": "P-256", "secp384r1": "P-384"}[self.curve.name]


class Vault:
    """One key with its versions. `rights` is what the caller's role holds; `asked` lists the requests with a token."""

    def __init__(self) -> None:
        self.url = ""
        # Since the start: a client of this process knows the answer from then on.
        self.challenges = 0
        self.reset()

    def reset(self) -> None:
        """One version, everything allowed, no fault."""
        self.versions = [KeyVersion(ec.SECP256R1())]
        self.rights = {"read", "sign"}
        self.asked: list[str] = []
        self.broken = 0

    @property
    def key(self) -> str:
        """The key's URL without a version."""
        return f"{self.url}/keys/{NAME}"

    def rotate(self, curve: ec.EllipticCurve | None = None) -> None:
        """A new version."""
        self.versions.append(KeyVersion(curve or ec.SECP256R1()))

    def answer(self, method: str, url: str, body: bytes) -> tuple[int, Any]:
        """Status and document of a request with a token."""
        parts = urlsplit(url)
        self.asked.append(f"{method} {parts.path}")
        if self.broken:
            self.broken -= 1
            return 503, _error("ServiceUnavailable", "Try again.")
        if parse_qs(parts.query).get("api-version", [""])[0] not in VERSIONS:
            return 400, _error("BadParameter", "The request URI contains an invalid api-version.")
        if method == "GET" and (found := _GET.fullmatch(parts.path)):
            return self._get(*found.groups())
        if method == "POST" and (found := _SIGN.fullmatch(parts.path)):
            return self._sign(*found.groups(), body)
        return 404, _error("NotFound", "There is no such path.")

    def _found(self, name: str, version: str) -> KeyVersion | None:
        fitting = [one for one in self.versions if version in ("", one.version)]
        return fitting[-1] if name == NAME and fitting else None

    def _get(self, name: str, version: str) -> tuple[int, Any]:
        if "read" not in self.rights:
            return 403, _forbidden("Microsoft.KeyVault/vaults/keys/read")
        key = self._found(name, version)
        if key is None:
            return 404, _error("KeyNotFound", f"A key with (name/id) {name} was not found in this key vault.")
        if not key.enabled:
            return 403, _error("Forbidden", "Operation get is not allowed on a disabled key.", "KeyDisabled")
        numbers = key.private.public_key().public_numbers()
        return 200, {
            "key": {
                "kid": f"{self.key}/{key.version}",
                "kty": "EC",
                "key_ops": ["sign", "verify"],
                "crv": key.curve_name,
                "x": _text(numbers.x.to_bytes(key.size)),
                "y": _text(numbers.y.to_bytes(key.size)),
            },
            "attributes": {"enabled": True, "created": 1, "updated": 1, "recoveryLevel": "Recoverable"},
        }

    def _sign(self, name: str, version: str, body: bytes) -> tuple[int, Any]:
        if "sign" not in self.rights:
            return 403, _forbidden("Microsoft.KeyVault/vaults/keys/sign/action")
        key, asked = self._found(name, version), json.loads(body)
        if key is None or not key.enabled:
            return 404, _error("KeyNotFound", "There is no such key.")
        wanted = {"P-256": ("ES256", 32, hashes.SHA256()), "P-384": ("ES384", 48, hashes.SHA384())}[key.curve_name]
        digest = urlsafe_b64decode(asked["value"] + "=" * (-len(asked["value"]) % 4))
        if asked.keys() != {"alg", "value"} or asked["alg"] != wanted[0] or len(digest) != wanted[1]:
            return 400, _error("BadParameter", "Key and signing algorithm are incompatible, or the digest's length is.")
        r, s = decode_dss_signature(key.private.sign(digest, ec.ECDSA(Prehashed(wanted[2]))))
        return 200, {"kid": f"{self.key}/{key.version}", "value": _text(r.to_bytes(key.size) + s.to_bytes(key.size))}


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _error(code: str, message: str, inner: str = "") -> Any:
    return {"error": {"code": code, "message": message} | ({"innererror": {"code": inner}} if inner else {})}


def _forbidden(action: str) -> Any:
    return _error("Forbidden", f"Caller is not authorized to perform action. Action: '{action}'", "ForbiddenByRbac")


@contextmanager
def key_vault(certificate: tuple[Path, Path]) -> Iterator[Vault]:
    """A vault that listens on loopback with that certificate and key."""
    vault = Vault()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            """A look at a key."""
            self._ask("GET")

        def do_POST(self) -> None:
            """A signature."""
            self._ask("POST")

        def _ask(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if not re.fullmatch(r"Bearer [\w-]+\.[\w-]+\.[\w-]+", self.headers.get("authorization", "")):
                vault.challenges += 1
                # The resource is the end of the host's name, as vault.azure.net is.
                resource = vault.url.replace("127.", "")
                login = "https://login.microsoftonline.com/00000000-0000-0000-0000-000000000000"
                self._send(
                    401, _error("Unauthorized", "AKV10000"), f'Bearer authorization="{login}", resource="{resource}"'
                )
                return
            self._send(*vault.answer(method, self.path, body))

        def _send(self, status: int, document: Any, challenge: str = "") -> None:
            content = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json; charset=utf-8")
            self.send_header("content-length", str(len(content)))
            if challenge:
                self.send_header("www-authenticate", challenge)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with tls_server(Handler, certificate) as vault.url:
        yield vault
