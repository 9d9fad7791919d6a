"""Smoke and integration checks of an environment: its serving path answers golden rows and refuses bad requests."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput, Fault
from shared.core.ledger import Outcome, State
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.release.verdict import Check
from shared.serving.answers import answer
from shared.serving.deployed_model import DeployedModel
from shared.serving.model_router import ModelRouter
from shared.serving.request_contract import check_rows
from shared.training.model import Model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.release.ports import ReleasePorts

# Answers in a response are rounded to six digits.
TOLERANCE = 1e-4


def run_smoke_checks(ports: ReleasePorts, scenario: Scenario, model: Model, environment: str) -> Outcome:
    """Send requests to the environment as a client would; the checks lie beside the model as JUnit XML."""
    checks = _checks(ports, scenario, model, environment)
    path = f"{model.folder}tests-{environment}.xml"
    ports.core.lake.put(path, junit(f"{model.id} in {environment}", checks))
    failed = [check for check in checks if check.verdict == "fail"]
    if failed:
        reason = (
            f"{len(failed)} of {counted(len(checks), 'check')} failed in {environment} ({path}): {failed[0].reason}"
        )
        return Outcome(State.REFUSED, reason)
    reason = f"{len(checks)} smoke and integration checks passed in {environment}: {path}."
    return Outcome(State.DONE, reason, {"junit": path})


def _checks(ports: ReleasePorts, scenario: Scenario, model: Model, environment: str) -> list[Check]:
    try:
        deployed = ModelRouter(ports, environment).current(scenario.name)
    except Fault as fault:
        if not fault.permanent:
            # A store that is away says nothing about the model: the release goes on when it is back.
            raise
        return [Check("serves", "fail", None, None, f"{environment} does not serve: {fault.reason}")]
    served = deployed.model.id
    if served != model.id or deployed.model.sha256 != model.sha256:
        reason = f"{environment} answers with {served}, not with {model.id}."
        return [Check("serves", "fail", served, model.id, reason)]
    serves = Check("serves", "pass", served, model.id, f"{environment} answers with {served}.")
    return [serves, _golden_rows_check(scenario, deployed), *_refusal_checks(scenario, deployed)]


def _fits(scenario: Scenario, deployed: DeployedModel, row: Mapping[str, Any]) -> bool:
    try:
        check_rows(scenario, deployed.loaded.contract, [row])
    except BadInput:
        return False
    return True


def _golden_rows_check(scenario: Scenario, deployed: DeployedModel) -> Check:
    golden = deployed.manifest["golden"]
    method = "predict" if scenario.task == "regression" else "predict_proba"
    # A row with a category that nobody declared checks the graph; a request may not hold it.
    sent = [
        pair for pair in zip(golden["rows"], golden["probabilities"], strict=True) if _fits(scenario, deployed, pair[0])
    ]
    body = {"Inputs": {"data": [row for row, _ in sent]}, "GlobalParameters": {"method": method}}
    try:
        results = _post(scenario, deployed, body)["Results"]
    except Fault as fault:
        return Check("golden rows", "fail", None, TOLERANCE, f"The golden rows were refused: {fault.reason}")
    rows = [[value] for value in results] if scenario.task == "regression" else results
    pairs = [
        (value, expected)
        for row, expected_row in zip(rows, (answers for _, answers in sent), strict=True)
        for value, expected in zip(row, expected_row, strict=True)
    ]
    worst = max(abs(value - expected) / max(1.0, abs(expected)) for value, expected in pairs)
    reason = f"The answers to {counted(len(rows), 'golden row')} are within {worst:.2g} of those in training."
    return Check("golden rows", "pass" if worst <= TOLERANCE else "fail", worst, TOLERANCE, reason)


def _refusal_checks(scenario: Scenario, deployed: DeployedModel) -> list[Check]:
    row = dict(deployed.manifest["golden"]["rows"][0])
    first = deployed.loaded.contract.names[0]
    bodies: dict[str, Any] = {
        "no JSON": b"{",
        "no rows": {"data": []},
        "an unknown field": {"data": [{**row, "no such field": 1}]},
        "a value of another kind": {"data": [{**row, first: ["a list"]}]},
        "a missing field": {"data": [{name: value for name, value in row.items() if name != first}]},
    }
    return [_refusal_check(scenario, deployed, name, body) for name, body in bodies.items()]


def _refusal_check(scenario: Scenario, deployed: DeployedModel, name: str, body: Any) -> Check:
    try:
        _post(scenario, deployed, body)
    except BadInput as fault:
        return Check(f"refuses {name}", "pass", None, None, fault.reason)
    except Exception as error:  # noqa: BLE001 -- any other end is what this check looks for
        return Check(f"refuses {name}", "fail", None, None, f"A request with {name} ended in {type(error).__name__}.")
    return Check(f"refuses {name}", "fail", None, None, f"A request with {name} was answered.")


def _post(scenario: Scenario, deployed: DeployedModel, body: Any) -> Any:
    return answer(scenario, deployed, body if isinstance(body, bytes) else json.dumps(body).encode()).response


def junit(name: str, checks: Sequence[Check]) -> bytes:
    """The checks as JUnit XML, which release pipelines can show."""
    count = {verdict: str(sum(check.verdict == verdict for check in checks)) for verdict in ("fail", "skip")}
    totals = {"name": name, "tests": str(len(checks)), "failures": count["fail"], "skipped": count["skip"]}
    suite = ET.Element("testsuite", totals)
    for check in checks:
        case = ET.SubElement(suite, "testcase", {"classname": name, "name": check.name})
        reason = _printable(check.reason)
        if check.verdict == "pass":
            ET.SubElement(case, "system-out").text = reason
        else:
            ET.SubElement(case, "failure" if check.verdict == "fail" else "skipped", {"message": reason})
    content: bytes = ET.tostring(suite, encoding="utf-8", xml_declaration=True)
    return content


def _printable(text: str) -> str:
    """The text without the control characters that XML cannot hold."""
    return "".join(character if character.isprintable() else " " for character in text)
