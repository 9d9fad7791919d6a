"""Settings, sizes and secrets of the apps, as Microsoft's compiler evaluates them."""

from __future__ import annotations

from typing import Any

import pytest
from infra.snapshot import ADMINISTRATORS, Snapshot, needs_compiler, of_events, of_main

pytestmark = needs_compiler
APPS = ("ingest", "deploy", "score")
# A region's quota of Flex Consumption for a subscription, and what an instance takes of it.
QUOTA = 250
INGESTOR = "22222222-2222-2222-2222-222222222222"
CORES = {512: 0.25, 2048: 1, 4096: 2}
FLEX_REFUSES = {"ftpsState", "linuxFxVersion", "pythonVersion", "appSettings", "alwaysOn"}


def changed() -> Snapshot:
    """With everything that a parameter can change."""
    return of_main(
        withDataExplorer=True,
        withAlertWebhooks=True,
        settings="ROLLOUT=0:30,100:10;HEALTH_RULES=rows:5,slower:9",
        ingestMemoryMb=4096,
        zones=False,
        purgeProtection=False,
        telemetryIngestorId=INGESTOR,
    )


def settings(snapshot: Snapshot, app: str) -> dict[str, str]:
    """The app's settings."""
    return dict(snapshot.one("Microsoft.Web/sites/config", f"func-{app}-")["properties"])


def scale(snapshot: Snapshot, app: str) -> dict[str, Any]:
    """How far the app grows, and with which instances."""
    site = snapshot.one("Microsoft.Web/sites", f"func-{app}-")["properties"]
    return dict(site["functionAppConfig"]["scaleAndConcurrency"])


@pytest.mark.parametrize("app", APPS)
def test_webhooks_are_a_secret_of_the_vault(app: str) -> None:
    """Empty until somebody says that the secret is there: a reference to nothing would stop the app."""
    assert settings(of_main(), app)["ALERT_WEBHOOKS"] == ""
    vault = changed().one("Microsoft.KeyVault/vaults", "kva")["name"]
    assert (
        settings(changed(), app)["ALERT_WEBHOOKS"]
        == f"@Microsoft.KeyVault(VaultName={vault};SecretName=alert-webhooks)"
    )


@pytest.mark.parametrize("app", APPS)
def test_what_an_operator_changed_stays(app: str) -> None:
    """Settings that are a parameter win over the template's, and the others stay."""
    found = settings(changed(), app)
    assert (found["ROLLOUT"], found["HEALTH_RULES"]) == ("0:30,100:10", "rows:5,slower:9")
    assert found["TRIAL_WINDOWS"] == settings(of_main(), app)["TRIAL_WINDOWS"]


def test_a_drop_fits_an_instance() -> None:
    """A drop of any size takes 0.9 GB at most, one message at a time; on the disk it takes half the size of its CSV."""
    for snapshot in (of_main(), changed()):
        found = settings(snapshot, "ingest")
        assert found["AzureFunctionsJobHost__extensions__queues__batchSize"] == "1"
        assert found["AzureFunctionsJobHost__extensions__queues__newBatchThreshold"] == "0"
        assert scale(snapshot, "ingest")["instanceMemoryMB"] >= 2 * 900
        assert int(found["MAX_FILE_MB"]) / 2 < 800


def test_two_environments_fit_the_quota_of_a_region() -> None:
    """All instances of all apps at once; the platform accepts no limit below 40."""
    sizes = [scale(of_main(), app) for app in APPS]
    assert all(40 <= one["maximumInstanceCount"] <= 1000 for one in sizes)
    cores = sum(one["maximumInstanceCount"] * CORES[one["instanceMemoryMB"]] for one in sizes)
    assert 2 * cores <= QUOTA


@pytest.mark.parametrize("app", APPS)
def test_nothing_is_set_that_the_plan_refuses(app: str) -> None:
    """Flex Consumption takes these elsewhere or not at all."""
    site = of_main().one("Microsoft.Web/sites", f"func-{app}-")["properties"]
    assert FLEX_REFUSES.isdisjoint(site["siteConfig"])


def test_purge_protection_is_on_or_absent() -> None:
    """The service refuses `false`; without it a name is free again after `azd down --purge`."""
    kept = [one["properties"] for one in of_main().of("Microsoft.KeyVault/vaults")]
    assert {one["enablePurgeProtection"] for one in kept} == {True}
    gone = [one["properties"] for one in changed().of("Microsoft.KeyVault/vaults")]
    assert {one.get("enablePurgeProtection") for one in gone} == {None}


def test_copies_in_other_zones_are_a_parameter() -> None:
    """Of data and of backups; nothing leaves the region."""
    for snapshot, sku, backup in ((of_main(), "Standard_ZRS", "Zone"), (changed(), "Standard_LRS", "Local")):
        assert {one["sku"]["name"] for one in snapshot.of("Microsoft.Storage/storageAccounts")} == {sku}
        database = snapshot.one("Microsoft.Sql/servers/databases", "/mlops")["properties"]
        assert database["requestedBackupStorageRedundancy"] == backup


def test_the_audit_of_sql_holds_no_rows() -> None:
    """Groups are named: by default every statement is logged with its parameters."""
    groups = of_main().one("Microsoft.Sql/servers/auditingSettings")["properties"]["auditActionsAndGroups"]
    assert groups
    assert not any("BATCH" in one or "RPC" in one for one in groups)


def test_a_changed_group_administers_the_database() -> None:
    """The server's own property counts only when it is made."""
    found = of_main().one("Microsoft.Sql/servers/administrators", "ActiveDirectory")["properties"]
    assert found["sid"] == ADMINISTRATORS


def test_each_vault_says_who_read_it() -> None:
    """Its audit goes to the logs."""
    audits = [one for one in of_main().of("Microsoft.Insights/diagnosticSettings") if "KeyVault" in one["id"]]
    assert len(audits) == len(of_main().of("Microsoft.KeyVault/vaults"))


def test_somebody_may_fill_and_query_the_explorer() -> None:
    """The group administers it, the named application ingests, the apps read."""
    found = [one["properties"] for one in changed().of("Microsoft.Kusto/clusters/databases/principalAssignments")]
    roles = sorted((one["role"], one["principalType"]) for one in found)
    assert roles == [("Admin", "Group"), ("Ingestor", "App"), *[("Viewer", "App")] * 3]
    assert {one["principalId"] for one in found if one["role"] != "Viewer"} == {ADMINISTRATORS, INGESTOR}


def test_a_topic_that_is_made_anew_gets_its_own_role_assignment() -> None:
    """The principal is part of the name: an assignment cannot change its principal."""
    names = [one["name"] for one in of_events().of("Microsoft.Authorization/roleAssignments")]
    assert len(names) == 2
    assert all("identity.principalId" in one or "principalId" in one for one in names)


def test_a_quota_that_is_reached_is_told() -> None:
    """Rows are counted for what they stand for, and silence of the logs is an alert of its own."""
    rules = {one["name"]: one["properties"] for one in of_main().of("Microsoft.Insights/scheduledQueryRules")}
    (quota,) = [one for name, one in rules.items() if "log-quota" in name]
    assert "OverQuota" in quota["criteria"]["allOf"][0]["query"]
    (failures,) = [one for name, one in rules.items() if "failures" in name]
    assert "sum(itemCount)" in failures["criteria"]["allOf"][0]["query"]
