"""Which rows judge what is fitted on half of the train rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model_training.data.rows import Prepared
from model_training.data.split import Parts
from model_training.scenarios import SCENARIOS
from model_training.steps.prepare import prepare_rows
from shared.core.scenario import GeneratorOptions


@pytest.fixture(scope="module")
def clients() -> Prepared:
    """A random split."""
    scenario = SCENARIOS["bank_marketing"]
    assert scenario.generate is not None
    return prepare_rows(scenario.generate(400, 1, GeneratorOptions()), scenario, 1)


def test_every_row_outside_the_half_and_the_test_part_judges(clients: Prepared) -> None:
    """No fitted row judges, no test row does, and no other row is left out."""
    judged, half = set(clients.choosing), set(clients.halves["train"])
    assert not judged & half
    assert not judged & set(clients.parts.test)
    assert judged | half == set(clients.parts.train) | set(clients.parts.validation)


def test_rows_that_only_learn_never_judge(clients: Prepared) -> None:
    """The answer of such a row hung on a prediction."""
    learner = np.setdiff1d(clients.parts.train, clients.halves["train"])[:1]
    assert learner[0] in clients.choosing
    assert learner[0] not in replace(clients, learn_only=learner).choosing


def test_rows_in_time_are_judged_by_later_ones_alone(clients: Prepared) -> None:
    """The other half lies between the rows of the fit: to know it says nothing about the time to come."""
    parts = Parts("time", clients.parts.train, clients.parts.validation, clients.parts.test)
    assert replace(clients, parts=parts).choosing is parts.validation
