"""Planted defects stay plantable: `make sabotage` shows that each is caught, this that none has become stale."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.sabotage.__main__ import sabotaged
from tests.sabotage.mutation import Mutation
from tests.sabotage.mutations import MUTATIONS

ROOT = Path(__file__).resolve().parents[1]


def test_there_are_enough_and_each_has_a_name() -> None:
    """35 at least, each another safeguard."""
    assert len({one.name for one in MUTATIONS}) == len(MUTATIONS) >= 35


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_a_mutation_still_applies(mutation: Mutation) -> None:
    """Its text stands in the file once, the changed file is Python, and the tests that it names are there."""
    source = (ROOT / mutation.file).read_text(encoding="utf-8")
    ast.parse(sabotaged(source, mutation))
    for test in mutation.tests:
        file, _, name = test.partition("::")
        name = name.rpartition("::")[2].partition("[")[0]
        assert not name or f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")
