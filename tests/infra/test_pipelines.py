"""Release pipelines: the same order for GitHub and Azure DevOps, tested packages only, no stored secrets."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from actionlint import findings
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


RELEASES = pytest.mark.parametrize(
    "path", [WORKFLOWS / "release.yml", FOLDER / "release-steps.yml"], ids=lambda path: path.stem
)


@RELEASES
def test_both_pipelines_release_with_the_same_script(path: Path) -> None:
    """It gets the artefact of the run, nothing that was built here, and its results are kept."""
    content = "\n".join(texts(parsed(path)))
    assert re.search(r"sh infra/release\.sh \S*function-app\.zip\S* build/integration\.xml", content)
    assert "make package" not in content
    assert content.index("make setup") < content.index("infra/release.sh")


def test_a_release_has_all_its_steps_in_order() -> None:
    """Resources, roles, schema, components, package, subscriptions, integration tests."""
    script = (FOLDER / "release.sh").read_text()
    steps = ("azd provision", "prune.sh", "migrate.sh", "publish.sh", "deploy.sh", "events.sh", "verify.sh")
    order = [script.index(step) for step in steps]
    assert order == sorted(order)


@RELEASES
def test_a_release_passes_every_parameter(path: Path) -> None:
    """What it does not pass, the deployment would set back to its default."""
    asked = set(re.findall(r"\$\{([A-Z_]+)", (FOLDER / "main.parameters.json").read_text()))
    assert asked <= _environment(parsed(path)).keys()


def _environment(value: Any) -> dict[str, str]:
    """Every `env` of the file."""
    if isinstance(value, list):
        return {name: text for one in value for name, text in _environment(one).items()}
    if not isinstance(value, dict):
        return {}
    found = {name: text for one in value.values() for name, text in _environment(one).items()}
    return found | dict(value.get("env", {}))


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.yml")), ids=lambda path: path.stem)
def test_actions_are_pinned_by_commit(path: Path) -> None:
    """With the release in words; a checkout leaves no credential behind."""
    for line in path.read_text().splitlines():
        if "uses:" in line and "./" not in line:
            assert re.search(r"uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line
    for job in parsed(path)["jobs"].values():
        for step in job.get("steps", []):
            if "actions/checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] == "false"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_names_its_subscription(path: Path) -> None:
    """Nobody's default subscription decides."""
    joined = path.read_text().replace("\\\n", " ")
    calls = [line for line in joined.splitlines() if re.match(r"\s*(\w+=\$\()?az ", line)]
    assert [line for line in calls if '--subscription "$AZURE_SUBSCRIPTION_ID"' not in line] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_pipeline_stores_a_secret(path: Path) -> None:
    """Identities are federated: no secret is named, and no token is printed."""
    content = path.read_text()
    assert not re.search(
        r"secrets\.|client-secret|clientSecret|AZURE_CREDENTIALS|connection[-_ ]string", content, re.IGNORECASE
    )
    if "azure/login" in content:
        assert parsed(path)["jobs"]["release"]["permissions"] == {"contents": "read", "id-token": "write"}


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
    own = set(re.findall(r"^\s*([A-Z_]+)=", content, re.MULTILINE))
    own |= {
        "MLOPS_ALERT_EMAIL",
        "MLOPS_WITH_DATA_EXPLORER",
        "AZURE_ENV_NAME",
        "AZURE_SUBSCRIPTION_ID",
        "EVENTS_PAUSE_SECONDS",
    }
    used = set(re.findall(r"\$\{?([A-Z_]+)", content))
    assert used - own <= read(FOLDER / "main.bicep").outputs.keys()


# A word of a workflow, what stands there instead, and the kind of actionlint's finding.
PLANTED = (
    ("needs: package", "needs: packages", "job-needs"),
    ("github.ref", "github.reff", "expression"),
    ("permissions:", "permission:", "syntax-check"),
    ("contents: read", "contents: reads", "permissions"),
    ("ubuntu-latest", "ubuntu-newest", "runner-label"),
    ("timeout-minutes: 30", "timeout-minutes: soon", "syntax-check"),
    ("vars.", "vers.", "expression"),
)


def test_actionlint_finds_nothing_in_the_workflows_and_each_planted_fault() -> None:
    """Syntax, needs, labels, permissions, inputs, expressions; zizmor looks at security. One start of the program."""
    standing = {path.name: path.read_text() for path in sorted(WORKFLOWS.glob("*.yml"))}
    planted = {
        wrong: next(text for text in standing.values() if right in text).replace(right, wrong, 1)
        for right, wrong, _ in PLANTED
    }
    found = findings(standing | planted)
    assert {name: found[name] for name in standing} == {
        name: [] for name in ("ci.yml", "deploy.yml", "nightly.yml", "release.yml")
    }
    assert {wrong: kind for _, wrong, kind in PLANTED if f" {kind}: " in " ".join(found[wrong])} == {
        wrong: kind for _, wrong, kind in PLANTED
    }
