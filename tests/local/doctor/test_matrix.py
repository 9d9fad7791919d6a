"""Which features are on: one page, without a service."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import Command

from local.doctor.matrix import FEATURES, Feature, features
from model_training.scenarios import SCENARIOS
from shared.core.errors import Misconfigured

AZURE = {
    "LAKE_URL": "https://stdata.blob.core.windows.net/mlops",
    "DATABASE_URL": "mssql+pyodbc://@server:1433/mlops?driver=ODBC+Driver+18+for+SQL+Server",
    "TRAINER_URL": "azureml:1/group/workspace", "REGISTRY_URL": "azureml:1/group/workspace",
    "SERVING_URL": "azureml:1/group/workspace", "SCORER_URL": "azureml:1/group/workspace",
    "TELEMETRY_URL": "kusto:https://cluster.westeurope.kusto.windows.net/telemetry",
    "SQL_ROWS": "recent 90 days", "SCORER_ROWS": "1000000", "SCORER_ROWS_BANK_MARKETING": "5", "DELTA_TABLES": "off",
    "ALERT_WEBHOOKS": "teams=https://example.com/hook?sig=canary",
    "SIGNING_KEY_URL": "https://kva1.vault.azure.net/keys/signing",
    "APPLICATIONINSIGHTS_CONNECTION_STRING": "InstrumentationKey=canary",
}  # fmt: skip


def rows(environ: dict[str, str]) -> dict[str, Feature]:
    """The page by the name of the feature."""
    return {one.name: one for one in features(environ, SCENARIOS)}


def test_every_setting_of_a_deployment_shows(tmp_path: Path) -> None:
    """Another setting, another cell; addresses and secrets are not shown."""
    laptop, azure = rows({}), rows(AZURE)
    changed = {name for name in laptop if laptop[name].of != azure[name].of}
    assert changed == {
        "rows to predict", "answered by", "large windows", "rows in SQL", "Delta tables", "trained by",
        "models in", "lake", "database", "certificates are signed by",
        "alerts to", "metrics to",
    }  # fmt: skip
    assert azure["large windows"].of["bank_marketing"] == "Azure ML, above 5 rows"
    assert azure["rows to predict"].of["iiot_quality"] == "telemetry in Data Explorer"
    assert azure["certificates are signed by"].lines == ["Key Vault"]
    assert laptop["certificates are signed by"].lines == ["off"]
    assert "canary" not in str(azure)
    mlops = Command(tmp_path / "home", APPROVALS="prod")
    shown = mlops("doctor", "--matrix", "--json").json
    assert [one["name"] for one in shown] == [name for name, _, _ in FEATURES]
    assert {"prod"} == set(next(one for one in shown if one["name"] == "approved by a person")["of"].values())


def test_a_value_that_all_share_stands_once() -> None:
    """Others are named with their scenarios; what is empty is off."""
    one = Feature("a feature", "a setting", {"a": "x", "b": "", "c": "x"})
    assert one.lines == ["x: a, c", "off: b"]
    assert Feature("a feature", "a setting", {"a": "", "b": ""}).lines == ["off"]


def test_a_setting_that_cannot_be_used_is_one_sentence() -> None:
    """As in every verb."""
    with pytest.raises(Misconfigured, match="SERVING_URL"):
        features({"SERVING_URL": "x"}, SCENARIOS)


def test_the_page_fits_a_terminal(tmp_path: Path) -> None:
    """A value that not all scenarios share has a line of its own; nothing is made for it."""
    answer = Command(tmp_path / "home", COLUMNS="80")("doctor", "--matrix")
    assert answer.code == 0
    assert "telemetry in the lake: iiot_quality" in answer.out
    assert not (tmp_path / "home").exists()
