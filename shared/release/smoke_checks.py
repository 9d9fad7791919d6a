"""Smoke and integration checks of an environment: golden rows and contract errors through its own serving path."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput, Fault
from shared.core.ledger import Outcome
from shared.core.scenario import Scenario
from shared.release.verdict import Check
from shared.serving.answers import answer
from shared.serving.deployed_models import Servers, Serving
from shared.training.model import Model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.release.ports import ReleasePorts

# Answers are rounded to six digits on their way out.
TOLERANCE = 1e-4


def smoke(ports: ReleasePorts, scenario: Scenario, model: Model, environment: str) -> Outcome:
    """Ask the environment as a client would; the checks lie beside the model as JUnit XML."""
    checks = _run(ports, scenario, model, environment)
    path = f"{model.folder}tests-{environment}.xml"
    ports.core.lake.put(path, junit(f"{model.id} in {environment}", checks))
    failed = [check for check in checks if check.verdict == "fail"]
    if failed:
        return Outcome(
            "refused", f"{len(failed)} of {len(checks)} checks failed in {environment} ({path}): {failed[0].reason}"
        )
    return Outcome(
        "done", f"{len(checks)} smoke and integration checks passed in {environment}: {path}.", {"junit": path}
    )


def _run(ports: ReleasePorts, scenario: Scenario, model: Model, environment: str) -> list[Check]:
    try:
        serving = Servers(ports, environment).current(scenario.name)
    except Fault as fault:
        return [Check("serves", "fail", None, None, f"{environment} does not serve: {fault.reason}")]
    found = serving.model.id
    if found != model.id or serving.model.sha256 != model.sha256:
        return [Check("serves", "fail", found, model.id, f"{environment} answers with {found}, not with {model.id}.")]
    checks = [Check("serves", "pass", found, model.id, f"{environment} answers with {found}.")]
    return [*checks, _golden(scenario, serving), *_refusals(scenario, serving)]


def _golden(scenario: Scenario, serving: Serving) -> Check:
    golden = serving.manifest["golden"]
    method = "predict" if scenario.task == "regression" else "predict_proba"
    try:
        told = _ask(scenario, serving, {"Inputs": {"data": golden["rows"]}, "GlobalParameters": {"method": method}})
    except Fault as fault:
        return Check("golden rows", "fail", None, TOLERANCE, f"The golden rows were refused: {fault.reason}")
    flat = [[value] if scenario.task == "regression" else value for value in told["Results"]]
    pairs = [
        (a, b)
        for row, other in zip(flat, golden["probabilities"], strict=True)
        for a, b in zip(row, other, strict=True)
    ]
    worst = max(abs(a - b) / max(1.0, abs(b)) for a, b in pairs)
    words = f"{len(flat)} golden rows were answered within {worst:.2g} of what training answered."
    return Check("golden rows", "pass" if worst <= TOLERANCE else "fail", worst, TOLERANCE, words)


def _refusals(scenario: Scenario, serving: Serving) -> list[Check]:
    row = dict(serving.manifest["golden"]["rows"][0])
    first = scenario.features[0]
    strange = {**row, "no such field": 1}
    wrong = {**row, first: ["a list"]}
    missing = {name: value for name, value in row.items() if name != first}
    bodies: dict[str, Any] = {
        "no JSON": b"{",
        "no rows": {"data": []},
        "an unknown field": {"data": [strange]},
        "a value of another kind": {"data": [wrong]},
        "a missing field": {"data": [missing]},
    }
    return [_refused(scenario, serving, name, body) for name, body in bodies.items()]


def _refused(scenario: Scenario, serving: Serving, name: str, body: Any) -> Check:
    try:
        _ask(scenario, serving, body)
    except BadInput as fault:
        return Check(f"refuses {name}", "pass", None, None, fault.reason)
    except Exception as error:  # noqa: BLE001 -- any other end is what this check looks for
        return Check(f"refuses {name}", "fail", None, None, f"A request with {name} ended in {type(error).__name__}.")
    return Check(f"refuses {name}", "fail", None, None, f"A request with {name} was answered.")


def _ask(scenario: Scenario, serving: Serving, body: Any) -> Any:
    return answer(scenario, serving, body if isinstance(body, bytes) else json.dumps(body).encode())


def junit(name: str, checks: Sequence[Check]) -> bytes:
    """The checks as JUnit XML, which release pipelines show."""
    count = {verdict: str(sum(one.verdict == verdict for one in checks)) for verdict in ("fail", "skip")}
    facts = {"name": name, "tests": str(len(checks)), "failures": count["fail"], "skipped": count["skip"]}
    suite = ET.Element("testsuite", facts)
    for check in checks:
        case = ET.SubElement(suite, "testcase", {"classname": name, "name": check.name})
        if check.verdict != "pass":
            ET.SubElement(case, "failure" if check.verdict == "fail" else "skipped", {"message": _plain(check.reason)})
        else:
            ET.SubElement(case, "system-out").text = _plain(check.reason)
    content: bytes = ET.tostring(suite, encoding="utf-8", xml_declaration=True)
    return content


def _plain(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(one if one.isprintable() else " " for one in text)
