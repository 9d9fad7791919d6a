"""What the templates must say for the system to be safe by default, and who may do what."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

import pytest
from infra.bicep import FOLDER, files, read

from local.roles import NEEDS

MODULES = FOLDER / "modules"
RESOURCES = read(FOLDER / "resources.bicep")
ROLES = json.loads((FOLDER / "roles.json").read_text())
IDENTITIES = ("ingest", "deploy", "score", "compute")


def properties(module: str, kind: str) -> dict[str, Any]:
    """The properties of the one resource of that type in a module."""
    return dict(read(MODULES / f"{module}.bicep").resource(kind)["properties"])


def test_storage_deletes_nothing_that_may_be_needed() -> None:
    """Only the code knows what is needed: of the lake's own blobs storage deletes older versions and moves the rest."""
    policy = properties("storage", "Microsoft.Storage/storageAccounts/managementPolicies")["policy"]
    deleting = [
        rule["definition"]["filters"].get("prefixMatch")
        for rule in policy["rules"]
        if "delete" in rule["definition"]["actions"].get("baseBlob", {})
    ]
    assert deleting == [["deadletters/"]]
    cooled = RESOURCES.module("dataStorage")["coolPrefixes"]
    assert cooled == ["${lakeContainer}/incoming/", "${lakeContainer}/quarantine/"]


@pytest.mark.parametrize(
    ("module", "kind", "wanted"),
    [
        (
            "storage",
            "Microsoft.Storage/storageAccounts",
            {
                "allowSharedKeyAccess": False,
                "allowBlobPublicAccess": False,
                "minimumTlsVersion": "TLS1_2",
                "supportsHttpsTrafficOnly": True,
            },
        ),
        ("vault", "Microsoft.KeyVault/vaults", {"enableRbacAuthorization": True}),
        ("topic", "Microsoft.EventGrid/topics", {"disableLocalAuth": True, "inputSchema": "CloudEventSchemaV1_0"}),
        ("monitoring", "Microsoft.Insights/components", {"DisableLocalAuth": True}),
        ("workspace", "Microsoft.ContainerRegistry/registries", {"adminUserEnabled": False}),
        (
            "workspace",
            "Microsoft.MachineLearningServices/workspaces",
            {"systemDatastoresAuthMode": "Identity", "v1LegacyMode": False},
        ),
        ("workspace", "Microsoft.MachineLearningServices/workspaces/computes", {"disableLocalAuth": True}),
        ("app", "Microsoft.Web/sites", {"httpsOnly": True}),
    ],
)
def test_a_resource_is_made_safe(module: str, kind: str, wanted: dict[str, Any]) -> None:
    """Keys, public access and old TLS are off; roles decide."""
    found = properties(module, kind)
    assert {name: found.get(name) for name in wanted} == wanted


def test_the_database_takes_no_passwords() -> None:
    """Entra accounts only, TLS 1.2, auditing on."""
    server = properties("database", "Microsoft.Sql/servers")
    assert server["administrators"]["azureADOnlyAuthentication"] is True
    assert server["minimalTlsVersion"] == "1.2"
    assert "administratorLoginPassword" not in server
    assert properties("database", "Microsoft.Sql/servers/auditingSettings")["state"] == "Enabled"


def test_apps_offer_no_side_doors() -> None:
    """No FTP, no basic credentials, no debugger, no foreign origins; keys lie in the app's own vault."""
    app = read(MODULES / "app.bicep")
    site = properties("app", "Microsoft.Web/sites")["siteConfig"]
    assert (site["remoteDebuggingEnabled"], site["minTlsVersion"]) == (False, "1.2")
    assert site["cors"] == {"allowedOrigins": []}
    policies = [one.body for one in app.resources if "basicPublishingCredentialsPolicies" in one.kind]
    assert {one["name"]: one["properties"]["allow"] for one in policies} == {"ftp": False, "scm": False}
    assert app.variables["common"]["AzureWebJobsSecretStorageType"] == "keyvault"
    vaults = [RESOURCES.module(f"{name}App")["vaultUri"] for name in IDENTITIES[:3]]
    assert vaults == [f"{name}Vault.outputs.uri" for name in IDENTITIES[:3]]


def test_versions_of_data_are_kept() -> None:
    """The data account keeps older versions; deleted blobs come back for two weeks."""
    assert RESOURCES.module("dataStorage")["versioning"] is True
    blobs = properties("storage", "Microsoft.Storage/storageAccounts/blobServices")
    assert blobs["deleteRetentionPolicy"] == {"enabled": True, "days": 14}


def test_no_template_holds_or_puts_out_a_secret() -> None:
    """No password, no listed key, no connection string but that of Application Insights, which opens nothing alone."""
    for path in files():
        content = path.read_text()
        assert not re.search(r"listKeys|listAccountSas|AccountKey|Password", content), path.name


def test_roles_are_known_by_name_and_id() -> None:
    """Each name has its id, each id is one, and none is left over."""
    assert all(str(uuid.UUID(value)) == value for value in ROLES.values())
    named = {name for path in files() for name in ROLES if name in path.read_text()}
    named |= {"AcrPull"} if "roleIds.AcrPull" in (MODULES / "workspace.bicep").read_text() else set()
    assert named == ROLES.keys()


def test_the_explorer_is_read_by_the_apps() -> None:
    """Any of them may plan a due window."""
    apps = [one.split(".")[2] for one in RESOURCES.variables[RESOURCES.module("explorer")["viewers"]]]
    assert {need.identity for need in NEEDS if need.scope == "data explorer database"} == set(apps)


def test_nobody_but_the_host_owns_storage() -> None:
    """The broad role is on the account of one host only: Owner never covers data or another's code."""
    owners = {need.scope for need in NEEDS if need.role == "Storage Blob Data Owner"}
    assert owners == {"own host storage"}
