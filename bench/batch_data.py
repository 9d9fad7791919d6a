"""The rows and models that every pipeline of the batch benchmark gets: 12 numbers, 8 categories, seeded."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

NUMBERS = tuple(f"n{position}" for position in range(12))
CATEGORIES = {
    f"c{position}": tuple(f"level_{position}_{level:02d}" for level in range(levels))
    for position, levels in enumerate((2, 3, 4, 8, 12, 20, 30, 50))
}
CHUNK = 131_072
TRAINING_ROWS = 20_000


def write_rows(path: Path, rows: int) -> None:
    """A canonical Parquet file of `rows` rows: dictionaries for text, page checksums, no memory beyond one chunk."""
    import pyarrow.parquet as pq

    writer = None
    for start in range(0, rows, CHUNK):
        table = make_rows(min(CHUNK, rows - start), seed=start)
        if writer is None:
            writer = pq.ParquetWriter(path, table.schema, use_dictionary=list(CATEGORIES), write_page_checksum=True)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def make_rows(rows: int, seed: int):  # noqa: ANN201 - a pyarrow table; the import is made on use
    """`rows` rows as an Arrow table."""
    import numpy as np
    import pyarrow as pa

    rng = np.random.default_rng(seed)
    columns = {name: pa.array(rng.normal(size=rows)) for name in NUMBERS}
    for name, levels in CATEGORIES.items():
        codes = pa.array(rng.integers(0, len(levels), rows).astype(np.int32))
        columns[name] = pa.DictionaryArray.from_arrays(codes, list(levels)).dictionary_decode()
    return pa.table(columns)


def target(table):  # noqa: ANN001, ANN201 - Arrow in, NumPy out
    """Labels that trees and linear models can learn."""
    import numpy as np

    noise = np.random.default_rng(7).normal(size=table.num_rows)
    late = np.array([int(text[-2:]) for text in table["c5"].to_pylist()]) / 20
    return (table["n0"].to_numpy() + table["n1"].to_numpy() * late + noise > 0.4).astype(np.int64)


def contract():  # noqa: ANN201 - our own value; the import is made on use
    """The input contract of both models."""
    from shared.training.input_contract import Feature, InputContract

    numbers = tuple(Feature(name, "number") for name in NUMBERS)
    return InputContract((*numbers, *(Feature(n, "category", v) for n, v in CATEGORIES.items())), ("0", "1"))


def write_models(folder: Path) -> None:
    """`trees.onnx` (LightGBM, 100 trees) and `linear.onnx` (scaled logistic regression), each with its manifest."""
    import lightgbm
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType
    from skl2onnx import to_onnx
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from shared.training.encoding import encode

    table = make_rows(TRAINING_ROWS, seed=1)
    X, y = encode(table, contract()), target(table)
    trees = lightgbm.LGBMClassifier(n_estimators=100, verbose=-1).fit(X, y)
    takes = [("input", FloatTensorType([None, X.shape[1]]))]
    _save(folder / "trees", convert_lightgbm(trees, initial_types=takes, zipmap=False, target_opset=15))
    linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(X, y)
    _save(folder / "linear", to_onnx(linear, X[:1], options={"zipmap": False}))


def _save(stem: Path, model) -> None:  # noqa: ANN001 - an ONNX model
    data = model.SerializeToString()
    manifest = {"sha256": hashlib.sha256(data).hexdigest(), "contract": contract().to_json(), "threshold": 0.5}
    stem.with_suffix(".onnx").write_bytes(data)
    stem.with_suffix(".json").write_text(json.dumps(manifest))
