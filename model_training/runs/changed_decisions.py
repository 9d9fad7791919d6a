"""A changed declaration of decisions: the champion's graph becomes a new version with new thresholds, untrained."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from model_training.evaluation.card import CARD, EVALUATION, files_of
from model_training.evaluation.record import served_thresholds
from shared.core.errors import Permanent
from shared.core.lake_reading import read_bytes, read_json
from shared.core.ledger import Kind, State
from shared.core.scenario import Scenario
from shared.release.gate.judging_rows import read_judging_rows
from shared.training.decisions.thresholds import Pair, declared_rules, judge_thresholds
from shared.training.decisions.unseen_answers import UnseenAnswers
from shared.training.intervals import BootstrapComparison
from shared.training.learned_rows import read_registered
from shared.training.metrics import DECIDED, at_decisions, scores
from shared.training.model import MANIFEST, MODEL, REFIT_MANIFEST, Artefact, Model
from shared.training.stored_models import read_model

if TYPE_CHECKING:
    import numpy as np

    from shared.ports import Ports
    from shared.release.gate.judging_rows import JudgingRows

_OWN = (MODEL, MANIFEST, REFIT_MANIFEST, CARD, EVALUATION)


def register_changed_decisions(ports: Ports) -> list[Model]:
    """Register a version for each champion whose scenario declares other decisions than it serves; gated like any."""
    found = list[Model]()
    for scenario in ports.core.scenarios.values():
        champion = _champion(ports, scenario)
        if champion is None:
            continue
        try:
            found += _register(ports, scenario, champion)
        except Permanent as fault:
            ports.core.ledger.note(Kind.MODEL, f"{champion.id}/decisions", State.FAILED, fault.reason)
    return found


def _champion(ports: Ports, scenario: Scenario) -> Model | None:
    current = ports.release.deployments.current(scenario.name)
    return None if current is None else ports.training.registry.find(current.model, current.version)


def _register(ports: Ports, scenario: Scenario, champion: Model) -> Iterator[Model]:
    manifest = read_json(ports, champion.manifest_path)
    rules = declared_rules(scenario)
    if rules == {label: facts["rule"] for label, facts in manifest.get("decisions", {}).items()}:
        return
    # A model of an earlier version has no such answers: its next training serves the declaration.
    if "unseen_answers" not in manifest:
        return
    digest = hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()[:8]
    run = f"{champion.run.partition('-decisions-')[0]}-decisions-{champion.version}-{digest}"
    if all(model.run != run for model in ports.training.registry.list(scenario.name)):
        yield ports.training.registry.register(_artefact(ports, scenario, champion, run))


def _artefact(ports: Ports, scenario: Scenario, champion: Model, run: str) -> Artefact:
    onnx, manifest = read_model(ports, champion)
    loaded = ports.serving.scoring.load(onnx, manifest)
    rows = read_judging_rows(ports, scenario, champion, manifest)
    answers = loaded.score_matrix(loaded.encode(rows.table))
    stored = UnseenAnswers.unpacked(read_registered(ports, champion, manifest["unseen_answers"]))
    declared = {label: scenario.decision_of(label) for label in scenario.labels}
    parts = ((stored.actual, stored.answers), (rows.actual, answers))
    decisions = judge_thresholds(scenario.task, *parts, scenario.labels, declared)
    changed = _redecided(scenario, manifest, decisions, (rows.actual, answers)) | {"decided_again": champion.id}
    facts = read_json(ports, f"{champion.folder}{EVALUATION}")
    facts = {**facts, "thresholds": decisions, **_metrics(scenario, changed, facts, rows, answers)}
    files = _copied(ports, champion) | _refit_manifest(ports, champion, changed) | files_of(scenario, changed, facts)
    return Artefact(scenario.name, run, champion.dataset, onnx, changed, files)


def _refit_manifest(ports: Ports, champion: Model, changed: Mapping[str, Any]) -> dict[str, bytes]:
    """The manifest of the champion's refit with the changed decisions and scores, where it has a refit."""
    refit = champion.graph(champion.refit_sha256)
    if refit is None:
        return {}
    decided = ("threshold", "thresholds", "decisions", "metrics", "decided_again")
    own = {name: value for name, value in read_json(ports, refit.manifest_path).items() if name not in decided}
    told = {name: changed[name] for name in decided if name in changed}
    return {REFIT_MANIFEST: json.dumps({**own, **told}, indent=1).encode()}


def _redecided(
    scenario: Scenario,
    manifest: Mapping[str, Any],
    decisions: Mapping[str, Any],
    judged: Pair,
) -> dict[str, Any]:
    """The manifest with these decisions, and what depends on them."""
    served = served_thresholds(decisions)
    several = scenario.task == "multilabel" or len(served) > 1
    kept = {name: value for name, value in manifest.items() if name not in ("threshold", "thresholds")}
    own = {"thresholds": served} if several else {"threshold": served[0] if served else 0.5}
    try:
        found = scores(scenario.task, *judged, scenario.labels, served)
    except ValueError:
        # Rows that cannot show every metric: those of the decisions are left as they were told.
        found = {}
    decided = {name: value for name, value in found.items() if name.split("_")[0] in DECIDED}
    return kept | own | {"decisions": dict(decisions), "metrics": {**manifest["metrics"], **decided}}


def _metrics(
    scenario: Scenario, manifest: Mapping[str, Any], facts: Mapping[str, Any], rows: JudgingRows, answers: np.ndarray
) -> dict[str, Any]:
    """The metrics of what is predicted, with their intervals, as the card shows them."""
    metrics = {name: dict(line) for name, line in facts["metrics"].items()}
    served = served_thresholds(manifest["decisions"])
    for name in DECIDED.intersection(metrics):
        decided = at_decisions(scenario.task, name, answers, served)
        interval = BootstrapComparison(scenario.task, name, rows.actual).interval(decided)
        metrics[name] |= {"value": manifest["metrics"][name], "interval": list(interval)}
    labels = {
        label: {name: manifest["metrics"].get(f"{name}_{label}", value) for name, value in line.items()}
        for label, line in facts["label_metrics"].items()
    }
    return {"metrics": metrics, "label_metrics": labels}


def _copied(ports: Ports, champion: Model) -> dict[str, bytes]:
    """The champion's files, without certificates and what the new version has of its own."""
    names = [blob.path.removeprefix(champion.folder) for blob in ports.core.lake.list(champion.folder)]
    kept = [name for name in names if name not in _OWN and not name.startswith(("gate", "signatures/", "tests-"))]
    return {name: read_bytes(ports, f"{champion.folder}{name}") for name in kept}
