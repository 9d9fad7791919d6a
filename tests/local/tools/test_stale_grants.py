"""Roles that left the templates are found; those that the table has, and those of others, stay."""

from __future__ import annotations

from local.tools.stale_grants import stale

GROUP = "/subscriptions/s/resourceGroups/rg-mlops-dev/providers"
STORAGE = f"{GROUP}/Microsoft.Storage/storageAccounts"
QUEUES = f"{STORAGE}/stqueue1/queueServices/default/queues"
SPACE = f"{GROUP}/Microsoft.MachineLearningServices/workspaces/mlw-mlops-dev"
IDENTITIES = [{"name": f"id-{one}-dev", "principalId": one} for one in ("ingest", "deploy", "score", "compute")]


def given(who: str, role: str, scope: str) -> dict[str, str]:
    """An assignment as az lists it."""
    return {"id": f"{who}: {role}", "principalId": who, "roleDefinitionName": role, "scope": scope}


def test_what_earlier_versions_gave_is_stale() -> None:
    """The shared account of the hosts, and the trainer's role of job code."""
    old = [
        given("score", "Storage Blob Data Owner", f"{STORAGE}/sthost123"),
        given("score", "Storage Queue Data Contributor", f"{QUEUES}/model-events"),
        given("compute", "MLOps trainer (dev-1)", SPACE),
    ]
    assert list(stale("dev", IDENTITIES, old)) == [one["id"] for one in old]


def test_the_role_of_an_engine_stays_while_the_deployment_has_it() -> None:
    """The score app submits jobs where the variable says so, and nowhere else."""
    role = [given("score", "MLOps trainer (dev-1)", SPACE)]
    assert list(stale("dev", IDENTITIES, role, {"MLOPS_SCORING_ENGINE": "azureml-spark"})) == []
    assert list(stale("dev", IDENTITIES, role, {"MLOPS_SCORING_ENGINE": "process"})) == [role[0]["id"]]
    assert list(stale("dev", IDENTITIES, role, {})) == [role[0]["id"]]


def test_what_is_needed_or_not_ours_stays() -> None:
    """Rows of the table, people, other environments and what lies outside the group."""
    kept = [
        given("score", "Storage Blob Data Owner", f"{STORAGE}/sthosts123"),
        given(
            "score",
            "Storage Queue Data Contributor",
            f"{QUEUES}/predict-windows",
        ),
        given("ingest", "MLOps trainer (dev-1)", SPACE),
        # az lists some types in small letters.
        given("ingest", "MLOps trainer (dev-1)", SPACE.lower()),
        given("compute", "MLOps job (dev-1)", SPACE),
        given("somebody", "Owner", f"{STORAGE}/sthost123"),
        given("score", "Reader", "/subscriptions/s/resourceGroups/rg-mlops-prod"),
        given("score", "Reader", "/subscriptions/s"),
    ]
    assert list(stale("dev", IDENTITIES, kept)) == []
    assert list(stale("prod", IDENTITIES, kept)) == []
