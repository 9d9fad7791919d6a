"""What every key that signs certificates promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from azure_parts import FakeCredential
from key_vault_double import Vault

from shared.adapters.azure.key_vault import KeyVaultSigner
from shared.adapters.files.key_file import KeyFileSigner, new_key
from shared.core.addresses import key_address
from shared.release.ports import Signer
from shared.release.signature import Signature

MESSAGE = b"certificate of a gate\n" + b"a" * 64 + b"\n"


@pytest.fixture(params=["file", "key vault"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Signer]:
    """Opens the same key again and again."""
    if request.param == "file":
        new_key(tmp_path / "key.pem")
        return lambda: KeyFileSigner(tmp_path / "key.pem")
    found: Vault = request.getfixturevalue("vault")
    return lambda: KeyVaultSigner(key_address("SIGNING_KEY_URL", found.key), FakeCredential())


class TestSigner:
    """Of a file and of a vault alike."""

    def test_a_signature_is_known_again(self, source: Callable[[], Signer]) -> None:
        """By another process, as bytes that were kept; r and s have 32 bytes each."""
        signature = source().sign(MESSAGE)
        assert len(signature.value) == 64
        assert source().verify(MESSAGE, Signature.read(signature.as_json()))

    def test_nothing_else_is(self, source: Callable[[], Signer]) -> None:
        """Another message, a changed bit anywhere, another length, nothing, or the name of another key."""
        signer = source()
        signature = signer.sign(MESSAGE)
        assert not signer.verify(MESSAGE + b".", signature)
        for place in range(0, 64, 7):
            changed = bytearray(signature.value)
            changed[place] ^= 1
            assert not signer.verify(MESSAGE, replace(signature, value=bytes(changed))), place
        # The same two numbers in more bytes are another text of the signature.
        longer = signature.value[:32] + b"\0" + signature.value[32:]
        for value in (b"", bytes(64), signature.value[:63], signature.value + b"x", b"\xff" * 64, longer):
            assert not signer.verify(MESSAGE, replace(signature, value=value))
        for key in ("", "other", signature.key + "0", signature.key[:-1], signature.key.replace("signing", "other")):
            assert key == signature.key or not signer.verify(MESSAGE, replace(signature, key=key))

    def test_a_key_knows_no_signature_of_another(self, source: Callable[[], Signer], tmp_path: Path) -> None:
        """Even if it is called by the name of this one."""
        new_key(tmp_path / "other.pem")
        foreign = KeyFileSigner(tmp_path / "other.pem").sign(MESSAGE)
        own = source().sign(MESSAGE)
        assert not source().verify(MESSAGE, foreign)
        assert not source().verify(MESSAGE, replace(foreign, key=own.key))
