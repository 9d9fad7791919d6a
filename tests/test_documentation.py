"""What the documentation names is what the code has, and the other way round."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from infra.bicep import FOLDER, read
from typer.main import get_command

from functions.names import HTTP
from local.cli import build
from local.console.sections import SECTIONS
from local.console.session import DEFAULTS
from local.doctor.examination import CHECKS
from local.roles import ENGINE, ENGINE_NEEDS, NEEDS
from model_training.scenarios import SCENARIOS
from shared.alerts.alert import RULES
from shared.settings import NAMES

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    page.relative_to(ROOT).as_posix(): page.read_text()
    for page in (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")), ROOT / "bench" / "README.md")
    if page.name != "CHANGELOG.md"
}
EVERYTHING = "\n".join(PAGES.values())
# Read by tools around the project, not by its own settings.
_OTHERS = re.compile(r"AZURE_|AZUREML_|MLOPS_|AzureWebJobs|APPLICATIONINSIGHTS_|APPROVALS_KEY|OPENAPI_KEY")
_SETTING = re.compile(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`")
_COMMAND = re.compile(r"(?:^|[\s`/])mlops ((?:[a-z]|-)[^`\n#;)|&]*)", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)#:\s]+)?(?:#([^)\s]+))?\)")


def verbs() -> dict[tuple[str, ...], set[str]]:
    """Every verb as it is typed, with its options."""
    return dict(_walk(get_command(build()), ()))


def _walk(command: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], set[str]]]:
    below = getattr(command, "commands", None)
    if below:
        for name, one in below.items():
            yield from _walk(one, (*path, name))
    else:
        yield path, {option for one in command.params for option in (*one.opts, *one.secondary_opts)}  # type: ignore[attr-defined]


VERBS = verbs()


def commands() -> Iterator[tuple[str, str]]:
    """Every `mlops …` that a page shows."""
    for name, text in PAGES.items():
        for found in _COMMAND.finditer(text):
            yield name, found[1].strip().rstrip(".,:")


def test_every_setting_is_documented_and_every_documented_one_is_read() -> None:
    """In the table of settings; and no page speaks of a setting that nothing reads."""
    readme = PAGES["docs/settings.md"]
    assert [name for name in {*NAMES, *DEFAULTS} if f"`{name}`" not in readme] == []
    known = {*NAMES, *DEFAULTS}
    named = {(page, name) for page, text in PAGES.items() for name in _SETTING.findall(text)}
    strange = {one for one in named if one[1] not in known and not _OTHERS.match(one[1])}
    source = "\n".join(path.read_text() for path in _sources())
    assert {one for one in strange if one[1].strip("_") not in source} == set()


def _sources() -> Iterator[Path]:
    for folder in ("functions", "shared", "model_training", "local", "mlops", "infra", "tests", "bench", ".github"):
        yield from (path for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".bicep", ".sh", ".yml"})


def test_every_verb_is_documented() -> None:
    """By its name, somewhere a person looks."""
    table = re.findall(r"^\| (`[^|]*) \|", PAGES["docs/commands.md"], re.MULTILINE)
    listed = {name for row in table for name in re.findall(r"`([a-z-]+)", row)}
    assert {path[0] for path in VERBS} - listed == set()
    shown = {tuple(shlex.split(text.replace("'", ""))[:2]) for _, text in commands()}
    lacking = {path for path in VERBS if len(path) > 1 and path[:2] not in shown and path[0] not in listed}
    assert lacking == set()


def test_every_verb_stands_in_one_section_of_the_help() -> None:
    """None under "Other", none twice, none that is gone."""
    listed = [name for names in SECTIONS.values() for name in names]
    assert sorted(listed) == sorted({path[0] for path in VERBS})


def test_every_route_is_documented() -> None:
    """Path and all, as the API's page or another one writes it."""
    assert [route.path for route in HTTP if f"/{route.path}" not in EVERYTHING and route.path not in EVERYTHING] == []


def test_every_documented_route_is_there() -> None:
    """No page sends a request to what nothing answers."""
    known = {re.sub(r"\{\w+\}", "*", route.path) for route in HTTP}
    shown = re.findall(r"(?:GET|POST|PUT|DELETE) [^\s`]*?/api/([\w/{}.*-]+)", EVERYTHING)
    patterns = [re.compile("[^/]+".join(map(re.escape, path.split("*")))) for path in known]
    assert [path for path in shown if not any(one.fullmatch(path.rstrip(".")) for one in patterns)] == []


