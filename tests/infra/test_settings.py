"""Settings, sizes and secrets of the apps, as Microsoft's compiler evaluates them."""

from __future__ import annotations

from typing import Any

import pytest
from infra.snapshot import Snapshot, needs_compiler, of_main

pytestmark = needs_compiler
APPS = ("ingest", "deploy", "score")
# A region's quota of Flex Consumption for a subscription, and what an instance takes of it.
QUOTA = 250
CORES = {512: 0.25, 2048: 1, 4096: 2}
FLEX_REFUSES = {"ftpsState", "linuxFxVersion", "pythonVersion", "appSettings", "alwaysOn"}


def changed() -> Snapshot:
    """With everything that a parameter can change."""
    return of_main(
        withDataExplorer=True,
        withAlertWebhooks=True,
        settings="ROLLOUT=0:30,100:10;HEALTH_RULES=rows:5,slower:9",
        ingestMemoryMb=4096,
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
