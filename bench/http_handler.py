"""The scoring function without a server, beside a lean answer inside an equal function."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from threading import local
from types import SimpleNamespace

from http_data import NAME, SCENARIOS, bodies

# By rows the least share of the lean answer's speed: at most 1.15 and 1.0 times its processor time.
HANDLER = {1: 1 / 1.15, 100: 1.0}


def functions(folder: Path) -> tuple[Callable, Callable, Callable]:
    """The scoring function, the lean answer inside an equal function, and what makes a request of a body."""
    import azure.functions as func
    from http_servers import lean_answer

    from functions.app import create_app
    from shared.bootstrap import build_ports

    ports = build_ports({"MLOPS_HOME": str(folder / "home"), "TRAINER_URL": "none:", "LOG_SAMPLE": "0"}, SCENARIOS)
    app = create_app(lambda: ports)
    score = next(one.get_user_function() for one in app.get_functions() if one.get_function_name() == "score")
    answer = lean_answer(folder)

    def request(body: bytes) -> func.HttpRequest:
        headers = {"content-type": "application/json", "content-length": str(len(body))}
        return func.HttpRequest(
            "POST", f"/api/score/{NAME}", headers=headers, route_params={"scenario": NAME}, body=body
        )

    async def lean(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:  # noqa: ARG001 - as the other
        return func.HttpResponse(answer(req.get_body()), mimetype="application/json")

    return score, lean, request


def handlers(folder: Path) -> None:
    """Calls a second of the function alone, and of the lean answer inside an equal function."""
    score, lean, request = functions(folder)
    print(f"{'handler':10} {'lean/s':>10} {'ours/s':>10} {'ratio':>7}")
    for rows in (1, 100):
        asked = bodies(rows)
        mine, theirs, bad = asked["inputs"], asked["rows"], asked["bad"]
        pairs = [(speed(score, request(mine)), speed(lean, request(theirs))) for _ in range(5)]
        ratio = statistics.median(a / b for a, b in pairs)
        ours, other = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"{rows:4} row(s) {other:10.0f} {ours:10.0f} {ratio:7.2f} (promised {HANDLER[rows]:.2f}) ", end="")
        refused = statistics.median(speed(score, request(bad)) for _ in range(3))
        print(
            f"{'kept' if ratio >= HANDLER[rows] else 'missed'}; a bad request costs {ours / refused:.2f} of a good one"
        )


def speed(call: Callable[..., Awaitable], req) -> float:  # noqa: ANN001 - a request
    """Calls a second of processor time, all threads of the process together: a busy machine distorts it less."""
    context = SimpleNamespace(invocation_id="bench", thread_local_storage=local())

    async def calls() -> float:
        # The first one may wait for what grew old meanwhile.
        for _ in range(20):
            await call(req, context)
        count, started = 0, time.process_time()
        while time.process_time() < started + 0.4:
            for _ in range(20):
                await call(req, context)
            count += 20
        return count / (time.process_time() - started)

    return asyncio.run(calls())
