"""A signing key in Azure Key Vault: it signs there and never leaves; its public part verifies here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.keyvault.keys import KeyClient, KeyVaultKey
from azure.keyvault.keys.crypto import CryptographyClient, SignatureAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec

from shared.adapters import es256
from shared.adapters.azure.retries import Retries
from shared.adapters.azure.retry_policy import RETRY_POLICY, RetryPolicy
from shared.core.errors import Fault, Misconfigured, Transient
from shared.release.signature import Signature

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

    from shared.core.addresses import KeyAddress

SETTING = "SIGNING_KEY_URL"
ROLE = "MLOps signer"
_KINDS = frozenset({"EC", "EC-HSM"})
_DENIED, _REFUSED = frozenset({401, 403}), range(400, 408)


class KeyVaultSigner:
    """Port `Signer` on a key of the vault; the first question to the vault signs in."""

    def __init__(self, place: KeyAddress, credential: TokenCredential, policy: RetryPolicy = RETRY_POLICY) -> None:
        self._place = place
        self._credential = credential
        self._policy = policy
        self._client = KeyClient(place.vault, credential, **self._options())
        self._keys: dict[str, KeyVaultKey] = {}

    def sign(self, message: bytes) -> Signature:
        """The signature of the newest version, or of the one that the setting names."""
        # Asked for each time: a key that was rotated signs with its new version.
        key = self._asked(self._place.version)
        if key is None:
            raise Misconfigured(SETTING, f"names {self._place.url}, which is not there", "a key of that vault")
        self._public(key)
        client = CryptographyClient(key, self._credential, **self._options())
        answer = self._told(lambda: client.sign(SignatureAlgorithm.es256, es256.digest_of(message)))
        return Signature(str(key.id), answer.signature)

    def verify(self, message: bytes, signature: Signature) -> bool:
        """Whether a version of this key made it; a version that is no longer there made none."""
        start, _, version = signature.key.rpartition("/")
        if start != self._place.url or not version:
            return False
        if version not in self._keys:
            found = self._asked(version)
            if found is None:
                return False
            self._keys[version] = found
        return es256.is_signed(self._public(self._keys[version]), message, signature.value)

    def _asked(self, version: str) -> KeyVaultKey | None:
        """The key with its public part; None when there is none."""
        try:
            return self._told(lambda: self._client.get_key(self._place.name, version or None))
        except Fault as fault:
            if isinstance(fault.__cause__, ResourceNotFoundError):
                return None
            raise

    def _told[Answer](self, call: Callable[[], Answer]) -> Answer:
        """The answer of the vault, or the fault in words."""
        try:
            return call()
        except HttpResponseError as error:
            raise self._fault(error) from error
        except (AzureError, OSError) as error:
            raise Transient(f"{self._place.vault} did not answer.") from error

    def _fault(self, error: HttpResponseError) -> Fault:
        status = error.status_code or 0
        if status in _DENIED:
            return Misconfigured(
                SETTING, f"names {self._place.url}, which this identity may not use", f"the role {ROLE!r} on it"
            )
        if status in _REFUSED:
            return Misconfigured(
                SETTING, f"names {self._place.url}, which refused ({status})", "an enabled key on P-256"
            )
        return Transient(f"{self._place.vault} answered {status}.")

    def _public(self, key: KeyVaultKey) -> ec.EllipticCurvePublicKey:
        found: Any = key.key
        kind, curve = (str(getattr(one, "value", one)) for one in (found.kty, found.crv))
        if kind not in _KINDS or curve != "P-256":
            raise Misconfigured(SETTING, f"names {self._place.url}, a key of kind {kind}", "an EC key on P-256")
        numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(found.x), int.from_bytes(found.y), ec.SECP256R1())
        return numbers.public_key()

    def _options(self) -> dict[str, Any]:
        """Of one client: a policy of retries belongs to one pipeline."""
        return {
            "retry_policy": Retries(self._policy),
            "connection_timeout": self._policy.connect,
            "read_timeout": self._policy.read,
            "permit_redirects": False,
        }
