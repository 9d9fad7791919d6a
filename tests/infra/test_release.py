"""A dry run of both release pipelines: package, parameters, schema, components, deployment, events, tests, approval."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from api_host import Api, serving
from infra.dry_run import Machine, azure_devops, github

from functions.names import OPERATE, SCORE

VARIABLES = {
    "AZURE_CLIENT_ID": "client",
    "AZURE_TENANT_ID": "tenant",
    "AZURE_LOCATION": "westeurope",
    "AZURE_SUBSCRIPTION_ID": "00000000-0000-0000-0000-000000000000",
    "MLOPS_ADMINISTRATORS_ID": "11111111-1111-1111-1111-111111111111",
    "MLOPS_ADMINISTRATORS_NAME": "mlops administrators",
    "MLOPS_SETTINGS": "ROLLOUT=0:30,100:10",
}
PIPELINES = pytest.mark.parametrize("pipeline", [github, azure_devops])
STEPS = [
    "azd provision", "azd env", "az identity list", "az role assignment", "python local.tools.stale_grants",
    "az role assignment", "az resource list", "az resource delete", "az resource list",
    "odbcinst -q", "python local.tools.odbc_driver",
    "python local.tools.migrations", "python model_training.pipeline",
    *["az functionapp deployment"] * 3, "az eventgrid system-topic",
    *["az deployment group"] * 2, "az identity list", "az role assignment", "python local.tools.stale_grants",
    *["az functionapp function"] * 4, "mlops verify",
]  # fmt: skip


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A host on this machine, in the place of the deployed apps."""
    with serving(tmp_path_factory.mktemp("api")) as running:
        yield running


def released(calls: list[list[str]]) -> list[str]:
    """The steps of a release in short, without those that prepare the machine and sign in."""
    shown = [[one for one in call if one != "-m"][: 3 if call[0] == "az" else 2] for call in calls]
    aside = ({"sudo", "curl", "make"}, {"auth", "config"})
    return [" ".join(one) for one in shown if one[0] not in aside[0] and one[1] not in aside[1]]


def parameters(machine: Machine, environment: str) -> dict[str, str]:
    """What the deployment was given."""
    return dict(json.loads((machine.home / f"parameters-{environment}.json").read_text()))


@PIPELINES
def test_a_release_goes_through_both_environments(
    pipeline: Callable[[Machine], None], packed: Path, tmp_path: Path
) -> None:
    """Package once; in each environment all steps in order, with its parameters; late functions are waited for."""
    asked: list[str] = []

    def approve(environment: str) -> bool:
        # Nothing of it is touched before somebody said yes.
        assert machine.calls(environment) == []
        asked.append(environment)
        return True

    machine = Machine(tmp_path, VARIABLES, approve, {"DRY_RUN_PACKAGE": str(packed)})
    pipeline(machine)
    assert asked == ["preprod", "prod"]
    assert [one for one in machine.calls() if one[0] == "make" and one[1] == "package"] == [["make", "package"]]
    for environment in asked:
        assert released(machine.calls(environment)) == STEPS
        given = parameters(machine, environment)
        assert (given["environmentName"], given["settings"]) == (environment, VARIABLES["MLOPS_SETTINGS"])
        assert (given["alertEmail"], given["ingestMemoryMb"], given["zones"]) == ("", "2048", "true")


def test_a_role_that_was_left_fails_the_check(tmp_path: Path) -> None:
    """The step of checks by itself, where nobody removed the old role."""
    machine = Machine(tmp_path, VARIABLES, lambda _: True)
    environ = {**VARIABLES, "AZURE_ENV_NAME": "preprod", "AZURE_RESOURCE_GROUP": "azure-resource-group-preprod"}
    with pytest.raises(AssertionError, match=r"Roles are left that the templates no longer give; run infra/prune.sh: "):
        machine.bash("sh infra/verify.sh build/integration.xml", environ)


@PIPELINES
def test_a_release_that_lacks_a_parameter_ends_before_anything_is_made(
    pipeline: Callable[[Machine], None], packed: Path, tmp_path: Path
) -> None:
    """The first step that fails ends it."""
    variables = {name: value for name, value in VARIABLES.items() if name != "MLOPS_ADMINISTRATORS_ID"}
    machine = Machine(tmp_path, variables, lambda _: True, {"DRY_RUN_PACKAGE": str(packed)})
    with pytest.raises(AssertionError, match="MLOPS_ADMINISTRATORS_ID has no value"):
        pipeline(machine)
    assert machine.calls("prod") == []
    assert "az" not in {one[0] for one in machine.calls()}


@pytest.mark.whole_only
def test_a_release_migrates_and_verifies_for_real(api: Api, packed: Path, tmp_path: Path) -> None:
    """The schema and the tables of every scenario in a database of this machine, the checks on a host of it."""
    score, operate = api.keys.newest_for_scope(SCORE), api.keys.newest_for_scope(OPERATE)
    keys = {"score": score, "openapi": score, "status": operate, "approvals": operate}
    real = {"DRY_RUN_URL": api.url.removesuffix("/api"), "DRY_RUN_KEYS": json.dumps(keys)}
    real["DRY_RUN_PACKAGE"] = str(packed)
    machine = Machine(tmp_path, VARIABLES, lambda environment: environment == "preprod", real)
    github(machine)
    assert (tmp_path / "preprod.db").stat().st_size > 0
    assert machine.calls("prod") == []
    assert 'failures="0"' in (tmp_path / "build" / "integration.xml").read_text()
