"""One pipeline in a process of its own: a line on standard input runs it once, the answer is its seconds.

Called by batch_scoring.py; the peers' interpreter needs none of the project's packages.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from batch_data import CATEGORIES, NUMBERS, TRAINING_ROWS, contract, make_rows, target

Run = Callable[[], object]
BLOCK = 16_384


def limit(folder: Path, kind: str) -> Run:
    """The runtime alone: two threads with a session each, on a float32 matrix in memory."""
    import threading

    import onnxruntime as ort
    import pyarrow.parquet as pq

    from shared.training.encoding import encode

    X = encode(pq.read_table(folder / "rows.parquet"), contract())
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    sessions = [ort.InferenceSession((folder / f"{kind}.onnx").read_bytes(), options) for _ in range(2)]

    def work(number: int) -> None:
        session, name = sessions[number], sessions[number].get_inputs()[0].name
        for start in range(number * BLOCK, len(X), 2 * BLOCK):
            session.run(["probabilities"], {name: X[start : start + BLOCK]})

    def run() -> None:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return run


def ours(folder: Path, kind: str) -> Run:
    """The project: Parquet file to Parquet file with every prediction column."""
    from shared.adapters.onnx.scoring import OnnxScoring

    scoring = OnnxScoring()
    model = scoring.load((folder / f"{kind}.onnx").read_bytes(), json.loads((folder / f"{kind}.json").read_text()))

    def run() -> None:
        with (folder / "rows.parquet").open("rb") as source, (folder / f"{kind}-out.parquet").open("wb") as out:
            scoring.batch(model, job(source), out)

    return run


def job(source: BinaryIO) -> Any:
    """A window of the rows of that file."""
    from datetime import UTC, datetime

    from shared.serving.ports import BatchJob, Provenance

    origin = Provenance("run-1", "bench:1", "0" * 64, "20261120-abcd", datetime(2026, 11, 20, tzinfo=UTC))
    return BatchJob(_scenario(), "w1", 1 << 32, origin, [("rows.parquet", source)])


def ours_sqlite(folder: Path, kind: str) -> Run:
    """The project, and then every row in an SQLite file (WAL), in one transaction."""
    from sqlalchemy import create_engine, event

    from shared.adapters.sql.bulk.load import insert_predictions
    from shared.adapters.sql.schema.predictions import prediction_table

    score, table = ours(folder, kind), prediction_table(_scenario())

    def run() -> None:
        score()
        for file in folder.glob(f"{kind}.db*"):
            file.unlink()
        engine = create_engine(f"sqlite:///{folder / kind}.db")
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA journal_mode=WAL"))
        table.create(engine)
        with (folder / f"{kind}-out.parquet").open("rb") as file, engine.begin() as connection:
            insert_predictions(connection, table, file)
        engine.dispose()

    return run


def sqlite_limit(folder: Path, kind: str) -> Run:
    """SQLite's own INSERT … SELECT of the same rows: what no client can beat."""
    import sqlite3

    ours_sqlite(folder, kind)()

    def run() -> None:
        connection = sqlite3.connect(folder / f"{kind}.db")
        made = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'predictions_bench'").fetchone()[0]
        connection.execute("DROP TABLE IF EXISTS again")
        connection.execute(made.replace("predictions_bench", "again"))
        started = time.perf_counter()
        with connection:
            connection.execute("INSERT INTO again SELECT * FROM predictions_bench")
        connection.close()
        return time.perf_counter() - started

    return run


def pandas_around(folder: Path, kind: str) -> Run:
    """What is written by hand: read_parquet, map, onnxruntime with its own threads, to_parquet."""
    import numpy as np
    import onnxruntime as ort
    import pandas as pd

    session = ort.InferenceSession((folder / f"{kind}.onnx").read_bytes())
    name = session.get_inputs()[0].name
    codes = {column: {level: code for code, level in enumerate(levels)} for column, levels in CATEGORIES.items()}

    def run() -> None:
        frame = pd.read_parquet(folder / "rows.parquet")
        for column, mapping in codes.items():
            frame[column] = frame[column].map(mapping).fillna(-1)
        X = frame[[*NUMBERS, *CATEGORIES]].to_numpy(dtype=np.float32)
        score = session.run(["probabilities"], {name: X})[0][:, 1]
        pd.DataFrame({"prediction": score >= 0.5, "probability": score}).to_parquet(folder / "pandas.parquet")

    return run


def mlflow_pyfunc(folder: Path, kind: str) -> Run:
    """MLflow's generic flavour around a scikit-learn pipeline with the same kind of model, pandas at both ends."""
    import mlflow.pyfunc
    import mlflow.sklearn
    import pandas as pd
    from lightgbm import LGBMClassifier
    from sklearn.compose import ColumnTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OrdinalEncoder, StandardScaler

    coded = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    columns = ColumnTransformer([("numbers", "passthrough", list(NUMBERS)), ("text", coded, list(CATEGORIES))])
    linear = (StandardScaler(), LogisticRegression(max_iter=500))
    learner = (LGBMClassifier(n_estimators=100, verbose=-1),) if kind == "trees" else linear
    table = make_rows(TRAINING_ROWS, seed=1)
    pipeline = make_pipeline(columns, *learner).fit(table.to_pandas(), target(table))
    place = folder / f"mlflow-{kind}"
    if not place.exists():
        mlflow.sklearn.save_model(
            pipeline, place, pyfunc_predict_fn="predict_proba", serialization_format="cloudpickle"
        )
    model = mlflow.pyfunc.load_model(str(place))

    def run() -> None:
        score = model.predict(pd.read_parquet(folder / "rows.parquet"))[:, 1]
        pd.DataFrame({"prediction": score >= 0.5, "probability": score}).to_parquet(folder / "mlflow.parquet")

    return run


def _scenario():  # noqa: ANN202 - our own value; the import is made on use
    from shared.core.scenario import Batch, Column, Scenario, Table

    columns = (*(Column(name, "float") for name in NUMBERS), *(Column(name, "text") for name in CATEGORIES))
    table = Table("rows", (*columns, Column("y", "int")))
    return Scenario(
        "bench", "Bench", (table,), "rows", "y", NUMBERS, tuple(CATEGORIES), batch=Batch("drops", "rows", "")
    )


PIPELINES: dict[str, Callable[[Path, str], Run]] = {
    "limit": limit,
    "ours": ours,
    "ours+sqlite": ours_sqlite,
    "sqlite-limit": sqlite_limit,
    "pandas": pandas_around,
    "mlflow-pyfunc": mlflow_pyfunc,
}


def main() -> None:
    """Answer each line with one run's seconds; at the end, the peak memory in MB."""
    name, folder, kind = sys.argv[1:]
    run = PIPELINES[name](Path(folder), kind)
    run()
    print("ready", flush=True)
    for _ in sys.stdin:
        started = time.perf_counter()
        inner = run()
        seconds = time.perf_counter() - started
        print(inner if isinstance(inner, float) else seconds, flush=True)
    print(_peak_mb(), flush=True)


def _peak_mb() -> float:
    # Not getrusage: a child's maximum there starts at what its parent had when it was forked.
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


if __name__ == "__main__":
    main()
