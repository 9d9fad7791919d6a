"""Misspelt, invalid and contradictory settings are all named, each with a fix."""

from __future__ import annotations

from pathlib import Path

import pytest
from local_doctor import the

from local.console.session import DEFAULTS
from local.doctor.finding import Finding
from local.doctor.redaction import HIDDEN, redacted
from local.doctor.settings import misspelt, values

BLOBS = "https://account.blob.core.windows.net/mlops"
ML = "azureml:sub/rg/ws"


@pytest.mark.parametrize(
    ("strange", "meant"),
    [
        ("MLOPS_HOEM", "MLOPS_HOME"),
        ("LAKE_ULR", "LAKE_URL"),
        ("DATABSE_URL", "DATABASE_URL"),
        ("TrainerUrl", "TRAINER_URL"),
        ("APPROVALS_BANK_MARKTING", "APPROVALS_BANK_MARKETING"),
        ("AZURE_CREDENTIALS", "AZURE_CREDENTIAL"),
    ],
)
def test_a_misspelt_name_is_reported_with_the_nearest_known_one(strange: str, meant: str) -> None:
    """A warning whose fix renames it."""
    found = the(misspelt({strange: "x", "PATH": "/bin"}), "setting names")
    assert found.verdict == "warn"
    assert f"rename {strange} to {meant}" in found.fix


def test_what_resembles_nothing_is_left_alone() -> None:
    """Names of other programs and the platform are ignored; an unknown MLOPS_ name is reported without a guess."""
    environ = {"HOME": "/", "JAVA_HOME": "/", "AZURE_CLIENT_ID": "x", "AzureWebJobs.score.Disabled": "true"}
    assert the(misspelt({**environ, "LAKE_URL": "file:x"}), "setting names").verdict == "ok"
    assert "MLOPS_ZZZ is not read" in the(misspelt({"MLOPS_ZZZ": "1"}), "setting names").fact


def test_every_invalid_value_is_reported(tmp_path: Path) -> None:
    """Three settings, three findings; the fix names each."""
    bad = {"MLOPS_HOME": str(tmp_path), "LAKE_URL": "ftp://x", "MAX_FILE_MB": "0", "APPROVALS": "production"}
    found = values(bad, bad)
    assert [one.verdict for one in found] == ["fail"] * 3
    assert all(any(key in one.fix for one in found) for key in ("LAKE_URL", "MAX_FILE_MB", "APPROVALS"))
    assert "which is not an environment" in " ".join(one.fact for one in found)


def test_a_workspace_with_a_folder_lake_is_a_conflict(tmp_path: Path) -> None:
    """Azure ML cannot reach a laptop's folder."""
    environ = {"MLOPS_HOME": str(tmp_path), "TRAINER_URL": ML}
    (found,) = values(environ, environ)
    assert found.verdict == "fail"
    assert "cannot reach a lake in a folder" in found.fact


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"LAKE_URL": BLOBS}, "state of a shared lake"),
        ({"LAKE_URL": BLOBS}, "events of a shared lake"),
        ({"LAKE_URL": BLOBS, "APPROVALS": "none"}, "approvals of a shared lake"),
        ({"LAKE_URL": BLOBS, "REGISTRY_URL": ML, "TRAINER_URL": "azureml:sub/rg/other"}, "two workspaces"),
        ({"TRAINER_URL": "none:"}, "no trainer"),
        ({}, "schedules"),
    ],
)
def test_what_hardly_goes_together_is_a_warning(tmp_path: Path, environ: dict[str, str], name: str) -> None:
    """The settings are valid, so it is a warning; the fix is a command."""
    given = {"MLOPS_HOME": str(tmp_path), **environ}
    assert the(values(given, given), name).verdict == "warn"


def test_a_laptop_has_no_doubts(tmp_path: Path) -> None:
    """Defaults and Azurite go together."""
    lake = "http://127.0.0.1:10000/devstoreaccount1/mlops"
    given = {**DEFAULTS, "MLOPS_HOME": str(tmp_path), "LAKE_URL": lake}
    assert [one.verdict for one in values(given, given)] == ["ok"]


def test_no_finding_shows_a_secret() -> None:
    """Passwords, account keys, SAS signatures, webhooks: also when a library repeats them, quoted or not."""
    environ = {
        "DATABASE_URL": "postgresql+psycopg://me:Sw0rd%2Ffish@host/db",
        "AzureWebJobsStorage": "AccountName=a;AccountKey=a2V5a2V5+/==;EndpointSuffix=core.windows.net",
        "LAKE_URL": "https://a.blob.core.windows.net/c?sv=1&sig=SIGNATURE123",
        "ALERT_WEBHOOKS": "teams=https://example.org/HOOK",
        "SOME_API_KEY": "api-key-value",
    }
    told = " ".join(environ.values()) + " Sw0rd/fish a2V5a2V5%2B%2F%3D%3D"
    (found,) = redacted([Finding("x", "fail", told, told)], environ)
    for secret in ("Sw0rd", "a2V5", "SIGNATURE123", "HOOK", "api-key-value"):
        assert secret not in found.fact + found.fix
    assert HIDDEN in found.fact
