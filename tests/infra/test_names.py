"""Names of environments: what Azure would refuse halfway is refused before anything is made."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from infra.bicep import FOLDER
from infra.snapshot import evaluate, needs_compiler, of_main

ACCEPTED = ["dev", "prod", "preprod", "a1", "0a", "x-y", "a--b", "team-a-preprod-1"]
REFUSED = [
    *("my_env", "a.b", "a(b)", "prod.", "x-", "-x", "--", "Dev", "DEV", "preProd", "a b", "pröd", "a", "x" * 17),
    *("prod_", "a/b", "(a)"),
]
NAMES = Path(__file__).parent / "names.bicep"


def preflight(**environ: str) -> subprocess.CompletedProcess[str]:
    """What the hook says before azd provisions."""
    line = ["sh", str(FOLDER / "preflight.sh")]
    return subprocess.run(
        line, env={"PATH": os.environ["PATH"], **environ}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", ACCEPTED)
def test_the_hook_lets_a_good_name_through(name: str) -> None:
    """Without a word on standard output."""
    done = preflight(AZURE_ENV_NAME=name)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", REFUSED)
def test_the_hook_refuses_a_bad_name_in_words(name: str) -> None:
    """It names the name and what would be accepted."""
    done = preflight(AZURE_ENV_NAME=name)
    assert done.returncode == 1
    assert f'"{name}"' in done.stderr
    assert "Accepted: lower-case letters" in done.stderr


def test_alerts_without_a_receiver_are_a_warning() -> None:
    """The deployment goes on."""
    silent = preflight(AZURE_ENV_NAME="dev")
    assert (silent.returncode, "MLOPS_ALERT_EMAIL is empty" in silent.stderr) == (0, True)
    assert preflight(AZURE_ENV_NAME="dev", MLOPS_ALERT_EMAIL="on-call@example.org").stderr == ""


@needs_compiler
def test_the_template_judges_names_like_the_hook() -> None:
    """All 25, in Microsoft's evaluation."""
    told = evaluate(NAMES, json.dumps({"names": [*REFUSED, *ACCEPTED]}))
    assert told.outputs["accepted"] == ACCEPTED


@needs_compiler
def test_a_bad_name_ends_the_deployment_before_a_group_is_made() -> None:
    """`dev` and `Dev` would share one resource group and nothing else."""
    with pytest.raises(AssertionError, match='cannot be called "Dev": accepted are lower-case letters'):
        evaluate(NAMES, json.dumps({"names": [], "name": "Dev"}))
    main = (FOLDER / "main.bicep").read_text()
    assert "var name = environment(environmentName)\n" in main
    assert "name: 'rg-mlops-${name}'" in main
    assert main.count("environmentName") == 3


@needs_compiler
def test_names_of_resources_are_what_services_accept() -> None:
    """With the longest name, which has a hyphen where names of apps cut it off."""
    for one in of_main().resources:
        _check(one["type"], one["name"].rpartition("/")[2])


RULES = {
    "Microsoft.Storage/storageAccounts": r"[a-z0-9]{3,24}",
    "Microsoft.KeyVault/vaults": r"[a-zA-Z][a-zA-Z0-9-]{2,23}",
    "Microsoft.ContainerRegistry/registries": r"[a-zA-Z0-9]{5,50}",
    "Microsoft.Sql/servers": r"[a-z0-9][a-z0-9-]{0,61}[a-z0-9]",
    "Microsoft.Web/sites": r"[a-zA-Z0-9][a-zA-Z0-9-]{0,58}[a-zA-Z0-9]",
    "Microsoft.Web/serverfarms": r"[a-zA-Z0-9-]{1,60}",
    "Microsoft.EventGrid/topics": r"[a-zA-Z0-9-]{3,50}",
    "Microsoft.MachineLearningServices/workspaces": r"[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}",
    "Microsoft.MachineLearningServices/workspaces/computes": r"[a-zA-Z][a-zA-Z0-9-]{1,30}[a-zA-Z0-9]",
    "Microsoft.ManagedIdentity/userAssignedIdentities": r"[a-zA-Z0-9][a-zA-Z0-9_-]{2,127}",
    "Microsoft.OperationalInsights/workspaces": r"[a-zA-Z0-9][a-zA-Z0-9-]{2,61}[a-zA-Z0-9]",
    "Microsoft.Resources/resourceGroups": r"[a-zA-Z0-9._()-]{0,89}[a-zA-Z0-9_()-]",
}


def _check(kind: str, name: str) -> None:
    if kind in RULES:
        assert re.fullmatch(RULES[kind], name), f"{kind} cannot be called {name}"
