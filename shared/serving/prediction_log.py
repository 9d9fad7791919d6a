"""Rows for the prediction log: the answer and the inputs of a request, without personal data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.core.scenario import Scenario
from shared.serving.deployed_model import DeployedModel
from shared.serving.logged_row import TEXT_STATISTICS, LoggedRow
from shared.serving.prediction_rows import join_labels, predicted_probability, to_predictions
from shared.serving.scored_request import Rows
from shared.training.input_contract import Feature

if TYPE_CHECKING:
    import numpy as np

# The first rows of a long request are enough to see drift.
MAX_ROWS = 100


def logged_rows(
    scenario: Scenario,
    deployed: DeployedModel,
    rows: Rows,
    answers: np.ndarray,
    *,
    at: datetime,
    request: str,
    key: str = "",
) -> list[LoggedRow]:
    """The rows of one request as the prediction log stores them."""
    features = [feature for feature in deployed.loaded.contract.features if feature.name not in scenario.personal]
    kinds = _kinds(features)
    answers = answers[:MAX_ROWS]
    predictions = to_predictions(scenario.task, deployed.loaded.thresholds, answers)
    texts = _as_texts(scenario, predictions)
    probabilities = predicted_probability(scenario.task, answers, predictions)
    return [
        LoggedRow(
            scenario=scenario.name,
            request_id=request,
            at=at,
            model=deployed.model.id,
            generation=deployed.deployment.generation,
            entity_key=key or _entity(scenario, row),
            prediction=texts[number],
            probability=None if probabilities is None else float(probabilities[number]),
            features=_logged_features(features, row),
            kinds=kinds,
            row=number,
        )
        for number, row in enumerate(rows[: len(answers)])
    ]


def _kinds(features: list[Feature]) -> Mapping[str, Any]:
    if any(feature.kind == "text" for feature in features):
        return dict.fromkeys(TEXT_STATISTICS, "number")
    return {feature.name: feature.kind for feature in features}


def _logged_features(features: list[Feature], row: Mapping[str, Any]) -> Mapping[str, float | str | None]:
    if any(feature.kind == "text" for feature in features):
        text = str(row[features[0].name] or "")
        return dict(zip(TEXT_STATISTICS, (float(len(text)), float(len(text.split()))), strict=True))
    return {feature.name: _cell(feature, row[feature.name]) for feature in features}


def _cell(feature: Feature, value: Any) -> float | str | None:
    if value is None:
        return None
    if feature.kind == "number":
        return float(value)
    # A category that training did not see may be anything, even the name of a person.
    return str(value) if str(value) in feature.values else "(unknown)"


def _entity(scenario: Scenario, row: Mapping[str, Any]) -> str:
    present = [str(row[name]) for name in scenario.entity if row.get(name) is not None]
    return "|".join(present)


def _as_texts(scenario: Scenario, predictions: np.ndarray) -> list[str]:
    if scenario.task == "regression":
        return [str(value) for value in predictions]
    if scenario.task == "multilabel":
        return [join_labels(scenario.labels, row) for row in predictions]
    return [scenario.labels[code] for code in predictions.tolist()]
