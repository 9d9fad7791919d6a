"""Columns of the prediction log: the answers and the inputs of requests, without personal data."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from shared.core.scenario import Scenario
from shared.serving.deployed_model import DeployedModel
from shared.serving.encoded_rows import EncodedRows
from shared.serving.logged_request import MAX_ROWS, LoggedRequest
from shared.serving.prediction_rows import join_labels, predicted_probability, to_predictions
from shared.serving.scored_request import Rows
from shared.training.input_contract import Feature

if TYPE_CHECKING:
    import numpy as np

# Of a text only these numbers are logged.
TEXT_STATISTICS = ("characters", "words")


def logged_request(
    scenario: Scenario,
    deployed: DeployedModel,
    rows: Rows,
    answers: np.ndarray,
    *,
    at: datetime,
    request: str,
    key: str = "",
    size: int = 0,
) -> LoggedRequest:
    """What the prediction log needs of one request."""
    loaded, generation = deployed.loaded, deployed.deployment.generation
    thresholds, model = loaded.thresholds, deployed.model.id
    answers = answers[:MAX_ROWS]
    contract = loaded.contract
    return LoggedRequest(scenario, contract, thresholds, model, generation, rows, answers, at, request, key, size)


def kinds_of_inputs(request: LoggedRequest) -> Mapping[str, str]:
    """The logged inputs, each a `number` or a `category`, in the order of the model's contract; none of a person."""
    if request.contract.text is not None:
        return {} if _features(request) == [] else dict.fromkeys(TEXT_STATISTICS, "number")
    return {feature.name: feature.kind for feature in _features(request)}


def columns_of(requests: Sequence[LoggedRequest]) -> dict[str, list[Any]]:
    """The columns of requests that one model answered, a value for each logged row."""
    return {
        "request_id": _repeated(requests, [one.request for one in requests]),
        "row": [number for one in requests for number in range(len(one))],
        "at": _repeated(requests, [one.at for one in requests]),
        "model": _repeated(requests, [one.model for one in requests]),
        "generation": _repeated(requests, [one.generation for one in requests]),
        "entity_key": [key for one in requests for key in _entities(one)],
        **_answers(requests),
        **_inputs(requests),
    }


def _repeated(requests: Sequence[LoggedRequest], values: Sequence[Any]) -> list[Any]:
    return [value for one, value in zip(requests, values, strict=True) for _ in range(len(one))]


def _entities(request: LoggedRequest) -> list[str]:
    names = request.scenario.entity
    if request.key or not names:
        return [request.key] * len(request)
    if isinstance(request.rows, EncodedRows):
        # Other fields of a row are not kept.
        names = tuple(name for name in names if name in request.contract.names)
        if not names:
            return [""] * len(request)
    rows = request.rows[: len(request)]
    return ["|".join(str(row[name]) for name in names if row.get(name) is not None) for row in rows]


def _answers(requests: Sequence[LoggedRequest]) -> dict[str, list[Any]]:
    import numpy as np

    first, answers = requests[0], np.concatenate([one.answers for one in requests])
    predictions = to_predictions(first.scenario.task, first.thresholds, answers)
    found = predicted_probability(first.scenario.task, answers, predictions)
    probabilities = [None] * len(answers) if found is None else found.tolist()
    return {"prediction": _as_texts(first.scenario, predictions), "probability": probabilities}


def _as_texts(scenario: Scenario, predictions: np.ndarray) -> list[str]:
    if scenario.task == "regression":
        return [str(value) for value in predictions]
    if scenario.task == "multilabel":
        return [join_labels(scenario.labels, row) for row in predictions]
    return [scenario.labels[code] for code in predictions.tolist()]


def _inputs(requests: Sequence[LoggedRequest]) -> dict[str, list[Any]]:
    first = requests[0]
    columns = dict(zip(first.contract.names, zip(*_cells(requests), strict=True), strict=True))
    features = _features(first)
    if first.contract.text is not None:
        texts = [str(text or "") for feature in features for text in columns[feature.name]]
        sizes = ([float(len(text)) for text in texts], [float(len(text.split())) for text in texts])
        return dict(zip(TEXT_STATISTICS, sizes, strict=True)) if features else {}
    return {feature.name: _logged(feature, columns[feature.name]) for feature in features}


def _features(request: LoggedRequest) -> list[Feature]:
    return [feature for feature in request.contract.features if feature.name not in request.scenario.personal]


def _cells(requests: Sequence[LoggedRequest]) -> chain[Sequence[Any]]:
    """The inputs of each row in the order of the contract."""
    names = requests[0].contract.names
    return chain.from_iterable(
        one.rows.first_cells(len(one))
        if isinstance(one.rows, EncodedRows)
        else [[row[name] for name in names] for row in one.rows[: len(one)]]
        for one in requests
    )


def _logged(feature: Feature, values: Sequence[Any]) -> list[float | str | None]:
    if feature.kind == "number":
        return [None if value is None else float(value) for value in values]
    # A category that training did not see may be anything, even the name of a person.
    known = frozenset(feature.values)
    return [value if value is None or value in known else _as_category(value, known) for value in values]


def _as_category(value: Any, known: Collection[str]) -> str:
    """A whole number as the category that is written so."""
    return str(value) if str(value) in known else "(unknown)"
