"""Generated data has the declared schema, the same values for the same seed, and its options work."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from model_training.generators.iiot_quality import RESTART_AFTER
from model_training.scenarios import SCENARIOS
from shared.core.scenario import GeneratorOptions

TYPES = {"float": pa.float64(), "int": pa.int64(), "text": pa.string(), "time": pa.timestamp("us", "UTC")}


def _generate(name: str, rows: int, seed: int = 1, **options: float) -> dict[str, pa.Table]:
    return dict(SCENARIOS[name].generate(rows, seed, GeneratorOptions(**options)))


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_schema_is_the_declared_one(name: str) -> None:
    """Every table is there, its columns in order and of their kind, nulls only where they are allowed."""
    tables = _generate(name, 3_000)
    assert list(tables) == [table.name for table in SCENARIOS[name].tables]
    for declared in SCENARIOS[name].tables:
        found = tables[declared.name]
        columns = [column for column in declared.columns if column.name in found.column_names or not column.optional]
        assert found.column_names == [column.name for column in columns]
        for column in columns:
            values = found[column.name]
            assert values.type == TYPES[column.kind]
            assert column.nulls or values.null_count == 0
            if column.minimum is not None:
                assert pc.min(values).as_py() >= column.minimum
            if column.values:
                # Every answer comes; of other listed values some may be rare, as the months without calls are.
                came = set(values.cast(pa.string()).to_pylist())
                assert came <= set(column.values)
                assert came == set(column.values) or column.name not in SCENARIOS[name].targets


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_seed_is_a_data_set(name: str) -> None:
    """Equal seeds give equal tables, other seeds other ones."""
    assert _generate(name, 300) == _generate(name, 300)
    assert _generate(name, 300) != _generate(name, 300, seed=2)


def test_about_one_client_in_nine_subscribes() -> None:
    """The share of yes is the real one's, 11 %, whatever the seed."""
    for seed in range(3):
        answers = _generate("bank_marketing", 4_000, seed)["clients"]["y"]
        assert 0.095 < pc.mean(pc.equal(answers, "yes")).as_py() < 0.13


def test_sensors_are_null_where_the_real_ones_are() -> None:
    """S4 is missing in more than half of the messages, S3 and S2 now and then, the others hardly or never."""
    sensors = _generate("iiot_quality", 9_000)["sensors"]
    nulls = {name: sensors[name].null_count for name in sensors.column_names if sensors[name].null_count}
    assert set(nulls) <= {"S2", "S3", "S4", "S26", "S28"}
    assert nulls["S4"] > 4_500
    assert 0 < nulls["S3"] < 200


def test_batch_numbers_start_again() -> None:
    """Beyond RESTART_AFTER messages the module has restarted; time goes on."""
    sensors = _generate("iiot_quality", RESTART_AFTER + 5)["sensors"]
    assert sensors["BatchNumber"].to_pylist()[-6:] == [RESTART_AFTER, 1, 2, 3, 4, 5]
    assert pc.min(pc.pairwise_diff(sensors["SourceTimestamp"].combine_chunks())).as_py() == 2_000


@pytest.mark.parametrize(
    ("name", "table", "column"), [("bank_marketing", "clients", "age"), ("iiot_quality", "sensors", "S16")]
)
def test_drift_moves_the_inputs(name: str, table: str, column: str) -> None:
    """One unit of drift moves a column by about one of its standard deviations."""
    calm, moved = (_generate(name, 3_000, drift=drift)[table][column] for drift in (0.0, 1.0))
    shift = (pc.mean(moved).as_py() - pc.mean(calm).as_py()) / pc.stddev(calm).as_py()
    assert 0.8 < shift < 1.2


def test_bad_rows_break_the_contract() -> None:
    """As many first rows as asked for cannot be accepted, and no others."""
    clients = _generate("bank_marketing", 100, bad_rows=3)["clients"].slice(0, 4).to_pylist()
    assert (clients[0]["age"], clients[1]["job"], clients[2]["y"]) == (-1, None, "maybe")
    assert clients[3]["y"] in {"yes", "no"}
    quality = _generate("iiot_quality", 100, bad_rows=2)["quality"]["Quality"].to_pylist()
    assert [value not in {0, 1} for value in quality[:3]] == [True, True, False]


def test_late_labels_are_left_out() -> None:
    """The last batches have no label yet; their messages are there."""
    tables = _generate("iiot_quality", 100, label_delay=30)
    assert (tables["sensors"].num_rows, tables["quality"].num_rows) == (100, 70)
