"""What is kept of an answered request: the answer and the inputs, without anything that tells about a person."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.core.scenario import Scenario
from shared.serving.answers import Rows
from shared.serving.deployed_models import Serving
from shared.serving.prediction_rows import decided, joined
from shared.serving.served import TEXT_STATISTICS, ServedRow
from shared.training.input_contract import Feature

if TYPE_CHECKING:
    import numpy as np

# Of a long request the first rows are enough to see a drift.
MAX_ROWS = 100


def served_rows(
    scenario: Scenario, serving: Serving, rows: Rows, answers: np.ndarray, *, at: datetime, key: str = ""
) -> list[ServedRow]:
    """The rows of one request as they are kept."""
    request = uuid.uuid4().hex
    features = [one for one in serving.loaded.contract.features if one.name not in scenario.personal]
    kinds = _kinds(features)
    answers = answers[:MAX_ROWS]
    told = _told(scenario, serving, answers)
    likely = _likely(scenario, answers)
    return [
        ServedRow(
            scenario=scenario.name,
            request_id=request,
            at=at,
            model=serving.model.id,
            generation=serving.deployment.generation,
            entity_key=key or _entity(scenario, row),
            prediction=told[number],
            probability=likely[number],
            features=_kept(features, row),
            kinds=kinds,
        )
        for number, row in enumerate(rows[: len(answers)])
    ]


def _kinds(features: list[Feature]) -> Mapping[str, Any]:
    if any(feature.kind == "text" for feature in features):
        return dict.fromkeys(TEXT_STATISTICS, "number")
    return {feature.name: feature.kind for feature in features}


def _kept(features: list[Feature], row: Mapping[str, Any]) -> Mapping[str, float | str | None]:
    if any(feature.kind == "text" for feature in features):
        text = str(row[features[0].name] or "")
        return dict(zip(TEXT_STATISTICS, (float(len(text)), float(len(text.split()))), strict=True))
    return {feature.name: _cell(feature, row[feature.name]) for feature in features}


def _cell(feature: Feature, value: Any) -> float | str | None:
    if value is None:
        return None
    if feature.kind == "number":
        return float(value)
    # A category nobody trained on may be anything, a name as well.
    return str(value) if str(value) in feature.values else "(unknown)"


def _entity(scenario: Scenario, row: Mapping[str, Any]) -> str:
    present = [str(row[name]) for name in scenario.entity if row.get(name) is not None]
    return "|".join(present)


def _told(scenario: Scenario, serving: Serving, answers: np.ndarray) -> list[str]:
    chosen = decided(scenario.task, serving.loaded.thresholds, answers)
    if scenario.task == "regression":
        return [str(value) for value in chosen]
    if scenario.task == "multilabel":
        return [joined(scenario.labels, row) for row in chosen]
    return [scenario.labels[code] for code in chosen.tolist()]


def _likely(scenario: Scenario, answers: np.ndarray) -> list[float | None]:
    """As in the prediction table: of the second label of two, of the predicted one of more, the largest of several."""
    if scenario.task == "regression":
        return [None] * len(answers)
    column = answers[:, 1] if scenario.task == "binary" else answers.max(axis=1)
    return [float(value) for value in column]
