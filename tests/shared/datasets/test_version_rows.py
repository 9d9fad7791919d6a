"""What a model learns from is read block by block, and only the columns that somebody needs."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from increments import Drops
from world import POINTS

from model_training.scenarios import SCENARIOS
from model_training.steps import define_dataset
from model_training.steps.context import RunSpec
from model_training.steps.validate import validate_tables
from shared.core.errors import Corrupt
from shared.core.scenario import Column, GeneratorOptions, Scenario
from shared.datasets.feature_frame import columns_to_learn
from shared.datasets.rows import BLOCK_ROWS, whole
from shared.datasets.version_rows import rows_to_learn

PLANT, ROWS = "iiot_quality", 6000
NOTES = tuple(f"note{number}" for number in range(6))
WIDE = replace(
    POINTS,
    tables=(replace(POINTS.tables[0], columns=(*POINTS.tables[0].columns, *(Column(name, "text") for name in NOTES))),),
)


def wide(rows: int, first: int = 0) -> dict[str, pa.Table]:
    """Points with notes that no two rows share, and that nobody learns from."""
    random = np.random.default_rng(first)
    x = random.normal(size=rows)
    columns: dict[str, Any] = {"id": np.arange(first, first + rows), "x": x, "color": ["red", "green"] * (rows // 2)}
    columns["y"] = ["yes" if one > 0 else "no" for one in x]
    notes = {name: [random.bytes(20).hex() for _ in range(rows)] for name in NOTES}
    return {"points": pa.table(columns | notes)}


def asked() -> int:
    """The bytes that this process has asked any file for."""
    told = Path("/proc/self/io").read_text(encoding="ascii")
    return int(told.split("rchar: ")[1].split()[0])


@pytest.fixture(scope="module")
def drops(tmp_path_factory: pytest.TempPathFactory) -> Drops:
    """A version of two parts, the second of which corrects a hundred rows of the first."""
    made = Drops(tmp_path_factory.mktemp("wide"), WIDE)
    for name, first in (("d1", 0), ("d2", ROWS - 100)):
        outcome = made.drop(name, wide(ROWS, first))
        assert outcome.state == "done", outcome.reason
    return made


def test_the_bytes_of_other_columns_are_not_asked_for(drops: Drops) -> None:
    """Six notes are most of the file; once its bytes are checked, less than a fifth of it is read."""
    tables = rows_to_learn(drops.ports.core.lake.open, WIDE, drops.newest.tables)
    size = sum(drops.ports.core.lake.stat(part.path).size for part in drops.newest.tables[0].parts)  # type: ignore[union-attr]
    before = asked()
    table = whole(tables["points"])
    assert asked() - before < size / 5
    assert table.column_names == ["id", "x", "color", "y"]
    assert table.equals(drops.rows()["points"].select(table.column_names))
    assert table.num_rows == drops.newest.rows == 2 * ROWS - 100


def test_a_run_keeps_what_it_learns_from_in_groups_of_rows(drops: Drops, tmp_path: Path) -> None:
    """Its first step leaves no note, and its second one misses none."""
    folder = tmp_path / "out"
    folder.mkdir()
    tables = rows_to_learn(drops.ports.core.lake.open, WIDE, drops.newest.tables)
    define_dataset.write_tables(tables, RunSpec(WIDE, "demo", 1, {}), folder)
    kept = define_dataset.load(folder)
    assert kept["points"].schema.names == ["id", "x", "color", "y"]
    assert all(block.num_rows <= BLOCK_ROWS for block in kept["points"].blocks())
    facts = validate_tables(kept, WIDE)["points"]
    assert (facts.rows, sorted(facts.nulls)) == (2 * ROWS - 100, ["color", "id", "x", "y"])


def test_an_index_that_is_not_there_is_made_of_the_part(drops: Drops) -> None:
    """A job reads a folder that it may not write to: the rows that stand are the same without any index."""

    def opened(path: str) -> Any:
        return drops.ports.core.lake.open(path if path.endswith(".parquet") else "nowhere")

    without = whole(rows_to_learn(opened, WIDE, drops.newest.tables)["points"])
    assert without.equals(whole(rows_to_learn(drops.ports.core.lake.open, WIDE, drops.newest.tables)["points"]))


def test_a_part_that_is_another_one_is_refused(drops: Drops) -> None:
    """Also when the change is in a column that nobody reads: in the middle of the file lie notes."""

    def opened(path: str) -> Any:
        with drops.ports.core.lake.open(path) as source:
            content = bytearray(source.read())
        content[len(content) // 2] ^= 1
        return io.BytesIO(content)

    with pytest.raises(Corrupt, match="sha256"):
        rows_to_learn(opened, WIDE, drops.newest.tables)


def test_labels_of_a_counter_that_restarts_know_their_run(tmp_path: Path) -> None:
    """As when whole tables are read: the batch numbers of the second drop begin again."""
    scenario = SCENARIOS[PLANT]
    assert scenario.generate is not None
    made = Drops(tmp_path, scenario)
    for seed in (1, 2):
        assert made.drop(f"d{seed}", dict(scenario.generate(300, seed, GeneratorOptions()))).state == "done"
    read = rows_to_learn(made.ports.core.lake.open, scenario, made.newest.tables)
    for name, table in made.rows().items():
        assert whole(read[name]).equals(table)


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_every_shipped_scenario_names_what_it_learns_from(name: str) -> None:
    """What leaks, slices or splits is needed too; feature code gets every column."""
    scenario: Scenario = SCENARIOS[name]
    for table in scenario.tables:
        there = [column.name for column in table.columns]
        wanted = columns_to_learn(scenario, table.name, there)
        if scenario.assemble is not None:
            assert wanted == there
            continue
        assert {*scenario.features, *scenario.targets, *scenario.leakage, *scenario.slices} & {*there} <= {*wanted}
