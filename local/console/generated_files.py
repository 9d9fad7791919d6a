"""Generated tables as files, the way real data arrives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shared.bootstrap.whole_files import whole_file
from shared.core.errors import BadInput
from shared.core.scenario import GeneratorOptions, Scenario, Table


@dataclass(frozen=True, slots=True)
class Draw:
    """What is generated: so many rows from a seed; of each table at most so many are written."""

    rows: int
    seed: int = 1
    options: GeneratorOptions = field(default_factory=GeneratorOptions)
    most: int | None = None


def write_generated(
    scenario: Scenario, tables: Sequence[Table], names: Mapping[str, Path], draw: Draw
) -> Mapping[str, int]:
    """Write the declared columns of each table as a new CSV file, and say how many rows; BadInput without generator."""
    import pyarrow.csv as pacsv

    if scenario.generate is None:
        raise BadInput(f"Scenario {scenario.name!r} has no generator; accepted: one that declares `generate`.")
    wanted = {table.name: [column.name for column in table.columns] for table in tables}
    written = {}
    for name, generated in scenario.generate(draw.rows, draw.seed, draw.options).items():
        if name in wanted:
            names[name].parent.mkdir(parents=True, exist_ok=True)
            kept = [column for column in generated.column_names if column in wanted[name]]
            with whole_file(names[name]) as out:
                pacsv.write_csv(generated.select(kept).slice(0, draw.most), out)
            written[name] = min(generated.num_rows, generated.num_rows if draw.most is None else draw.most)
    return written
