"""A subject to examine, and services to examine it against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from azure_parts import FakeCredential, self_signed
from local_doctor import OID, MakeSubject, Service, answering

from local.azurite.process import Azurite
from local.doctor.finding import Subject
from shared.settings import read_settings


@pytest.fixture
def service() -> Iterator[Service]:
    """On loopback, over plain HTTP."""
    with answering() as running:
        yield running


@pytest.fixture
def self_signed_files(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for loopback, and its key."""
    return self_signed(tmp_path / "tls")


@pytest.fixture
def secure_queues(secure_server: tuple[Azurite, Path]) -> str:
    """The queue service of the Azurite that takes bearer tokens."""
    return f"https://127.0.0.1:{secure_server[0].queue_port}/devstoreaccount1"


@pytest.fixture
def subject(tmp_path: Path) -> MakeSubject:
    """A subject with these settings, an identity that Azurite believes, and a home of its own."""

    def make(environ: Mapping[str, str] | None = None, credential: Any = None, **facts: Any) -> Subject:
        given = {"MLOPS_HOME": str(tmp_path / "home"), **(environ or {})}
        settings = read_settings(given)
        settings.home.mkdir(exist_ok=True)
        who = credential or FakeCredential(oid=OID, tid="t", appid="app")
        return Subject(given, given, settings, lambda: who, **facts)

    return make
