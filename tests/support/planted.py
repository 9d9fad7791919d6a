"""A world in which one person left traces everywhere, and a search for them in every byte."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import sqlalchemy as sa
from ports_with import ports_with
from world import POINTS, Clock, World, points_csv

from functions.scoring import Scorer
from shared.core.policies import BadRows
from shared.core.scenario import Column, Scenario
from shared.monitoring.monitor import monitor
from shared.monitoring.posted_actuals import post_actuals
from shared.operations.erasure.subject import Subject, subject_of
from shared.profiles.baseline import accept_baseline
from shared.serving.reading import Reading

PERSON, OTHER = "ZOLTAN-QUUX-7781", "P-00003"
NOTE, X = "Wohnhaft am Silberberg 11", "0.7713377"
# Where the Parquet begins in files of these endings: what is known of a part stands behind its digest.
_TABLES = {".parquet": 0, ".profile": 32}
SECRET = b"a secret of at least thirty-two characters"
_COLUMNS = (
    Column("id", "text"),
    *POINTS.tables[0].columns[1:3],
    Column("note", "text", nulls=True, optional=True),
    POINTS.tables[0].columns[3],
)
PLANTED = replace(
    POINTS,
    tables=(replace(POINTS.tables[0], columns=_COLUMNS),),
    batch=replace(POINTS.batch, report=("x", "color", "note")),
    bad_rows=BadRows(rows=2),
    personal=("note",),
    request_fields=("id", "x", "color"),
)


def rows(count: int, *, seed: int = 1, labelled: bool = True, person: bool = True, first: int = 0) -> bytes:
    """A table of points whose ids are texts; the person, with a note and a number of their own, is the tenth."""
    lines = points_csv(count, seed, labelled=labelled, first=first).decode().splitlines()
    made = [lines[0].replace("color", "color,note")]
    for number, line in enumerate(lines[1:]):
        name, x, color, *answer = line.split(",")
        name, note = f"P-{int(name):05}", ""
        if person and number == 9:
            name, x, note, answer = PERSON, X, f'"{NOTE}, hinten"', ["yes"] * bool(answer)
        made.append(",".join([name, x, color, note, *answer]))
    return ("\r\n".join(made) + "\r\n").encode()


def planted_world(home: Path) -> World:
    """The world, as a process that starts finds it."""
    clock = Clock()
    clock.now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    # The first window is a large one, cut into shards.
    world = World(home, clock=clock, scenarios={"points": PLANTED}, LOG_SAMPLE="1", SCORER_ROWS="25")
    sharding = replace(world.ports.prediction.sharding, shard_rows=8)
    world.ports = ports_with(world.ports, prediction__sharding=sharding)
    world.trainer.ports = world.ports
    return world


def planted(home: Path) -> World:
    """The person was learned from, predicted, labelled, refused, asked about, measured, and spoken of."""
    world = planted_world(home)
    ports = world.ports
    world.clock.advance(hours=-3)
    world.handle(world.land("incoming/points/d1/points.csv", rows(120)))
    world.handle(world.land("incoming/points/d2/points.csv", rows(60, seed=2, person=False, first=500)))
    world.handle(world.land("incoming/points/bad/points.csv", rows(60, seed=3).replace(b"id,", b"key,")))
    world.handle(world.land("scoring/points/s1/points.csv", rows(30, seed=4, labelled=False)))
    bad = rows(20, seed=5, labelled=False).replace(X.encode(), b"none")
    world.handle(world.land("scoring/points/s2/points.csv", bad))
    world.handle(world.land("scoring/points/s3/points.csv", rows(20, seed=6, labelled=False, person=False)))
    labels = f"id,y\n{PERSON},yes\n{OTHER},no\n".encode()
    world.handle(world.land("actuals/points/a1/points.csv", labels))
    scorer = Scorer(ports)
    for name, x in ((OTHER, 0.5), (PERSON, float(X))):
        body = json.dumps({"Inputs": {"data": [{"id": name, "x": x, "color": "red"}]}}).encode()
        scorer.score("points", body, name, f"of-{'person' if name == PERSON else 'other'}")
    ports.serving.log.flush()
    told = [{"request_id": f"of-{who}", "row": 0, "y": "yes"} for who in ("person", "other")]
    post_actuals(ports, ports.core.scenarios["points"], json.dumps(told).encode())
    for name in (PERSON, OTHER):
        ports.serving.readings.keep("points", [Reading(name, world.clock(), {"x": 1.0})], world.clock(), world.clock())
    ports.core.ledger.note("drop", "points/spoken", "ignored", f"Row 3 of {PERSON} was left out: {NOTE}, hinten.")
    accept_baseline(ports, "points", ports.datasets.versions.list("points")[0].id, by="ada", reason="A good month.")
    world.clock.advance(hours=3)
    monitor(ports, "points")
    return world


def subject() -> Subject:
    """Whom the tests erase."""
    return subject_of(PLANTED, PERSON)


def traces(home: Path) -> list[str]:
    """Where the person still stands: in any byte of any file, in any cell of Parquet, in any cell of SQL."""
    words = [PERSON.encode(), NOTE.encode(), X.encode(), X.removeprefix("0").encode()]
    found = []
    for file in sorted(home.rglob("*")):
        if not file.is_file() or file.name == "erasure.key":
            continue
        content = file.read_bytes()
        if file.suffix in _TABLES:
            content += repr(_cells(content[_TABLES[file.suffix] :])).encode()
        found += [f"{file.relative_to(home)}: {word.decode()}" for word in words if word in content]
    return found


def _cells(content: bytes) -> Any:
    try:
        return pq.read_table(io.BytesIO(content)).to_pylist()
    except Exception:  # noqa: BLE001 -- what is no Parquet has its bytes searched
        return None


def state(world: World) -> dict[str, Any]:
    """What must be as before for everybody else: rows of SQL, of versions and of windows, work that was done."""
    ports = world.ports
    engine = sa.create_engine(f"sqlite:///{world.home / 'mlops.db'}")
    queries = {
        "predictions": "select * from predictions_points where entity_key != :person order by prediction_id",
        "actuals": "select entity_key, actual, source from actual_points where entity_key != :person",
        "seen": "select * from v_predictions_points where entity_key != :person order by prediction_id",
        "labels": "select request_id, row_number, actual from served_label where request_id = 'of-other'",
        "readings": "select entity from reading where entity != :person",
        "windows": "select id, ordinal, state from window order by ordinal",
        "runs": "select id, state from run order by id",
        "deployments": "select generation, model, sha256 from deployment order by generation",
    }
    with engine.connect() as connection:
        told: dict[str, Any] = {
            name: [
                tuple(row)
                for row in connection.execute(sa.text(query), {"person": PERSON} if ":person" in query else {})
            ]
            for name, query in queries.items()
        }
    engine.dispose()
    told["versions"] = [(version.id, version.digest) for version in ports.datasets.versions.list("points")]
    told["parts"] = [
        [row for row in _part(ports, part.path) if row["id"] != PERSON]
        for version in ports.datasets.versions.list("points")
        for table in version.tables
        for part in table.parts
    ]
    return told


def _part(ports: Any, path: str) -> list[dict[str, Any]]:
    with ports.core.lake.open(path) as source:
        return list(pq.read_table(io.BytesIO(source.read())).to_pylist())


def scenario(world: World) -> Scenario:
    """The declared scenario."""
    return world.ports.core.scenarios["points"]
