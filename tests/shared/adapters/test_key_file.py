"""A signing key in a file: nobody else reads it, it is never replaced, and what is no key is named."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from shared.adapters.files.key_file import KeyFileSigner, new_key
from shared.core.errors import Conflict, Misconfigured
from shared.settings import read_settings

# On sect163k1, which the library does not load.
UNKNOWN_CURVE = """-----BEGIN {0}-----
MGMCAQAwEAYHKoZIzj0CAQYFK4EEAAEETDBKAgEBBBUCQgMZ0vGY8B5fGglpYJay
uHCP7ROhLgMsAAQEdhiDvsMsJ8CH2oO+WF2h+5Ayc2IE4imD2++x0JEf8pk5RkUl
rQ0c6Is=
-----END {0}-----
""".format("PRIVATE KEY")


def test_a_key_is_made_once_and_for_its_owner(tmp_path: Path) -> None:
    """Whatever the mask of the process; a second one takes another file."""
    path = tmp_path / "deep" / "key.pem"
    made = new_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert KeyFileSigner(path).key_id == made
    with pytest.raises(Conflict, match="never replaced"):
        new_key(path)
    assert new_key(tmp_path / "other.pem") != made


def test_what_is_no_key_of_ours_is_named(tmp_path: Path) -> None:
    """No file, another text, a key of another curve, also of one nobody loads, and one that others may read."""
    path = tmp_path / "key.pem"
    signer = KeyFileSigner(path)
    with pytest.raises(Misconfigured, match="cannot be read"):
        signer.sign(b"")
    path.write_text("canary")
    path.chmod(0o600)
    with pytest.raises(Misconfigured, match="holds no private key") as told:
        signer.sign(b"")
    assert "canary" not in str(told.value)
    other = ec.generate_private_key(ec.SECP384R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for content in (other, UNKNOWN_CURVE.encode()):
        path.write_bytes(content)
        with pytest.raises(Misconfigured, match="P-256"):
            signer.sign(b"")
    path.chmod(0o640)
    with pytest.raises(Misconfigured, match="chmod 600"):
        signer.sign(b"")


def test_the_setting_names_a_file_or_a_vault(tmp_path: Path) -> None:
    """A file by its whole path, wherever a process starts; nothing else is accepted."""
    home = {"MLOPS_HOME": str(tmp_path)}
    assert read_settings(home).signing_url == ""
    assert read_settings({**home, "SIGNING_KEY_URL": "file:key.pem"}).signing_url == f"file:{Path.cwd() / 'key.pem'}"
    vault = "https://v.vault.azure.net/keys/signing"
    assert read_settings({**home, "SIGNING_KEY_URL": vault}).signing_url == vault
    with pytest.raises(Misconfigured, match="SIGNING_KEY_URL starts with 'ftp'"):
        read_settings({**home, "SIGNING_KEY_URL": "ftp://x"})
