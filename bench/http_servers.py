"""One server of the HTTP benchmark: `http_servers.py NAME FOLDER PORT`; prints `ready` when it is about to listen."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]


def main() -> None:
    """Serve until killed."""
    name, folder, port = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    {"limit": limit, "lean": lean, "ours": ours, "fastapi": fastapi}[name](folder, port)


def _serve(app, port: int) -> None:  # noqa: ANN001 - an ASGI application
    import uvicorn

    print("ready", flush=True)
    uvicorn.run(app, port=port, log_level="error", access_log=False, loop="asyncio")


def _responder(answer):  # noqa: ANN001, ANN202 - a function of the body, an ASGI application
    async def app(scope, receive, send) -> None:  # noqa: ANN001 - ASGI
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        told = answer(body)
        head = [(b"content-type", b"application/json"), (b"content-length", str(len(told)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": told})

    return app


def limit(_folder: Path, port: int) -> None:
    """The server alone: the same answer to everything."""
    _serve(_responder(lambda _body: b'{"Results": ["0"]}'), port)


def lean_answer(folder: Path):  # noqa: ANN201 - a function from body to body
    """Msgspec with a type for the row, look-up tables, onnxruntime, and nothing else."""
    import msgspec
    import numpy as np
    import onnxruntime as ort
    from batch_data import CATEGORIES, NUMBERS

    row = msgspec.defstruct("Row", [*((name, float) for name in NUMBERS), *((name, str) for name in CATEGORIES)])
    decoder = msgspec.json.Decoder(msgspec.defstruct("Body", [("rows", list[row])]))
    tables = [{value: float(code) for code, value in enumerate(values)} for values in CATEGORIES.values()]
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession((folder / "trees.onnx").read_bytes(), options, providers=["CPUExecutionProvider"])
    name, first = session.get_inputs()[0].name, len(NUMBERS)

    def encoded(values):  # noqa: ANN001, ANN202 - a tuple in, a list out
        return [*values[:first], *(table.get(v, -1.0) for table, v in zip(tables, values[first:], strict=True))]

    def answer(body: bytes) -> bytes:
        rows = [encoded(msgspec.structs.astuple(one)) for one in decoder.decode(body).rows]
        found = session.run(["probabilities"], {name: np.array(rows, dtype=np.float32)})[0]
        return msgspec.json.encode({"Results": ["1" if one else "0" for one in found[:, 1] >= 0.5]})

    return answer


def lean(folder: Path, port: int) -> None:
    """What somebody would write who needs nothing but speed."""
    _serve(_responder(lean_answer(folder)), port)


def fastapi(folder: Path, port: int) -> None:
    """FastAPI with a pydantic model of the row, and onnxruntime."""
    import numpy as np
    import onnxruntime as ort
    import pydantic
    from batch_data import CATEGORIES, NUMBERS
    from fastapi import FastAPI

    fields = {**dict.fromkeys(NUMBERS, (float, ...)), **dict.fromkeys(CATEGORIES, (str, ...))}
    row = pydantic.create_model("Row", **fields)
    body = pydantic.create_model("Body", rows=(list[row], ...))
    tables = {name: {value: float(code) for code, value in enumerate(values)} for name, values in CATEGORIES.items()}
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession((folder / "trees.onnx").read_bytes(), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    app = FastAPI()

    def score(asked) -> dict:  # noqa: ANN001 - set below
        rows = [
            [*(getattr(one, n) for n in NUMBERS), *(tables[n].get(getattr(one, n), -1.0) for n in CATEGORIES)]
            for one in asked.rows
        ]
        found = session.run(["probabilities"], {name: np.array(rows, dtype=np.float32)})[0]
        return {"Results": ["1" if one else "0" for one in found[:, 1] >= 0.5]}

    # Annotations are texts in this file; FastAPI needs the class itself.
    score.__annotations__["asked"] = body
    app.post("/score")(score)
    _serve(app, port)


def ours(folder: Path, port: int) -> None:
    """This project: the local host, Microsoft's worker library included."""
    from local.host.functions_host import Host

    settings = {
        "PLAN_SCHEDULE": "0 0 0 1 1 *",
        "RECONCILE_SCHEDULE": "0 0 0 1 1 *",
        "MONITOR_SCHEDULE": "0 0 0 1 1 *",
        "RETENTION_SCHEDULE": "0 0 0 1 1 *",
        "TRAINER_URL": "none:",
        **os.environ,
    }
    host = Host(HERE / "http_app", folder / "home", settings, port=port)
    print(json.dumps({"key": host.keys.newest_for_scope("score")}), flush=True)
    print("ready", flush=True)
    host.run()


if __name__ == "__main__":
    main()
