"""A signing key in Key Vault: what Microsoft's client really sends, rotation, missing rights, a vault that fails."""

from __future__ import annotations

import pytest
from azure_parts import FakeCredential
from cryptography.hazmat.primitives.asymmetric import ec
from key_vault_double import Vault

from shared.adapters.azure.key_vault import KeyVaultSigner
from shared.adapters.azure.retry_policy import RetryPolicy
from shared.core.addresses import key_address
from shared.core.errors import Misconfigured, Transient

MESSAGE = b"a certificate"
SOON = RetryPolicy(first_pause=0, growth=0, jitter=0, retries=2)


def signer(vault: Vault, version: str = "") -> KeyVaultSigner:
    """A process's own, on the key or on one version of it."""
    url = f"{vault.key}/{version}" if version else vault.key
    return KeyVaultSigner(key_address("SIGNING_KEY_URL", url), FakeCredential(), SOON)


def test_the_key_signs_in_the_vault_and_is_verified_here(vault: Vault) -> None:
    """One look and one signature; verifying looks once at the public part, whatever the number of certificates."""
    made = signer(vault).sign(MESSAGE)
    version = vault.versions[0].version
    assert vault.asked == ["GET /keys/signing/", f"POST /keys/signing/{version}/sign"]
    assert made.key == f"{vault.key}/{version}"
    vault.asked.clear()
    reader = signer(vault)
    assert [reader.verify(MESSAGE, made) for _ in range(3)] == [True] * 3
    assert vault.asked == [f"GET /keys/signing/{version}"]
    assert vault.challenges > 0


def test_an_earlier_version_of_the_key_is_still_known(vault: Vault) -> None:
    """After a rotation the newest signs, also in a process that runs on; a setting with a version stays with it."""
    first = signer(vault)
    before = first.sign(MESSAGE)
    vault.rotate()
    after = first.sign(MESSAGE)
    assert before.key != after.key
    reader = signer(vault)
    assert reader.verify(MESSAGE, before)
    assert reader.verify(MESSAGE, after)
    assert signer(vault, vault.versions[0].version).sign(MESSAGE).key == before.key
    del vault.versions[0]
    assert not signer(vault).verify(MESSAGE, before)


def test_who_may_only_look_can_verify_and_not_sign(vault: Vault) -> None:
    """Signing is a right of its own; the sentence names the role."""
    made = signer(vault).sign(MESSAGE)
    vault.rights = {"read"}
    assert signer(vault).verify(MESSAGE, made)
    with pytest.raises(Misconfigured, match=r"SIGNING_KEY_URL .*may not use.*MLOps signer"):
        signer(vault).sign(MESSAGE)
    vault.rights = set()
    with pytest.raises(Misconfigured, match="MLOps signer"):
        signer(vault).verify(MESSAGE, made)


def test_a_key_that_cannot_sign_is_named(vault: Vault) -> None:
    """Another curve, a disabled version, no key of that name."""
    vault.rotate(ec.SECP384R1())
    with pytest.raises(Misconfigured, match="accepted: an EC key on P-256"):
        signer(vault).sign(MESSAGE)
    vault.rotate()
    vault.versions[-1].enabled = False
    with pytest.raises(Misconfigured, match="SIGNING_KEY_URL"):
        signer(vault).sign(MESSAGE)
    missing = KeyVaultSigner(key_address("SIGNING_KEY_URL", f"{vault.url}/keys/other"), FakeCredential())
    with pytest.raises(Misconfigured, match="is not there"):
        missing.sign(MESSAGE)


def test_a_vault_that_fails_for_a_moment_is_asked_again(vault: Vault) -> None:
    """As often as the policy says; one that goes on failing is a fault that passes: the release is tried later."""
    vault.broken = 1
    made = signer(vault).sign(MESSAGE)
    vault.broken = 99
    with pytest.raises(Transient, match="503"):
        signer(vault).verify(MESSAGE, made)
    assert 99 - vault.broken == 1 + SOON.retries


@pytest.mark.parametrize(
    "url",
    [
        "http://v.vault.azure.net/keys/k",
        "https://v.vault.azure.net/secrets/k",
        "https://v.vault.azure.net/keys/",
        "https://v.vault.azure.net/keys/k/notaversion",
        "https://v.vault.azure.net/keys/k?code=canary",
        "https://canary@v.vault.azure.net/keys/k",
        "https://[/keys/k",
    ],
)
def test_what_names_no_key_is_refused(url: str) -> None:
    """Before anything is asked, and without what may be secret."""
    with pytest.raises(Misconfigured, match="SIGNING_KEY_URL") as told:
        key_address("SIGNING_KEY_URL", url)
    assert "canary" not in str(told.value)
