"""Answering a scoring request: the model's answers in the form that the request has.

Rows come as objects or, where every input is a number, as lists; scenarios that predict from text take a text as well.
"""

from __future__ import annotations

import json
import math
import time
from typing import TYPE_CHECKING, Any

from shared.core.scenario import Scenario
from shared.core.strict_json import read_json_body
from shared.serving.deployed_model import DeployedModel
from shared.serving.encoded_rows import EncodedRows
from shared.serving.prediction_rows import label_kind, to_predictions
from shared.serving.request_contract import check_declared, refuse_misspelt
from shared.serving.request_decoding import ParsedRequest, RequestDecoder, raw_row
from shared.serving.request_parsing import MAX_ROWS, accepted_methods, accepted_shape, parse_strict
from shared.serving.scored_request import Rows, ScoredRequest
from shared.serving.strange_values import NOTHING, StrangeValues, strange_of_rows

if TYPE_CHECKING:
    import numpy as np

# Decoders by scenario and model: made from the contract, the same for every request.
_MAX_DECODERS = 64
_DECODERS: dict[tuple[str, str], RequestDecoder] = {}


def answer(scenario: Scenario, deployed: DeployedModel, body: bytes) -> ScoredRequest:
    """The request scored, its response in the form of the request; BadInput says what was wrong with it."""
    started = time.perf_counter() if scenario.text else 0.0
    return answer_parsed(scenario, deployed, _parse(scenario, deployed, body), started)


def answer_parsed(
    scenario: Scenario, deployed: DeployedModel, request: ParsedRequest, started: float = 0.0
) -> ScoredRequest:
    """The parsed request scored; `started` is when its time began, which the response to a text says."""
    rows, loaded = request.rows, deployed.loaded
    if isinstance(rows, EncodedRows) and rows.fits(loaded.contract):
        # Nearly every request: what rows may hold was checked when they were decoded.
        answers = loaded.score_matrix(rows.matrix)
        strange = NOTHING if rows.learned is loaded.learned else strange_of_request(scenario, deployed, rows)
    else:
        answers = loaded.score_rows(rows, allowed=scenario.accepted_fields)
        strange = strange_of_request(scenario, deployed, rows)
    results = _results(scenario, deployed, answers, request.method)
    return ScoredRequest(_response(scenario, request.form, results, started), rows, answers, strange)


def strange_of_request(scenario: Scenario, deployed: DeployedModel, rows: Rows) -> StrangeValues:
    """What the model did not learn from in rows that it has taken; BadInput for misspelt categories."""
    strange = strange_of_rows(rows, deployed.loaded.learned)
    if strange.unknown:
        refuse_misspelt(scenario, deployed.loaded.contract, strange)
    return strange


def _parse(scenario: Scenario, deployed: DeployedModel, body: bytes) -> ParsedRequest:
    """The request by the decoder of the deployed model, or by the full parse where that does not take it."""
    decoder = _decoder(scenario, deployed)
    if decoder is not None:
        request = decoder.decode(body)
        if isinstance(request, ParsedRequest):
            if request.method == "predict" or request.method in accepted_methods(scenario):
                return request
        elif request.bad_row is not None:
            _refuse_bad_row(decoder, deployed, body, request.bad_row)
    return parse_strict(scenario, deployed.loaded.contract, body)


def _decoder(scenario: Scenario, deployed: DeployedModel) -> RequestDecoder | None:
    """The decoder of the deployed model, made once; None for a model of text."""
    contract, key = deployed.loaded.contract, (scenario.name, deployed.model.sha256)
    decoder = _DECODERS.get(key)
    if decoder is not None and decoder.contract is contract and decoder.scenario is scenario:
        return decoder
    if contract.text:
        return None
    while len(_DECODERS) >= _MAX_DECODERS:
        _DECODERS.pop(next(iter(_DECODERS)), None)
    decoder = _DECODERS[key] = RequestDecoder(scenario, deployed.loaded.learned, MAX_ROWS)
    return decoder


def _refuse_bad_row(decoder: RequestDecoder, deployed: DeployedModel, body: bytes, row: int) -> None:
    """BadInput when that row does not fit, before the others are read: a bad request costs less than a good one."""
    scenario, raw = decoder.scenario, raw_row(body, row, MAX_ROWS)
    value = read_json_body(raw, accepted_shape(scenario)) if raw else None
    if isinstance(value, dict):
        check_declared(decoder.declared, [value], row + 1)
        deployed.loaded.score_rows([value], scenario.accepted_fields, row + 1)


def _results(scenario: Scenario, deployed: DeployedModel, answers: np.ndarray, method: str) -> list[Any]:
    if method == "predict_proba":
        return [[as_number(value) for value in row] for row in answers.tolist()]
    return labels_of(scenario, deployed, answers)


def _response(scenario: Scenario, form: str, results: list[Any], started: float) -> Any:
    if form == "results":
        return {"Results": results}
    if form == "json_text":
        return json.dumps({"result": results})
    if form == "text":
        return {"result": results[0], "time_in_sec": round(time.perf_counter() - started, 4)}
    return _response_to_lists(scenario, results)


def _response_to_lists(scenario: Scenario, results: list[Any]) -> Any:
    """`result` has one value a row; of several labels it is 1 where any is predicted, and `labels` names them."""
    if scenario.task == "multilabel":
        return {"result": [int(bool(labels)) for labels in results], "labels": results}
    return {"result": [int(label) for label in results] if label_kind(scenario) == "int" else results}


def as_number(value: float) -> float | None:
    """The number as JSON has it: rounded to six digits, null for NaN and infinity."""
    return round(value, 6) if math.isfinite(value) else None


def labels_of(scenario: Scenario, deployed: DeployedModel, answers: np.ndarray) -> list[Any]:
    """The prediction for each row: a label, a list of labels, or a number."""
    if scenario.task == "binary":
        # As `to_predictions` has it: for one row Python's numbers cost a third of what arrays do.
        (low, high), least = scenario.labels, deployed.loaded.thresholds[0]
        if len(answers) == 1:
            return [high if answers.item(1) >= least else low]
        return [high if share >= least else low for share in answers[:, 1].tolist()]
    predictions = to_predictions(scenario.task, deployed.loaded.thresholds, answers)
    if scenario.task == "regression":
        # The shortest number that is this float32: 1.1, not 1.10000002384.
        return [None if not math.isfinite(value) else float(str(value)) for value in predictions]
    if scenario.task == "multilabel":
        return [[label for label, on in zip(scenario.labels, row, strict=True) if on] for row in predictions]
    return [scenario.labels[code] for code in predictions.tolist()]
