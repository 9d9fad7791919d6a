"""Who may do what on which resource, read from the evaluated templates."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from typing import Any

import pytest
from infra.bicep import FOLDER
from infra.snapshot import ADMINISTRATORS, ENVIRONMENT, needs_compiler, of_events, of_main, plain

from local.roles import ENGINE, ENGINE_NEEDS, NEEDS, Need, needs, place_of
from shared.core.messages import Queue

pytestmark = needs_compiler
ROLES = {value: name for name, value in json.loads((FOLDER / "roles.json").read_text()).items()}
OWN = {"ingest": r"(sthosti|kvi)\w+", "deploy": r"(sthostd|kvd)\w+", "score": r"(sthosts|kvs)\w+"}
INDEX = """
import json, function_app
functions = function_app.app.get_functions()
print(json.dumps([[one.get_function_name(), json.loads(str(one))["bindings"]] for one in functions]))
"""


def scope_of(assignment: dict[str, Any]) -> str:
    """The id of the resource that a role is given on."""
    quoted = re.match(r"\[(?:extensionResourceId\()?'([^']+)'", assignment["id"])
    return quoted[1] if quoted else assignment["id"].partition("/providers/Microsoft.Authorization")[0]


def role_of(assignment: dict[str, Any], custom: dict[str, str]) -> str:
    """The role's name; a custom one without the environment's name."""
    identifier = assignment["properties"]["roleDefinitionId"].rpartition("/")[2]
    return ROLES.get(identifier) or custom[identifier]


def assignments(**parameters: Any) -> list[tuple[str, str, str]]:
    """(principal, role, id of the scope) of each assignment of the main template."""
    main = of_main(**parameters)
    named = {one["name"]: one["properties"]["roleName"] for one in main.of("Microsoft.Authorization/roleDefinitions")}
    custom = {name: role.partition(" (")[0] for name, role in named.items()}
    return [
        (plain(one["properties"]["principalId"]), role_of(one, custom), scope_of(one))
        for one in main.of("Microsoft.Authorization/roleAssignments")
    ]


def identity(principal: str) -> str:
    """`ingest` of `id-ingest-<environment>`."""
    return principal.removeprefix("id-").removesuffix(f"-{ENVIRONMENT}")


def test_each_identity_has_the_roles_of_the_table_and_no_others() -> None:
    """local/roles.py, which docs/security.md shows, is what the templates give: role by role, scope by scope."""
    given = {Need(identity(who), role, place_of(scope)) for who, role, scope in assignments() if who != ADMINISTRATORS}
    assert given == {need for need in NEEDS if need.scope not in {"data explorer database", "signing key"}}


@pytest.mark.parametrize("engine", ["azureml", "azureml-spark"])
def test_an_engine_of_the_workspace_lets_the_score_app_submit(engine: str) -> None:
    """One role more than the table, and the setting that names the workspace."""
    given = {Need(identity(who), role, place_of(scope)) for who, role, scope in assignments(scoringEngine=engine)}
    plain_given = {Need(identity(who), role, place_of(scope)) for who, role, scope in assignments()}
    assert given - plain_given == {*ENGINE_NEEDS} == {*needs({ENGINE: engine})} - {*needs({})}
    settings = of_main(scoringEngine=engine).one("Microsoft.Web/sites/config", "func-score-")["properties"]
    assert re.match(rf"\[?(format\(')?{engine}:", settings["SCORER_URL"])


def test_nothing_is_granted_beside_the_identities() -> None:
    """The group writes to the lake and to the vault of settings."""
    others = {(role, place_of(scope)) for who, role, scope in assignments() if who == ADMINISTRATORS}
    assert others == {("Storage Blob Data Contributor", "lake"), ("Key Vault Secrets Officer", "settings vault")}
    assert {identity(who) for who, _, _ in assignments()} == {ADMINISTRATORS, "ingest", "deploy", "score", "compute"}


def test_who_releases_signs_and_nobody_else() -> None:
    """Where certificates are signed: on that one key, by a role that can do nothing else with it."""
    more = set(assignments(withSigning=True)) - set(assignments())
    found = {(identity(who), role, place_of(scope)) for who, role, scope in more}
    assert found == {(who, "MLOps signer", "signing key") for who in ("deploy", ADMINISTRATORS)}
    definitions = of_main(withSigning=True).of("Microsoft.Authorization/roleDefinitions")
    (role,) = [one["properties"] for one in definitions if one["properties"]["roleName"].startswith("MLOps signer (")]
    keys = "Microsoft.KeyVault/vaults/keys"
    assert role["permissions"] == [{"dataActions": [f"{keys}/read", f"{keys}/sign/action"]}]
    key = of_main(withSigning=True).one("Microsoft.KeyVault/vaults/keys")["properties"]
    assert (key["kty"], key["curveName"], key["keyOps"]) == ("EC", "P-256", ["sign", "verify"])


@pytest.mark.parametrize("app", OWN)
def test_no_app_reaches_what_is_anothers(app: str) -> None:
    """Its package, its locks and its keys lie in an account and a vault where nobody else has a role."""
    holders = {identity(who) for who, _, scope in assignments() if re.search(rf"/{OWN[app]}$", scope)}
    assert holders == {app}


def test_queue_roles_are_what_the_functions_do() -> None:
    """An app works off the queues of its triggers, and sends to those of its outputs."""
    where = {name: app for app in OWN for name in _running(app)}
    wanted = set()
    for name, bindings in _functions():
        for one in bindings:
            if one["type"] == "queueTrigger":
                wanted.add(Need(where[name], "Storage Queue Data Contributor", f"queue {one['queueName']}"))
            elif one["type"] == "queue":
                wanted.add(Need(where[name], "Storage Queue Data Message Sender", f"queue {one['queueName']}"))
    works = {(one.identity, one.scope) for one in wanted if "Contributor" in one.role}
    # Who works a queue off may send to it.
    wanted = {one for one in wanted if "Sender" not in one.role or (one.identity, one.scope) not in works}
    # The sweep looks how long messages wait, where others work.
    everywhere = {f"queue {name}" for queue in Queue for name in (str(queue), f"{queue}-poison")}
    own = {one.scope for one in wanted if one.identity == where["reconcile"] and "Contributor" in one.role}
    wanted |= {Need(where["reconcile"], "Storage Queue Data Reader", name) for name in everywhere - own}
    assert wanted == {need for need in NEEDS if need.scope.startswith("queue ")}


@cache
def _functions() -> list[tuple[str, list[dict[str, Any]]]]:
    done = subprocess.run([sys.executable, "-c", INDEX], cwd=FOLDER.parent, capture_output=True, text=True, check=True)
    return [(name, bindings) for name, bindings in json.loads(done.stdout)]


def _running(app: str) -> set[str]:
    settings = of_main().one("Microsoft.Web/sites/config", f"func-{app}-")["properties"]
    off = {name.split(".")[1] for name in settings if name.endswith(".Disabled")}
    return {name for name, _ in _functions()} - off


def test_an_app_keeps_its_package_and_locks_in_its_own_account() -> None:
    """And takes messages from the account of queues."""
    for app in OWN:
        settings = of_main().one("Microsoft.Web/sites/config", f"func-{app}-")["properties"]
        account = f"sthost{app[0]}"
        assert account in settings["AzureWebJobsStorage__blobServiceUri"]
        assert account in settings["AzureWebJobsStorage__tableServiceUri"]
        assert "stqueue" in settings["AzureWebJobsStorage__queueServiceUri"]
        site = of_main().one("Microsoft.Web/sites", f"func-{app}-")
        assert account in site["properties"]["functionAppConfig"]["deployment"]["storage"]["value"]


def test_event_grid_writes_dead_letters_and_nothing_else() -> None:
    """Its topics' identities have one role, on one container."""
    found = of_events().of("Microsoft.Authorization/roleAssignments")
    assert [(role_of(one, {}), place_of(scope_of(one))) for one in found] == [
        ("Storage Blob Data Contributor", "dead letters")
    ] * 2
