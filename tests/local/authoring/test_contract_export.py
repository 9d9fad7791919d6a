"""Every scenario's contract is a valid document of the Open Data Contract Standard."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

from local.authoring.contract_export import contract_of
from model_training.scenarios import SCENARIOS
from shared.core.policies import Arrival
from shared.core.scenario import Batch, Column, Scenario, Table

PARTS = Scenario(
    name="parts",
    title="Is it broken?",
    tables=(
        Table(
            "parts",
            (
                Column("line", "text"),
                Column("number", "int", minimum=1),
                Column("seen", "time"),
                Column("weight", "float", nulls=True, maximum=9.5, missing=("?",)),
                Column("owner", "text", optional=True),
                Column("broken", "int", values=("0", "1")),
            ),
            key=("line", "number"),
        ),
    ),
    label_table="parts",
    target="broken",
    numeric=("weight",),
    personal=("owner",),
    arrival=Arrival(expected_every=timedelta(days=7)),
    batch=Batch("drops", "parts", "0 */5 * * * *"),
)
SCHEMA = json.loads(OpenDataContractStandard.json_schema())


def validate(document: object) -> None:
    """Refuse what is not of the standard."""
    # Imported here: its grammars would take a second of every run that only collects this file.
    import jsonschema

    jsonschema.validate(document, SCHEMA)


@pytest.mark.parametrize("scenario", [*SCENARIOS.values(), PARTS], ids=lambda one: one.name)
def test_the_contract_is_valid(scenario: Scenario) -> None:
    """By the standard's own JSON schema and its own model, also after a way through YAML."""
    document = contract_of(scenario)
    again = yaml.safe_load(yaml.safe_dump(document, sort_keys=False))
    assert again == document
    validate(again)
    assert OpenDataContractStandard(**again).apiVersion == "v3.2.0"


def test_the_rules_of_columns_are_in_it() -> None:
    """Keys by position, ranges, lists of values, times in UTC, own words for missing, what is about people."""
    document = contract_of(PARTS)
    columns = {one["name"]: one for one in document["schema"][0]["properties"]}
    assert [columns[name]["primaryKeyPosition"] for name in ("line", "number")] == [1, 2]
    assert columns["number"]["logicalTypeOptions"] == {"format": "i64", "minimum": 1}
    assert columns["seen"]["logicalTypeOptions"] == {"timezone": True, "defaultTimezone": "Etc/UTC"}
    assert columns["weight"]["logicalTypeOptions"] == {"maximum": 9.5}
    assert columns["weight"]["customProperties"] == [{"property": "missing", "value": ["?"]}]
    assert (columns["weight"]["required"], columns["owner"]["required"], columns["line"]["required"]) == (
        False,
        False,
        True,
    )
    assert columns["owner"]["classification"] == "personal"
    assert columns["broken"]["enum"] == [{"value": 0}, {"value": 1}]
    assert {"property": "frequency", "value": 168.0, "unit": "h"} in document["slaProperties"]


def test_a_wrong_document_is_found() -> None:
    """The schema is strict enough to say so."""
    with pytest.raises(Exception, match="surprise") as refused:
        validate(contract_of(PARTS) | {"surprise": 1})
    assert type(refused.value).__name__ == "ValidationError"
