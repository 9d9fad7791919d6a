"""One peer of the HTTP benchmark, in its own environment: `http_peers.py NAME FOLDER PORT`; needs no project package.

mlflow-serve, pandas: boosted trees in a scikit-learn pipeline. mlserver, bentoml: the ONNX model of the other servers.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from socket import socket

from batch_data import CATEGORIES, NUMBERS, TRAINING_ROWS, make_rows, target

HERE = Path(__file__).resolve().parent
# Nobody is told that a benchmark ran.
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "BENTOML_DO_NOT_TRACK": "true"}
_ARGUMENTS = 4
# Its command is a script beside the interpreter; it has no module to run.
_MLSERVER = "from mlserver.cli import main; main()"


def main() -> None:
    """Become the server, its output in a file beside its model."""
    if len(sys.argv) != _ARGUMENTS or sys.argv[1] not in PEERS:
        sys.exit(f"Usage: http_peers.py NAME FOLDER PORT; names: {', '.join(PEERS)}.")
    name, place, port = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    print("ready", flush=True)
    os.environ.update(QUIET)
    log = os.open(place / f"{name}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    PEERS[name](place, port)


def pipeline():  # noqa: ANN201 - a fitted scikit-learn pipeline
    """The categories as codes, then boosted trees on one thread, as the ONNX model has them."""
    from lightgbm import LGBMClassifier
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OrdinalEncoder

    coded = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    columns = ColumnTransformer([("numbers", "passthrough", list(NUMBERS)), ("text", coded, list(CATEGORIES))])
    trees = LGBMClassifier(n_estimators=100, verbose=-1, n_jobs=1)
    table = make_rows(TRAINING_ROWS, seed=1)
    return make_pipeline(columns, trees).fit(table.to_pandas(), target(table))


def pandas(_place: Path, port: int) -> None:
    """FastAPI with a pydantic model of the row, a data frame of the rows, and the pipeline."""
    import pandas as pd
    import pydantic
    import uvicorn
    from fastapi import FastAPI

    fields = {**dict.fromkeys(NUMBERS, (float, ...)), **dict.fromkeys(CATEGORIES, (str, ...))}
    row = pydantic.create_model("Row", **fields)
    body = pydantic.create_model("Body", rows=(list[row], ...))
    model, app = pipeline(), FastAPI()

    def score(asked) -> dict:  # noqa: ANN001 - set below
        found = model.predict(pd.DataFrame([one.model_dump() for one in asked.rows]))
        return {"Results": [str(one) for one in found]}

    score.__annotations__["asked"] = body
    app.post("/score")(score)
    uvicorn.run(app, port=port, log_level="error", access_log=False, loop="asyncio")


def mlflow_serve(place: Path, port: int) -> None:
    """`mlflow models serve` with the pipeline, one worker, no environment of its own."""
    import mlflow.sklearn

    model = place / "mlflow-served"
    shutil.rmtree(model, ignore_errors=True)
    mlflow.sklearn.save_model(pipeline(), model, serialization_format="cloudpickle")
    # Its server is found beside this interpreter.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    serve = ["models", "serve", "-m", str(model), "-h", "127.0.0.1", "-p", str(port), "--env-manager", "local"]
    _run("mlflow", *serve, "-w", "1")


def mlserver(place: Path, port: int) -> None:
    """MLServer with a runtime around onnxruntime, in one process."""
    folder = place / f"mlserver-{port}"
    folder.mkdir(exist_ok=True)
    for script in ("http_mlserver.py", "batch_data.py"):
        shutil.copy(HERE / script, folder)
    (folder / "settings.json").write_text(
        json.dumps(
            {
                "host": "127.0.0.1",
                "http_port": port,
                "grpc_port": _free(),
                "metrics_port": _free(),
                "debug": False,
                # In the server's own process: nothing is handed between two.
                "parallel_workers": 0,
            }
        )
    )
    model = {"name": "trees", "implementation": "http_mlserver.Trees", "parameters": {"uri": str(place / "trees.onnx")}}
    (folder / "model-settings.json").write_text(json.dumps(model))
    os.chdir(folder)
    os.execv(sys.executable, [sys.executable, "-c", _MLSERVER, "start", str(folder)])  # noqa: S606 - the command above


def bentoml(place: Path, port: int) -> None:
    """BentoML with one worker around onnxruntime."""
    os.environ.update(BENCH_MODEL=str(place / "trees.onnx"), BENTOML_HOME=str(place / "bentoml"))
    _run("bentoml", "serve", "http_bento:Rows", "--host", "127.0.0.1", "-p", str(port), "--working-dir", str(HERE))


def _run(module: str, *arguments: str) -> None:
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606 - fixed commands


def _free() -> int:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


PEERS = {
    "pandas": pandas,
    "mlflow-serve": mlflow_serve,
    "mlserver": mlserver,
    "mlserver-codes": mlserver,
    "bentoml": bentoml,
}

if __name__ == "__main__":
    main()
