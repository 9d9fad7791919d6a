"""Who is meant, and which values tell of one person only."""

from __future__ import annotations

import pyarrow as pa
import pytest
from world import POINTS, SCENARIOS

from model_training.scenarios import SCENARIOS as REAL
from shared.core.errors import BadInput
from shared.operations.erasure.needles import Needles, telling, without_common
from shared.operations.erasure.subject import rows_of, subject_of


def test_a_key_names_the_first_columns_of_an_entity() -> None:
    """All rows of a machine, or one hour of it; in predictions by their key."""
    machines = REAL["predictive_maintenance"]
    table = pa.table({"machineID": [7, 7, 77], "datetime": ["2015-01-01 06:00:00", "2015-01-01 07:00:00", "x"]})
    whole, hour = subject_of(machines, "7"), subject_of(machines, "7|2015-01-01T06:00:00")
    assert rows_of(table, whole).tolist() == [True, True, False]
    assert rows_of(table, hour).tolist() == [True, False, False]
    keys = pa.table({"entity_key": ["7|2015-01-01 06:00:00", "77|2015-01-01 06:00:00", "7"]})
    assert rows_of(keys, whole).tolist() == [True, False, True]


def test_without_an_entity_a_column_is_named() -> None:
    """Also where it is carried beside the prediction."""
    subject = subject_of(REAL["bank_marketing"], "client_id=4711")
    carried = pa.table({"carried": ['{"client_id": "4711"}', '{"client_id": "47"}', None]})
    assert rows_of(carried, subject).tolist() == [True, False, False]
    for given, scenario in (("4711", REAL["bank_marketing"]), ("1|2", POINTS), ("", SCENARIOS["pairs"])):
        with pytest.raises(BadInput, match="accepted"):
            subject_of(scenario, given)


def test_the_column_of_an_entity_may_be_named_with_its_value() -> None:
    """As where none is declared: it is the same person; another column is refused, for no row has such a key."""
    machines = REAL["predictive_maintenance"]
    assert subject_of(machines, "machineID=7") == subject_of(machines, "7")
    assert subject_of(machines, "7| datetime = 2015-01-01T06:00:00") == subject_of(machines, "7|2015-01-01T06:00:00")
    assert subject_of(machines, "MzQ=").values == ("MzQ=",)
    for given in ("volt=170.5", "datetime=2015-01-01T06:00:00", "machineID="):
        with pytest.raises(BadInput, match=r"accepted: machineID\|datetime"):
            subject_of(machines, given)


def test_values_of_others_tell_of_nobody() -> None:
    """What somebody else has too, short texts and round numbers stay; the rest is taken out where it stands alone."""
    needles = without_common(
        telling(["Ada Lovelace", "technician", "red", 12.0, 98765.43, 123456.0]), ["technician", "123456"]
    )
    assert needles == Needles(frozenset({"Ada Lovelace"}), frozenset({98765.43}))
    told = {"Ada Lovelace": [98765.43, 12.0], "said": "Row 3 ('Ada Lovelace') of Ada Lovelaces"}
    assert needles.in_json(told) == {"(erased)": [99000.0, 12.0], "said": "Row 3 ('(erased)') of Ada Lovelaces"}
