"""https and bearer tokens, no key and no SAS: as in Azure."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from azure_parts import QUICK, FakeCredential, fresh_place, lake_at

from shared.core.addresses import blob_address
from shared.core.errors import Missing, Permanent, Superseded, Transient

LARGE = bytes(range(251)) * 200


def test_the_lake_works_with_a_token(trusted: str) -> None:
    """Write once, read pinned, overwrite, list; the token was asked for storage."""
    credential = FakeCredential()
    lake = lake_at(fresh_place(trusted, credential), credential)
    blob, written = lake.put("a/b", b"one")
    assert written
    assert lake.put("a/b", b"two") == (blob, False)
    assert lake.stat("a/b") == blob
    assert list(lake.list("a/")) == [blob]
    newer, _ = lake.put("a/b", LARGE, if_absent=False)
    with pytest.raises(Superseded):
        lake.open("a/b", etag=blob.etag)
    with lake.open("a/b", etag=newer.etag) as source:
        assert source.read() == LARGE
    assert lake.stat("nothing") is None
    assert set(credential.scopes) == {"https://storage.azure.com/.default"}


@pytest.mark.parametrize("claims", [{"aud": "https://vault.azure.net"}, {"iss": "https://example.com/"}, {"exp": 1}])
def test_a_token_for_something_else_is_refused_in_words(trusted: str, claims: dict[str, object]) -> None:
    """Wrong audience, wrong issuer, expired: permanent, one sentence, no retry storm."""
    place = blob_address("LAKE_URL", f"{trusted}/mlops-refused")
    with pytest.raises(Permanent, match="did not accept our token"):
        lake_at(place, FakeCredential(**claims), QUICK).stat("a")


def test_a_certificate_nobody_vouches_for_is_not_talked_to(secure_azurite: tuple[str, Path]) -> None:
    """TLS is checked, on loopback too."""
    place = blob_address("LAKE_URL", f"{secure_azurite[0]}/mlops-untrusted")
    with pytest.raises(Transient, match="certificate"):
        lake_at(place, FakeCredential(), QUICK).stat("a")


def test_no_log_shows_the_token(trusted: str, caplog: pytest.LogCaptureFixture) -> None:
    """Not at the most talkative level, not in an error."""
    credential = FakeCredential(canary="CANARY")
    token = credential.get_token().token
    place = fresh_place(trusted, credential)
    # An app that was made in this process has made these loggers quiet.
    with (
        caplog.at_level(logging.DEBUG),
        caplog.at_level(logging.DEBUG, "azure"),
        caplog.at_level(logging.DEBUG, "urllib3"),
    ):
        lake_at(place, credential).put("a", b"x")
        with pytest.raises(Missing) as told:
            lake_at(place, credential).open("nothing")
    assert "/a" in caplog.text
    for secret in (token, token.split(".")[1]):
        assert secret not in caplog.text + repr(told.value) + repr(told.value.__cause__)
