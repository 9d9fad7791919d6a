"""Release pipelines: the same order for GitHub and Azure DevOps, tested packages only, no stored secrets."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from infra.bicep import FOLDER, read

ROOT = FOLDER.parent
WORKFLOWS = ROOT / ".github" / "workflows"
FILES = [*sorted(WORKFLOWS.glob("*.yml")), ROOT / "azure-pipelines.yml", FOLDER / "release-steps.yml"]
SCRIPTS = sorted(FOLDER.glob("*.sh"))


def parsed(path: Path) -> Any:
    """The file's content; the key `on` of GitHub is read as it is written."""
    return yaml.load(path.read_text(), Loader=yaml.BaseLoader)  # noqa: S506 -- texts only, nothing is constructed


def texts(value: Any) -> list[str]:
    """Every text in the file."""
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in texts(one)]
    return [str(value)]


def test_github_releases_in_order() -> None:
    """test, package, pre-prod, prod; each waits for the one before."""
    jobs = parsed(WORKFLOWS / "deploy.yml")["jobs"]
    assert {name: job.get("needs") for name, job in jobs.items()} == {
        "test": None,
        "package": "test",
        "preprod": "package",
        "prod": "preprod",
    }
    assert [jobs[name]["with"]["environment"] for name in ("preprod", "prod")] == ["preprod", "prod"]


def test_azure_devops_releases_in_order() -> None:
    """The same stages, each on the success of the one before."""
    stages = parsed(ROOT / "azure-pipelines.yml")["stages"]
    assert [(one["stage"], one.get("dependsOn")) for one in stages] == [
        ("test", None),
        ("package", "test"),
        ("preprod", "package"),
        ("prod", "preprod"),
    ]
    environments = [job["environment"] for one in stages for job in one["jobs"] if "deployment" in job]
    assert environments == ["preprod", "prod"]


@pytest.mark.parametrize("path", [WORKFLOWS / "release.yml", FOLDER / "release-steps.yml"], ids=lambda path: path.stem)
def test_a_release_deploys_what_was_tested_and_tests_what_it_deployed(path: Path) -> None:
    """Infrastructure, the artefact of the run, subscriptions, integration tests, in that order; results as JUnit."""
    content = "\n".join(texts(parsed(path)))
    order = [content.index(step) for step in ("azd provision", "deploy.sh", "events.sh", "verify.sh")]
    assert order == sorted(order)
    assert "make package" not in content
    assert "build/integration.xml" in content


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_pipeline_stores_a_secret(path: Path) -> None:
    """Identities are federated: no secret is named, and no token is printed."""
    content = path.read_text()
    assert not re.search(
        r"secrets\.|client-secret|clientSecret|AZURE_CREDENTIALS|connection[-_ ]string", content, re.IGNORECASE
    )
    if "azure/login" in content:
        assert parsed(path)["permissions"]["id-token"] == "write"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_a_pipeline_calls_is_there(path: Path) -> None:
    """Every make target, script and workflow it names exists."""
    content = path.read_text()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)", content)) <= targets
    assert all((ROOT / name).is_file() for name in re.findall(r"\b(?:sh|bash) ((?:infra|\.ci)/[\w.]+)", content))
    assert all((ROOT / name).is_file() for name in re.findall(r"uses: \./(\S+)", content))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_reads_what_azd_puts_out(path: Path) -> None:
    """Its variables are outputs of main.bicep, its own, or those of azd."""
    content = path.read_text()
    own = set(re.findall(r"^([A-Z_]+)=", content, re.MULTILINE)) | {"AZURE_ENV_NAME"}
    used = set(re.findall(r"\$\{?([A-Z_]+)", content))
    assert used - own <= read(FOLDER / "main.bicep").outputs.keys()
