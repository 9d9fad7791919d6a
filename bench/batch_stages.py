"""Where the processor time of scoring a file goes: each stage alone, in one thread, on the rows of the benchmark.

Called by `batch_scoring.py --stages`. What a stage costs is told as a multiple of the limit, which is the model alone.
"""

from __future__ import annotations

import io
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from batch_pipelines import job

Stage = Callable[[], object]
FLOOR = ("Parquet read by Arrow", "the model", "Parquet written by Arrow")


def stages(folder: Path, kind: str) -> dict[str, Stage]:
    """Each stage over all blocks, prepared with what the stages before it make; the whole is the last one."""
    import numpy as np

    from shared.adapters.onnx.block_scorer import BlockScorer
    from shared.adapters.onnx.blocks import blocks
    from shared.adapters.onnx.groups import RowGroups
    from shared.adapters.onnx.rows import layout
    from shared.adapters.onnx.scoring import BLOCK_ROWS, OnnxScoring
    from shared.serving.strange_values import strange_of_table
    from shared.training.encoding import TableEncoder
    from shared.training.unlearned.extremes import extremes

    scoring, file = OnnxScoring(workers=1), folder / "rows.parquet"
    model = scoring.load((folder / f"{kind}.onnx").read_bytes(), json.loads((folder / f"{kind}.json").read_text()))
    whole_job = job(io.BytesIO(file.read_bytes()))
    shape, encoder = layout(whole_job, model), TableEncoder(model.contract)
    read = list(blocks(whole_job, model.contract, BLOCK_ROWS))
    matrices = [model.encode(table) for _, table in read]
    answers = [model.score_matrix(matrix) for matrix in matrices]
    room, scorer = np.empty((BLOCK_ROWS, len(model.contract.features)), np.float32), BlockScorer(model, shape, 1)

    def rows() -> Any:
        pairs = zip(read, answers, strict=True)
        return [shape.block(table, start, np.arange(len(answer)), answer) for (start, table), answer in pairs]

    made = rows()

    def read_file() -> None:
        with file.open("rb") as source:
            for _ in blocks(job(source), model.contract, BLOCK_ROWS):
                pass

    def write_file() -> None:
        with (folder / "stages.parquet").open("wb") as out, RowGroups(out, shape) as groups:
            for block in made:
                groups.add(block)

    def whole() -> None:
        with file.open("rb") as source, (folder / "stages.parquet").open("wb") as out:
            scoring.batch(model, job(source), out)

    def judge() -> None:
        for (_, table), matrix in zip(read, matrices, strict=True):
            within = extremes(matrix)
            scorer.fitting(table, matrix, within)
            strange_of_table(table, matrix, model.learned, within)

    return {
        FLOOR[0]: read_file,
        "encoding": lambda: [encoder.encode(table, room) for _, table in read],
        "failed rows, unknown and far values": judge,
        FLOOR[1]: lambda: [model.score_matrix(matrix) for matrix in matrices],
        "prediction rows": rows,
        FLOOR[2]: write_file,
        "all stages together, one thread": whole,
    }


def show(folder: Path, kind: str, repeats: int) -> dict[str, float]:
    """Print milliseconds of each stage and its multiple of the limit; the multiples are returned."""
    work, used = stages(folder, kind), dict[str, list[float]]()
    for _ in range(repeats):
        for name, stage in work.items():
            began = time.process_time()
            stage()
            used.setdefault(name, []).append(time.process_time() - began)
    limit, ratios = used[FLOOR[1]], {}
    print(f"\n{kind}, processor time by stage{'':<18}ms   limit times")
    for name, seconds in used.items():
        ratios[name] = statistics.median(mine / most for mine, most in zip(seconds, limit, strict=True))
        print(f"  {name:<42}{1000 * statistics.median(seconds):>6.0f}{ratios[name]:>14.2f}")
    print(f"  no less than Arrow and the model: {sum(ratios[name] for name in FLOOR):.2f}")
    return ratios