def test_every_scenario_is_documented() -> None:
    """In the README's table, and no other."""
    section = PAGES["README.md"].partition("## The scenarios")[2].partition("##")[0]
    assert set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE)) == set(SCENARIOS)


def test_every_alert_is_in_the_runbook() -> None:
    """The system's own by type and severity, the platform's by title; none that nobody raises."""
    page = PAGES["docs/operations.md"]
    assert set(re.findall(r"^\| `(Mlops\.\w+)`", page, re.MULTILINE)) == set(RULES)
    alerts = PAGES["docs/alerts.md"]
    for kind, rule in RULES.items():
        assert re.search(rf"^\|.*`{re.escape(kind)}`.*\| {rule.severity} \|$", alerts, re.MULTILINE), kind
    bodies = [one.body["properties"] for one in read(FOLDER / "modules" / "alerts.bicep").resources]
    titles = {str(one.get("displayName") or one.get("description", "")).partition(".")[0] for one in bodies} - {""}
    headings = {line.removeprefix("### ") for line in page.splitlines() if line.startswith("### ")}
    assert {title.replace(" in the queues", "") for title in titles} == {
        one.replace(" in the queues", "") for one in headings
    }


def test_every_check_of_the_doctor_is_in_the_runbook() -> None:
    """By its name, in the order in which it is told."""
    section = PAGES["docs/operations.md"].partition("## What the doctor looks at")[2].partition("## ")[0]
    assert re.findall(r"^\| `([^`]+)`", section, re.MULTILINE) == [check.name for check in CHECKS]


def test_the_roles_are_those_of_the_code() -> None:
    """Each row of docs/security.md, and each need of local/roles.py."""
    rows = re.findall(r"^\| ([A-Z][^|]*) \| ([^|]*) \| ([^|]*) \|$", PAGES["docs/security.md"], re.MULTILINE)
    told = {(who, role, scope) for role, scope, names in rows for who in names.split(", ")}
    assert told == {(need.identity, need.role, need.scope) for need in NEEDS}
    (added,) = ENGINE_NEEDS
    text = " ".join(PAGES["docs/security.md"].split())
    assert f"`{ENGINE}`: the {added.identity} app then also has `{added.role}` on the {added.scope}" in text


def test_the_scopes_are_those_of_the_code() -> None:
    """Which routes a key of each scope opens."""
    rows = re.findall(r"^\| `(\w+)` \| (`(?:GET|POST) [^|]*) \|$", PAGES["docs/security.md"], re.MULTILINE)
    told = {(scope, route) for scope, routes in rows for route in re.findall(r"`([^`]+)`", routes)}
    assert told == {(scope, f"{route.method} {route.path}") for route in HTTP for scope in route.scopes}


@pytest.mark.parametrize("name", sorted(PAGES))
def test_links_lead_somewhere(name: str) -> None:
    """To files that are there, and to headings that they have."""
    page = ROOT / name
    lost = []
    for found in _LINK.finditer(PAGES[name]):
        target = (page.parent / found[1]).resolve() if found[1] else page
        if not target.exists():
            lost.append(found[0])
        elif found[2] and target.suffix == ".md":
            slugs = {_slug(line) for line in target.read_text().splitlines() if line.startswith("#")}
            lost += [found[0]] if found[2] not in slugs else []
    assert lost == []


def _slug(heading: str) -> str:
    text = re.sub(r"[^\w\- ]", "", heading.lstrip("#").strip().lower())
    return text.replace(" ", "-")


def test_files_that_pages_name_are_there() -> None:
    """Tests, scripts and templates that stand as proof."""
    named = set(
        re.findall(r"`((?:tests|bench|infra|local|shared|functions|model_training|docs)/[\w./-]+)`", EVERYTHING)
    )
    # Made by a run; made by the reader of the page.
    not_kept = {"bench/results/", "model_training/scenarios/energy_use.py"}
    assert sorted(path for path in named - not_kept if not (ROOT / path).exists()) == []


def test_no_page_is_forgotten() -> None:
    """Each is reached from the README, directly or through another page."""
    linked = {Path(found[1]).name for text in PAGES.values() for found in _LINK.finditer(text) if found[1]}
    assert [name for name in PAGES if name != "README.md" and Path(name).name not in linked] == []
