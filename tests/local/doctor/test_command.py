"""`mlops doctor` where no service answers: it ends in time, fails, and shows no secret."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from command import Answer, Command
from local_doctor import CLOSED

SECRETS = ("pass-canary", "webhook-canary", "key-canary")
WORKSPACE = "azureml:00000000-0000-0000-0000-000000000000/rg/ws"
SECONDS = 20


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Answer, float]:
    """Every service is configured and none runs."""
    mlops = Command(
        tmp_path_factory.mktemp("doctor") / "home",
        LAKE_URL=f"https://{CLOSED}/devstoreaccount1/mlops",
        DATABASE_URL=f"postgresql+psycopg://me:{SECRETS[0]}@{CLOSED}/mlops",
        EVENTS_URL=f"https://{CLOSED}/api/events",
        REGISTRY_URL=WORKSPACE,
        TRAINER_URL=WORKSPACE,
        AZURE_CREDENTIAL="environment",
        ALERT_WEBHOOKS=f"slack=https://example.org/{SECRETS[1]}",
        AzureWebJobsStorage__queueServiceUri=f"https://{CLOSED}/devstoreaccount1",
        SOME_API_KEY=SECRETS[2],
    )
    began = time.monotonic()
    answer = mlops("doctor", "--json", "--seconds", SECONDS)
    return answer, time.monotonic() - began


def test_it_ends_in_time_with_every_failure_and_its_fix(told: tuple[Answer, float]) -> None:
    """Exit code 4; each unreachable service fails with a command; the total time is bounded."""
    answer, seconds = told
    findings = {one["name"]: one for one in answer.json}
    assert answer.code == 4
    # Python's own start comes on top.
    assert seconds < SECONDS + 20
    for name in ("token for storage", "lake", "host queues", "database", "events"):
        assert findings[name]["verdict"] == "fail", findings[name]
    for name in ("clock", "stuck work", "registry and trainer"):
        assert findings[name]["verdict"] == "not checked"
    assert all(one["fix"] for one in answer.json if one["verdict"] != "ok")
    assert {"python", "packages", "setting names", "settings", "host.json", "functions"} <= findings.keys()


def test_no_secret_is_shown(told: tuple[Answer, float]) -> None:
    """No secret is in the findings or on standard error."""
    answer, _ = told
    assert [secret for secret in SECRETS if secret in answer.out + answer.err + json.dumps(answer.json)] == []


def test_settings_that_cannot_be_read_end_the_examination(tmp_path: Path) -> None:
    """Checks that need the settings do not run; every invalid setting is named."""
    answer = Command(tmp_path / "home", LAKE_URL="ftp://x", MAX_FILE_MB="many")("doctor", "--json")
    failed = [one["fact"] for one in answer.json if one["verdict"] == "fail"]
    assert answer.code == 4
    assert [fact.split()[1] for fact in failed] == ["LAKE_URL", "MAX_FILE_MB"]
    assert "database" not in {one["name"] for one in answer.json}
