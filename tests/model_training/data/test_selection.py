"""A rule proposes inputs; what it proposes is told beside what is declared."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from command import REAL_DATA

from model_training.data.rows import Prepared
from model_training.data.selection import mutual_information, select_columns
from model_training.scenarios import SCENARIOS
from model_training.scenarios.iiot_quality import FEATURES, declare
from model_training.steps.prepare import prepare_rows, selection_of
from shared.adapters.tables import ArrowTables
from shared.core.scenario import GeneratorOptions, Scenario, Selection

IIOT = SCENARIOS["iiot_quality"]


def test_a_column_tells_as_much_as_it_shares_with_the_answer() -> None:
    """The answer itself tells its whole entropy, a column of its own nothing, missing cells what their lack tells."""
    answers = np.array([0, 1] * 50)
    assert mutual_information(answers.astype(float), answers) == pytest.approx(np.log(2))
    assert mutual_information(np.repeat([1.0, 2.0], 50), answers) == pytest.approx(0)
    assert mutual_information(np.where(answers == 1, np.nan, 5.0), answers) == pytest.approx(np.log(2))
    assert mutual_information(np.full(100, np.nan), answers) == pytest.approx(0)


def test_columns_that_are_mostly_missing_are_dropped() -> None:
    """Half missing is kept, more is not, however much it tells; of the others the best are kept, best first."""
    answers = np.array([0, 1] * 50)
    half, more = answers.astype(float), answers.astype(float)
    half[:50], more[:51] = np.nan, np.nan
    noisy = np.where(np.arange(100) % 10 == 0, 1 - answers, answers).astype(float)
    flat = np.zeros(100)
    frame = pa.table({"flat": flat, "half": half, "more": more, "noisy": noisy}, schema=None)
    frame = pa.table({name: pa.array(frame[name].to_numpy(), from_pandas=True) for name in frame.column_names})
    told = select_columns(frame, answers, Selection(tuple(frame.column_names), 2), ("half", "flat", "more"))
    assert (told["dropped"], told["kept"]) == (["more"], ["half", "flat"])
    assert (told["selected"], told["in_both"]) == (["noisy", "half"], ["half"])
    assert list(told["scores"]) == ["noisy", "half", "flat"]


def _prepared(scenario: Scenario, rows: int = 2_000) -> Prepared:
    assert scenario.generate is not None
    return prepare_rows(dict(scenario.generate(rows, 1, GeneratorOptions())), scenario, 1)


def test_the_inputs_can_be_replaced() -> None:
    """Declared with what the rule proposes, the scenario learns from those sensors, and the rule agrees with it."""
    proposed = tuple(selection_of(_prepared(IIOT))["selected"])
    assert len(proposed) == len(FEATURES) == 19
    other = _prepared(declare(proposed))
    assert other.contract.names == proposed
    assert selection_of(other)["in_both"] == list(proposed)


def test_without_a_rule_nothing_is_told() -> None:
    """Scenarios that declare none have an empty record."""
    assert selection_of(_prepared(SCENARIOS["bank_marketing"])) == {}


@pytest.mark.slow
def test_the_rule_on_the_real_sensors() -> None:
    """S4 is dropped for its missing cells, as published; of the 19 published sensors the ranking finds 13 or so."""
    folder = REAL_DATA / "iiot_quality"
    if not folder.is_dir():
        pytest.skip("The real data is not here: iiot_quality is looked for beside the repository.")
    tables, files = ArrowTables(), {"sensors": "simulateddata.csv", "quality": "batch-quality-data.csv"}
    found = {}
    for declared in IIOT.tables:
        with (folder / files[declared.name]).open("rb") as source:
            found[declared.name] = tables.check([tables.read(source, declared.name + ".csv", declared)], declared)
    told = selection_of(prepare_rows(found, IIOT, 1))

    assert told["dropped"] == ["S4"]
    assert told["kept"] == list(FEATURES)
    assert 10 <= len(told["in_both"]) < 19
