"""Registered models, which answer as the deployed system does."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput, Missing
from shared.core.scenario import Scenario, find_scenario
from shared.ports import Ports
from shared.serving.answers import answer, labels_of
from shared.serving.deployed_model import DeployedModel, load_deployed
from shared.serving.deployment import Deployment
from shared.serving.request_parsing import MAX_ROWS
from shared.training import model as registered
from shared.training.stored_models import find_model, read_model

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class Model:
    """A model version. It is loaded, from checked bytes, at the first prediction."""

    def __init__(self, ports: Ports, scenario: Scenario, model: registered.Model, deployment: Deployment) -> None:
        self._ports = ports
        self._scenario = scenario
        self._deployment = deployment
        self.id: str = model.id
        self.run: str = model.run
        self.dataset: str = model.dataset
        self.metrics: dict[str, float] = dict(model.metrics)
        self.created_at: datetime = model.created_at
        self._model = model

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """What was recorded with it: inputs, thresholds, candidates, tuning, versions."""
        return read_model(self._ports, self._model)[1]

    @property
    def inputs(self) -> list[str]:
        """The columns it wants."""
        return list(self._loaded.loaded.contract.names)

    def predict(self, rows: pd.DataFrame) -> pd.DataFrame:
        """One row for each row, with its index: `prediction`, and the probability of each label where there are labels.

        The rows go through the door of `POST /api/score`: BadInput names the first one that the contract refuses.
        Missing cells are null. A row of several labels has a list of those predicted.
        """
        import numpy as np
        import pandas as pd

        if not isinstance(rows, pd.DataFrame):
            raise BadInput(f"The rows are a {type(rows).__name__}; {self._accepted}.")
        if not len(rows):
            raise BadInput(f"There are no rows to predict; {self._accepted}.")
        if twice := _repeated(rows):
            raise BadInput(f"The data frame has several columns {twice!r}; {self._accepted}, each once.")
        answers = np.concatenate(
            [self._answer(number, body) for number, body in enumerate(_bodies(rows, self._method))]
        )
        predicted = pd.DataFrame({"prediction": labels_of(self._scenario, self._loaded, answers)}, index=rows.index)
        if self._scenario.task == "regression":
            return predicted
        for number, label in enumerate(self._scenario.labels):
            predicted[f"probability_{label}"] = answers[:, number]
        return predicted

    @property
    def _accepted(self) -> str:
        return f"accepted: a data frame with {', '.join(self.inputs)}"

    def _answer(self, number: int, body: bytes) -> np.ndarray:
        try:
            scored = answer(self._scenario, self._loaded, body)
        except BadInput as fault:
            if not number:
                raise
            raise BadInput(f"In the rows from {number * MAX_ROWS + 1} on: {fault.reason}") from fault
        answers: np.ndarray = scored.answers  # type: ignore[assignment]  # a parsed request has a row at least
        return answers

    @property
    def _method(self) -> str:
        return "predict" if self._scenario.task == "regression" else "predict_proba"

    @cached_property
    def _loaded(self) -> DeployedModel:
        return load_deployed(self._ports, self._deployment)

    def __repr__(self) -> str:
        metrics = ", ".join(f"{name} {value:.3f}" for name, value in list(self.metrics.items())[:3])
        return f"Model({self.id}, {metrics})"


def _repeated(rows: pd.DataFrame) -> str:
    """The first name that two columns have; empty when there is none."""
    names = [str(name) for name in rows.columns]
    return next((name for name in names if names.count(name) > 1), "")


def _bodies(rows: pd.DataFrame, method: str) -> Iterator[bytes]:
    """The rows as requests of at most as many rows as one may have."""
    for start in range(0, len(rows), MAX_ROWS):
        records = rows.iloc[start : start + MAX_ROWS].to_dict("records")
        data = [{str(name): _cell(value) for name, value in record.items()} for record in records]
        body = {"Inputs": {"data": data}, "GlobalParameters": {"method": method}}
        try:
            yield json.dumps(body, allow_nan=False).encode()
        except (TypeError, ValueError) as error:
            raise BadInput(_no_json(data, start + 1)) from error


def _no_json(data: Sequence[Mapping[str, Any]], first: int) -> str:
    """Which cell JSON cannot write, such as infinity."""
    cells = ((number, *cell) for number, row in enumerate(data, first) for cell in row.items())
    number, name, value = next(cell for cell in cells if not _is_json(cell[2]))
    accepted = "a finite number, a text, true or false, a time, or a missing cell"
    return f"Row {number}, field {name!r}: {str(value)[:40]!r} is not accepted; accepted: {accepted}."


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True


def _cell(value: Any) -> Any:
    """As JSON has it: a missing cell is null, numpy's numbers are numbers, times are text."""
    plain = value.item() if hasattr(value, "item") and not getattr(value, "ndim", 0) else value
    if plain is None or (isinstance(plain, float) and math.isnan(plain)) or str(plain) in {"NaT", "<NA>"}:
        return None
    return plain.isoformat() if hasattr(plain, "isoformat") else plain


class Models:
    """The model versions of each scenario."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def list(self, scenario: str) -> list[Model]:
        """All versions, oldest first; Missing names the known scenarios."""
        declared = find_scenario(self._ports.core.scenarios, scenario)
        return [self._model(declared, one) for one in self._ports.training.registry.list(scenario)]

    def champion(self, scenario: str, environment: str = "") -> Model:
        """The model that serves (in the last environment, or in that one); Missing when nothing is deployed."""
        declared = find_scenario(self._ports.core.scenarios, scenario)
        where = environment or self._ports.release.policies.last(scenario)
        deployment = self._ports.release.deployments.current(scenario, where)
        if deployment is None:
            raise Missing(f"No model of {scenario} serves in {where} yet.")
        return Model(self._ports, declared, find_model(self._ports, scenario, deployment.version), deployment)

    def get(self, model: str) -> Model:
        """The version that `name:version` names; BadInput when there is none."""
        ref = registered.ModelRef.parse(model) if isinstance(model, str) else None
        if ref is None:
            raise BadInput(f"{str(model)[:80]!r} names no model; accepted: name:version, such as bank_marketing:1.")
        declared = find_scenario(self._ports.core.scenarios, ref.name)
        return self._model(declared, find_model(self._ports, ref.name, ref.version))

    def _model(self, scenario: Scenario, model: registered.Model) -> Model:
        asked = Deployment(scenario.name, 0, model.name, model.version, model.sha256, datetime.now(UTC), "", "")
        return Model(self._ports, scenario, model, asked)
