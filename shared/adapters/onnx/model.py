"""An ONNX model in memory, loaded from bytes and never from a path."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from shared.core.errors import Corrupt
from shared.core.scenario import Task
from shared.core.wording import counted
from shared.serving.encoded_rows import EncodedRows
from shared.training.encoding import RowEncoder, encode
from shared.training.input_contract import InputContract
from shared.training.unlearned.learned_ranges import LearnedRanges

if TYPE_CHECKING:
    import onnxruntime as ort
    import pyarrow as pa

OUTPUT = "probabilities"
_FLOATS = "tensor(float)"
_STRINGS = "tensor(string)"
_PAIR = 2
# A graph pads all texts of a batch to the longest one and holds a number per row for each word of its vocabulary.
_TEXTS = 256
_PADDED_WORDS = 1 << 20
_HALF = 0.5
# The first bytes of other model files. Most of them run code when they are read.
_FOREIGN = {
    b"\x80": "a Python pickle",
    b"PK": "a zip archive",
    b"\x1f\x8b": "a gzip file",
    b"x\x9c": "a compressed joblib file",
    b"\x89HDF": "an HDF5 file",
}


class OnnxModel:
    """Scores a matrix or the rows of a request, and encodes tables; safe to share between threads."""

    def __init__(
        self, session: ort.InferenceSession, learned: LearnedRanges, task: Task, thresholds: tuple[float, ...]
    ) -> None:
        self.contract = contract = learned.contract
        self.learned = learned
        self.task = task
        self.thresholds = thresholds
        # The compiled session takes what its wrapper takes. The wrapper looks again at what was checked at loading, for
        # a seventh of the time of one row; a version of the runtime without this name has the wrapper alone.
        self._session = getattr(session, "_sess", session)
        self._input = session.get_inputs()[0].name
        self._takes_text = contract.text is not None
        self._rows = RowEncoder(contract)

    def score_matrix(self, values: np.ndarray) -> np.ndarray:
        """float32 (rows, features), or strings (rows, 1), to float32 answers (rows, labels)."""
        if not self._takes_text:
            return self._run(values)
        answers = [self._run(part) for part in _bounded(values)]
        return np.concatenate(answers) if answers else np.empty((0, len(self.contract.labels)), np.float32)

    def _run(self, values: np.ndarray) -> np.ndarray:
        answer: np.ndarray = self._session.run([OUTPUT], {self._input: values}, None)[0]
        return answer

    def encode(self, table: pa.Table) -> np.ndarray:
        """Arrow columns to the matrix of the contract; Quarantined when a feature is absent."""
        return encode(table, self.contract)

    def score_rows(
        self, rows: Sequence[Mapping[str, Any]], allowed: Collection[str] = (), first: int = 1
    ) -> np.ndarray:
        """Rows of a request to answers (rows, labels); BadInput names the row and field that does not fit."""
        if isinstance(rows, EncodedRows) and rows.fits(self.contract):
            return self.score_matrix(rows.matrix)
        return self.score_matrix(self._rows.encode(rows, allowed, first))


def load(onnx: bytes, manifest: Mapping[str, Any]) -> OnnxModel:
    """The model in `onnx`; Corrupt when the bytes, their sha256 or their inputs are not what the manifest says."""
    refuse_foreign(onnx)
    digest = hashlib.sha256(onnx).hexdigest()
    if digest != manifest["sha256"]:
        raise Corrupt(f"The model has sha256 {digest}; its manifest says {manifest['sha256']}.")
    contract = InputContract.from_json(manifest["contract"])
    session = _session(onnx)
    _check_signature(session, contract)
    task = _task(manifest, contract)
    learned = LearnedRanges(contract, {name: (low, high) for name, (low, high) in manifest.get("ranges", {}).items()})
    return OnnxModel(session, learned, task, _thresholds(manifest, contract, task))


def _task(manifest: Mapping[str, Any], contract: InputContract) -> Task:
    """Return the manifest's task, checked against the number of labels; without one the number of labels decides."""
    count = len(contract.labels)
    task: Task = manifest.get("task", "binary" if count == _PAIR else "multiclass")
    fits = {
        "binary": count == _PAIR,
        "multiclass": count >= _PAIR,
        "multilabel": count >= 1,
        "regression": count == 1,
    }
    if not fits.get(task, False):
        raise Corrupt(
            f"The model's task is {task!r} with {counted(count, 'label')}; accepted: {', '.join(fits)}, with as many."
        )
    return task


def _thresholds(manifest: Mapping[str, Any], contract: InputContract, task: Task) -> tuple[float, ...]:
    several = task in ("multilabel", "multiclass")
    wanted = len(contract.labels) if several else 1
    given = manifest.get("thresholds") if several else [manifest.get("threshold", _HALF)]
    found = [_HALF] * wanted if given is None else given
    if len(found) != wanted:
        raise Corrupt(
            f"The manifest has {counted(len(found), 'threshold')}; its contract has {counted(wanted, 'label')}."
        )
    # As float32, like the probabilities: both sides of the comparison are rounded in the same way.
    return tuple(float(np.float32(threshold)) for threshold in found)


def _bounded(texts: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the texts (rows, 1) in order, in batches whose padded words and word counts stay small."""
    start = longest = 0
    for row, text in enumerate(texts[:, 0]):
        words = text.count(" ") + 1
        longest = max(longest, words)
        if row > start and (row - start == _TEXTS or (row - start + 1) * longest > _PADDED_WORDS):
            yield texts[start:row]
            start, longest = row, words
    if len(texts):
        yield texts[start:]


def refuse_foreign(onnx: bytes) -> None:
    """Raise Corrupt when the bytes are another kind of file, whatever their name is."""
    for magic, kind in _FOREIGN.items():
        if onnx.startswith(magic):
            raise Corrupt(f"The model file is {kind}; only ONNX is loaded.")
    if not onnx:
        raise Corrupt("The model file is empty; only ONNX is loaded.")


def _session(onnx: bytes) -> ort.InferenceSession:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.log_severity_level = 4
    # The caller owns the threads: one model serves requests and batches that bring their own.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # Otherwise the runtime would also load its own format, which `inspect` cannot read.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    try:
        return ort.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime's errors share no other base class
        raise Corrupt(f"The model cannot be loaded: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0][:300]


def _check_signature(session: ort.InferenceSession, contract: InputContract) -> None:
    inputs, outputs = session.get_inputs(), {output.name: output for output in session.get_outputs()}
    width, kind = len(contract.features), _STRINGS if contract.text else _FLOATS
    if len(inputs) != 1 or inputs[0].type != kind or not _is_wide(inputs[0].shape, width):
        found = ", ".join(f"{value.name}: {value.type} {value.shape}" for value in inputs)
        raise Corrupt(f"The model takes {found or 'nothing'}; its contract says one {kind} of shape [rows, {width}].")
    answer = outputs.get(OUTPUT)
    if answer is None or answer.type != _FLOATS or not _is_wide(answer.shape, len(contract.labels)):
        found = ", ".join(f"{value.name}: {value.type} {value.shape}" for value in outputs.values())
        accepted = f"{OUTPUT}: {_FLOATS} of shape [rows, {len(contract.labels)}]"
        raise Corrupt(f"The model returns {found}; its contract says {accepted}.")


def _is_wide(shape: Sequence[int | str | None], width: int) -> bool:
    return len(shape) == 2 and not isinstance(shape[0], int) and shape[1] == width  # noqa: PLR2004 - rows, columns
