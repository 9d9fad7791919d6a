"""Tries to export the fitted models of other tools as ONNX, and compares the answers, for bench/automl.py."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

_FAR = 1e-4
_ROWS = 500


def exported_members(members: Mapping[str, tuple[Any, Any]]) -> dict[str, str]:
    """For each model `equal`, how far its graph answers from it, or why there is no graph."""
    return {name: _attempt(model, rows) for name, (model, rows) in members.items()}


def _attempt(model: Any, rows: Any) -> str:
    try:
        rows = rows[:_ROWS]
        X = _matrix(rows)
        graph = _converter(model)(model, X.shape[1])
        far = float(np.abs(_answers(graph, X) - _positive(model, rows)).max())
    except Exception as error:  # noqa: BLE001 - converters raise errors of every kind; each is a result here
        return f"{type(error).__name__}: {str(error).strip().splitlines()[0][:90] if str(error).strip() else ''}"
    return "equal" if far < _FAR else f"differs by {far:.2g}"


def _matrix(rows: Any) -> np.ndarray:
    """float32 (rows, width): categories as their codes, as the tools' own models see them."""
    if hasattr(rows, "toarray"):
        return rows.toarray().astype(np.float32)
    if hasattr(rows, "columns"):
        columns = [rows[name] for name in rows.columns]
        return np.column_stack([one.cat.codes if one.dtype.name == "category" else one for one in columns]).astype(
            np.float32
        )
    return np.asarray(rows, dtype=np.float32)


def _converter(model: Any) -> Callable[[Any, int], bytes]:
    kind = type(model).__module__.split(".")[0]
    known = {"lightgbm": _lightgbm, "xgboost": _xgboost, "catboost": _catboost, "sklearn": _sklearn}
    if kind not in known:
        raise TypeError(f"no converter for {type(model).__module__}.{type(model).__name__}")
    return known[kind]


def _lightgbm(model: Any, width: int) -> bytes:
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType

    return convert_lightgbm(
        model, initial_types=[("X", FloatTensorType([None, width]))], zipmap=False, target_opset=15
    ).SerializeToString()


def _xgboost(model: Any, width: int) -> bytes:
    from onnxmltools import convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    numbered = copy.deepcopy(model)
    # The converter knows columns by number only.
    numbered.get_booster().feature_names = [f"f{column}" for column in range(width)]
    inputs = [("X", FloatTensorType([None, width]))]
    return convert_xgboost(numbered, initial_types=inputs, target_opset=15).SerializeToString()


def _catboost(model: Any, _width: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.onnx"
        model.save_model(str(file), format="onnx")
        return file.read_bytes()


def _sklearn(model: Any, width: int) -> bytes:
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType

    whole = to_onnx(
        model, initial_types=[("X", FloatTensorType([None, width]))], options={"zipmap": False}, target_opset=15
    )
    return whole.SerializeToString()


def _answers(graph: bytes, X: np.ndarray) -> np.ndarray:
    """The probability of the last class."""
    import onnxruntime as ort

    session = ort.InferenceSession(graph, providers=["CPUExecutionProvider"])
    answer = session.run(None, {session.get_inputs()[0].name: X})[-1]
    if isinstance(answer, list):  # a dictionary for each row
        return np.array([one[max(one)] for one in answer])
    return np.asarray(answer).reshape(len(X), -1)[:, -1]


def _positive(model: Any, rows: Any) -> np.ndarray:
    answer = model.predict_proba(rows) if hasattr(model, "predict_proba") else model.predict(rows)
    return np.asarray(answer).reshape(rows.shape[0], -1)[:, -1]
