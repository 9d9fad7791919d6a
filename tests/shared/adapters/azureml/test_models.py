"""Model versions in Azure ML, through the SDK: shown once, marked, and told apart from what others registered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from azureml_double import ROOT, STORE, AzureMl

from shared.adapters.azureml.models import AzureMlModels
from shared.core.errors import Conflict, Fault, Refused, Transient
from shared.training.model import Model

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

MODEL = Model(
    "points", 3, "a" * 64, "run-1", "d1", {"auc": 0.91, "auc_y_1": 0.5}, "models/points/3/", datetime.now(UTC)
)
VERSION = f"{ROOT}/models/points/versions/3"


@pytest.fixture
def models(client: MLClient) -> AzureMlModels:
    """The adapter on the workspace."""
    return AzureMlModels(lambda: client)


def test_a_version_is_shown_with_where_it_comes_from(models: AzureMlModels, service: AzureMl) -> None:
    """Under its own number: files in our lake, run, dataset, sha256 and metrics on its tags."""
    models.show(MODEL)
    properties = service.resources[VERSION]["properties"]
    assert properties["modelUri"] == f"{STORE}models/points/3/"
    assert properties["modelType"] == "custom_model"
    assert properties["properties"] == {"sha256": "a" * 64}
    facts = {"scenario": "points", "run": "run-1", "dataset": "d1", "sha256": "a" * 64, "metric.auc": "0.91"}
    assert properties["tags"] == facts


def test_showing_again_changes_nothing(models: AzureMlModels, service: AzureMl) -> None:
    """One write, whoever asks again."""
    models.show(MODEL)
    models.show(MODEL)
    assert [one for one in service.asked if one[0] == "PUT"] == [("PUT", VERSION)]


def test_a_model_of_somebody_else_is_not_overwritten(models: AzureMlModels, service: AzureMl) -> None:
    """The sentence names both, and what was there stays."""
    models.show(replace(MODEL, sha256="b" * 64))
    with pytest.raises(Conflict, match="another model under points:3"):
        models.show(MODEL)
    assert service.resources[VERSION]["properties"]["tags"]["sha256"] == "b" * 64


def test_a_rival_between_look_and_write_is_told_apart(models: AzureMlModels, service: AzureMl) -> None:
    """While it is not shown yet the write meets it: ours is fine, another's is a conflict."""
    models.show(MODEL)
    service.hide_new("/models/points/versions/3", 1)
    models.show(MODEL)
    other = {"modelUri": "https://elsewhere/x", "modelType": "custom_model", "flavors": {}, "tags": {}}
    service.put("/models/points/versions/4", {"properties": other})
    service.hide_new("/models/points/versions/4", 1)
    with pytest.raises(Conflict, match="another model under points:4"):
        models.show(replace(MODEL, version=4))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_refusal_is_tried_again(models: AzureMlModels, service: AzureMl, status: int) -> None:
    """Within one call, with the pauses the service asks for."""
    service.refuse("PUT", "/models/", status, retry_after="0")
    service.refuse("GET", "/models/", status, retry_after="0")
    models.show(MODEL)
    assert service.names("models") == ["points/3"]


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (503, Transient, "gave no usable answer while registering points:3"),
        (403, Transient, "lacks the role MLOps trainer"),
        (400, Refused, "refuses the request while registering points:3"),
    ],
)
def test_what_stays_refused_is_told_in_words(
    models: AzureMlModels, service: AzureMl, status: int, kind: type[Fault], words: str
) -> None:
    """Whether waiting helps, and which role is missing."""
    service.refuse("PUT", "/models/", status, times=-1)
    with pytest.raises(kind) as told:
        models.show(MODEL)
    assert words in told.value.reason


def test_a_verdict_stands_on_the_tags(models: AzureMlModels, service: AzureMl) -> None:
    """Beside what was there."""
    models.show(MODEL)
    models.mark(MODEL, "accepted")
    tags = service.resources[VERSION]["properties"]["tags"]
    assert (tags["state"], tags["run"]) == ("accepted", "run-1")


def test_a_model_that_somebody_uploaded_is_refused_by_name(models: AzureMlModels, service: AzureMl) -> None:
    """Only what training runs made can be judged; what is not there asks for nothing."""
    models.refuse_foreign("points", 9)
    models.show(MODEL)
    models.refuse_foreign("points", 3)
    other = {"modelUri": "https://elsewhere/x", "modelType": "custom_model", "flavors": {}, "tags": {"by": "hand"}}
    service.put("/models/points/versions/9", {"properties": other})
    with pytest.raises(Refused, match=r"points:9 was registered in Azure ML outside this project"):
        models.refuse_foreign("points", 9)
