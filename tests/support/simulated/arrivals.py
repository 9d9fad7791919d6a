"""What lands: files to learn from, to score and with labels, again and in newer versions, broken and hostile ones."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from world import blob_event, points_csv

from functions.names import DATA_EVENTS
from shared.core.errors import Fault
from shared.core.paths import commit_path, plan_path
from shared.prediction.window_plan import WindowPlan
from simulated.traits import NAME, STREAM

if TYPE_CHECKING:
    from simulated.life import Life

# Stands in cells about a person, and nowhere else.
CANARY = "Zz-canary-17"
_BAD = f"id,x,color\n1,many,{CANARY}\n".encode()
# With so many rows a gate can tell a challenger from its champion.
_FIRST, _FURTHER = 210, 30
HOSTILE = (
    "../../etc/points.csv",
    "d9/..%2f..%2fpoints.csv",
    "d9'; DROP TABLE ledger; --/points.csv",
    "d9/\u202epoints.csv",
    "d9/\x1b[31mpoints.csv",
    "d9\n2026-03-01 ERROR gone/points.csv",
    "d9\\points.csv",
    f"{'d' * 300}/points.csv",
    "points.csv",
)


def _land(life: Life, path: str, content: bytes) -> None:
    """A file lands; its event comes once, twice, or never."""
    blob, _ = life.ports.core.lake.put(path, content, if_absent=False)
    event = blob_event(path, blob.etag, blob.size)
    times = life.draw.choice([0, 1, 1, 1, 2])
    life.told.append(f"{path} lands, and {times} of its events")
    for _ in range(times):
        life.put(DATA_EVENTS, event, 1.0)
    if times > 1:
        life.repeated.add(event)


def land_to_learn(life: Life) -> None:
    """A drop to learn from, of three."""
    number = len(life.learned)
    if number < 3:
        path = f"incoming/{NAME}/d{number}/points.csv"
        life.learned[path] = _FURTHER if number else _FIRST
        _land(life, path, points_csv(life.learned[path], seed=number + 1, first=1000 * number))


def land_to_score(life: Life) -> None:
    """A file to score, of five; some are broken."""
    number = len(life.scored)
    if number < 5:
        _score(life, f"scoring/{NAME}/s{number}/points.csv", life.draw.choice([0, *range(1, 10)]))


def land_on_stream(life: Life) -> None:
    """Rows to learn from first, then rows that are read in windows of the time they came."""
    if not life.place.traits.stream:
        return
    if not life.streamed:
        life.streamed[f"incoming/{STREAM}/d0/points.csv"] = 0
        _land(life, f"incoming/{STREAM}/d0/points.csv", points_csv(_FIRST, seed=1))
    elif len(life.streamed) < 5:
        number, rows = len(life.streamed), life.draw.randint(1, 9)
        path = f"scoring/{STREAM}/t{number}/points.csv"
        life.streamed[path] = rows
        _land(life, path, points_csv(rows, seed=rows, labelled=False, first=100 * number))


def land_personal(life: Life) -> None:
    """A file that is refused for what stands beside a person's cell, or in it."""
    life.strange += 1
    area, content = life.draw.choice(
        [
            ("incoming", f"id,x,color,y\n1,1.5,{CANARY},perhaps\n2,many,{CANARY},no\n"),
            ("incoming", f"id,x,color,y\n1,1.5,{CANARY},no,{CANARY}\n"),
            ("actuals", f"id,y\n{CANARY},yes\n"),
            ("scoring", f"id,x,color\n1,1.5,{CANARY}\n1,2.5,{CANARY}\n"),
            ("scoring", f"1,1.5,{CANARY}\n2,2.5,{CANARY}\n"),
        ]
    )
    _land(life, f"{area}/{NAME}/p{life.strange}/points.csv", content.encode())


def send_hostile(life: Life) -> None:
    """An event of a name that is no name, from a foreign address; its file lands where the lake takes it."""
    path = f"{life.draw.choice(['incoming', 'scoring', 'actuals', 'models'])}/{NAME}/{life.draw.choice(HOSTILE)}"
    with suppress(Fault):
        life.ports.core.lake.put(path, b"id,x\n")
    event = json.loads(blob_event(path, '"0x1"', 5))
    event["data"]["url"] = f"https://attacker.example/{path}"
    life.told.append(f"a hostile event: {path!r}")
    life.put(DATA_EVENTS, json.dumps(event), 1.0)


def write_as_newer_code(life: Life) -> None:
    """A host of the next release plans a window, or commits one, in a form that is not known here."""
    lake, served = life.ports.core.lake, life.ports.release.deployments.current(NAME)
    planned = life.ports.prediction.windows.list(NAME, "planned")
    if life.newer or served is None or not planned:
        return
    window, now = planned[0], life.place.clock.now
    paths = [of(NAME, window.id) for of in (plan_path, commit_path)]
    if not any(map(lake.stat, paths)):
        path = life.draw.choice(paths)
        plan = WindowPlan(NAME, window.id, window.ordinal, window.inputs, served, now).to_json()
        life.newer[path] = json.dumps(plan | {"schema": 99, "rows": 1}).encode()
        life.told.append(f"newer code wrote {path}")
        lake.put(path, life.newer[path])


def land_again(life: Life) -> None:
    """The same bytes, or a newer version, of a file to score."""
    if life.scored:
        path = life.draw.choice(sorted(life.scored))
        _score(life, path, life.scored[path] if life.draw.random() < 0.4 else life.draw.randint(1, 9))


def _score(life: Life, path: str, rows: int) -> None:
    number = int(path.split("/")[2][1:])
    content = points_csv(rows, seed=rows, labelled=False, first=100 * number) if rows else _BAD
    life.scored[path] = rows
    _land(life, path, content)


def land_labels(life: Life) -> None:
    """Late labels of some of the rows that were scored, or will be."""
    if life.scored and life.labelled < 3:
        life.labelled += 1
        first = 100 * life.draw.randrange(len(life.scored))
        lines = [f"{first + row},{life.draw.choice(['yes', 'no'])}" for row in range(life.draw.randint(1, 9))]
        _land(life, f"actuals/{NAME}/a{life.labelled}/points.csv", "\n".join(["id,y", *lines, ""]).encode())
