"""Settings are read once; a bad one is named with what would be accepted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared.core.errors import Misconfigured
from shared.settings import NAMES, read_settings

ROOT = Path(__file__).resolve().parents[2]


def test_defaults_are_a_laptop(tmp_path: Path) -> None:
    """Without any setting everything lies under .local."""
    settings = read_settings({"MLOPS_HOME": str(tmp_path)})
    assert settings.lake_folder == tmp_path / "lake"
    assert settings.database_url == f"sqlite:///{tmp_path / 'mlops.db'}"
    assert read_settings({}).home == Path.cwd() / ".local"


@pytest.mark.parametrize(
    ("key", "value", "accepted"),
    [
        ("LAKE_URL", "ftp://x", "file:"),
        ("DATABASE_URL", "mysql://x", "sqlite:///, postgresql+psycopg://, mssql+pyodbc://"),
        ("REGISTRY_URL", "s3:", "local:"),
        ("TRAINER_URL", "thread:", "process:"),
        ("SERVING_URL", "azureml:only-one", "azureml:<subscription>/<resource group>/<workspace>"),
        ("SERVING_URL", "azureml:s/g/w", "LAKE_URL=https://"),
        ("ENDPOINT_COMPUTE", "many", "<size>:<count>, such as Standard_DS3_v2:1"),
        ("TELEMETRY_URL", "kusto:http://cluster/db", "kusto:https://<cluster>"),
        ("TELEMETRY_URL", "lake:/scoring", "kusto:https://<cluster>"),
        ("TRAINING_PROFILE", "fast", "default or demo"),
        ("MAX_FILE_MB", "0", "at least 1"),
        ("MAX_FILE_MB", "many", "at least 1"),
    ],
)
def test_a_bad_value_names_the_setting_and_what_is_accepted(key: str, value: str, accepted: str) -> None:
    """One sentence: which setting, what is wrong, what would do."""
    with pytest.raises(Misconfigured) as told:
        read_settings({key: value})
    assert told.value.reason.startswith(f"Setting {key} ")
    assert accepted in told.value.reason


def test_an_endpoint_deploys_what_its_own_workspace_registers() -> None:
    """Models that another workspace shows, or none, cannot be named by a deployment."""
    lake = {"LAKE_URL": "https://st.blob.core.windows.net/mlops", "SERVING_URL": "azureml:s/g/w"}
    for registry in ({}, {"REGISTRY_URL": "azureml:s/g/other"}):
        with pytest.raises(Misconfigured, match="accepted: REGISTRY_URL=azureml:s/g/w"):
            read_settings({**lake, **registry})
    found = read_settings({**lake, "REGISTRY_URL": "azureml:s/g/w", "ENDPOINT_COMPUTE": "Standard_F2s_v2:2"})
    assert (found.serving_url, found.machines.count) == ("azureml:s/g/w", 2)


@pytest.mark.parametrize("url", ["postgresql+psycopg://me:canary@host/db", "mssql+pyodbc://me:canary@host/db"])
def test_a_password_is_not_shown(url: str) -> None:
    """A database's URL is taken as it is, and left out when settings are shown."""
    settings = read_settings({"DATABASE_URL": url})
    assert settings.database_url == url
    assert "canary" not in repr(settings)


def test_empty_values_mean_the_default(tmp_path: Path) -> None:
    """The sample settings file leaves some empty."""
    assert read_settings({"MLOPS_HOME": str(tmp_path), "LAKE_URL": ""}).lake_folder == tmp_path / "lake"


def test_every_setting_is_in_the_sample_and_documented() -> None:
    """What the code reads is documented."""
    sample = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
    readme = (ROOT / "docs" / "settings.md").read_text()
    for name in NAMES:
        assert name in sample
        assert f"`{name}`" in readme


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:////data/mlops.db", "/data/mlops.db"),
        ("postgresql+psycopg://me:canary@db.example:5433/mlops?sslmode=require", "postgresql://db.example:5433/mlops"),
        ("mssql+pyodbc://me:canary@db.example/mlops?Encrypt=yes", "mssql://db.example/mlops"),
    ],
)
def test_the_database_is_shown_without_its_password(tmp_path: Path, url: str, shown: str) -> None:
    """Where it is, and no more."""
    assert read_settings({"MLOPS_HOME": str(tmp_path), "DATABASE_URL": url}).database_shown == shown
