"""The child process of a rehearsal: it has limits and no settings, loads a model and runs it.

It runs as a file and imports nothing of the project, so the limits are set before anything of the model is read.
"""

from __future__ import annotations

import json
import resource
import sys
import time


def main() -> None:
    """Read the order and the model from standard input and write the result to standard output."""
    source = sys.stdin.buffer
    order = json.loads(source.read(int.from_bytes(source.read(8))))
    _limit(order)
    onnx = source.read()
    try:
        answer = _rehearsed(onnx, order)
    except Exception as error:  # noqa: BLE001 -- whatever a model does to the runtime is reported, not raised
        answer = {"error": f"{type(error).__name__}: {str(error).strip().splitlines()[0][:300] if str(error) else ''}"}
    sys.stdout.write(json.dumps(answer))


def _limit(order: dict[str, int]) -> None:
    for limit, value in (
        (resource.RLIMIT_AS, order["memory"]),
        (resource.RLIMIT_CPU, order["cpu"]),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def _rehearsed(onnx: bytes, order: dict[str, object]) -> dict[str, object]:
    import numpy as np
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.load_model_format", "ONNX")
    started = time.perf_counter()
    session = ort.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
    loaded = time.perf_counter() - started
    rows = np.array(order["rows"], dtype=object if order["text"] else np.float32).reshape(-1, int(str(order["width"])))
    name = session.get_inputs()[0].name
    answers = session.run([str(order["output"])], {name: rows})[0]
    for value in order["extremes"]:  # type: ignore[attr-defined]
        _survive(
            session, str(order["output"]), name, np.full_like(rows[:1], value), float(str(order["extreme_seconds"]))
        )
    times = sorted(_timed(session, str(order["output"]), name, rows[:1]) for _ in range(int(str(order["repeats"]))))
    return {
        "answers": np.asarray(answers, dtype=np.float64).tolist(),
        "load_ms": loaded * 1000,
        "row_ms": times[int(len(times) * 0.95)] * 1000,
    }


def _survive(session: object, output: str, name: str, row: object, seconds: float) -> None:
    """Raise when an extreme row takes too much time or memory; a row that the model refuses does no harm."""
    started = time.perf_counter()
    try:
        session.run([output], {name: row})  # type: ignore[attr-defined]
    except Exception as error:
        if isinstance(error, MemoryError) or "alloc" in str(error).lower():
            raise
    taken = time.perf_counter() - started
    if taken > seconds:
        raise TimeoutError(f"one row of extreme values took {taken:.1f} s; accepted: {seconds:g} s")


def _timed(session: object, output: str, name: str, row: object) -> float:
    started = time.perf_counter()
    session.run([output], {name: row})  # type: ignore[attr-defined]
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
