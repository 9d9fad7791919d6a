"""Prediction rows into SQL: the engine's own limit, this project and its peers, in turns on the same rows.

python bench/sql.py [--rows N] [--repeats N]
"""

from __future__ import annotations

import argparse
import json
import platform
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "tests" / "support")]
from batch_data import write_models, write_rows  # noqa: E402 - found through the line above
from batch_pipelines import _scenario, limit, ours  # noqa: E402 - found through the line above

TABLE = "predictions_bench"
CHUNK = 10_000
# What PERFORMANCE promises: scoring, then loading, as a multiple of the time the raw runtime needs (trees).
BUDGETS = {"sqlite": 1.5, "postgresql": 2.0}
Load = Callable[[], None]


def clocked(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of one run, by the clock and of this process's processor."""
    started, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - used


def emptied(engine, load: Load) -> tuple[float, float]:  # noqa: ANN001 - an engine; heavy imports are made on use
    """Seconds of one load into an empty table."""
    from shared.adapters.sql.schema.predictions import prediction_table

    table = prediction_table(_scenario())
    table.drop(engine, checkfirst=True)
    table.create(engine)
    return clocked(load)


def this_project(engine, file: Path) -> Load:  # noqa: ANN001
    """What the project does, in one transaction."""
    from shared.adapters.sql.bulk.load import insert_predictions
    from shared.adapters.sql.schema.predictions import prediction_table

    def load() -> None:
        with file.open("rb") as source, engine.begin() as connection:
            insert_predictions(connection, prediction_table(_scenario()), source)

    return load


def engine_itself(engine, file: Path) -> Load:  # noqa: ANN001
    """The engine's own INSERT … SELECT of the same rows: what no client can beat."""
    from sqlalchemy import text

    from shared.adapters.sql.schema.predictions import prediction_table

    table = prediction_table(_scenario())
    table.drop(engine, checkfirst=True)
    table.create(engine)
    this_project(engine, file)()
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS source_rows"))
        connection.execute(text(f"CREATE TABLE source_rows AS SELECT * FROM {TABLE}"))  # noqa: S608 - our own name

    def load() -> None:
        with engine.begin() as connection:
            connection.execute(text(f"INSERT INTO {TABLE} SELECT * FROM source_rows"))  # noqa: S608 - our own name

    return load


def sqlalchemy_core(engine, file: Path) -> Load:  # noqa: ANN001
    """SQLAlchemy's insert with a list of dictionaries."""
    import pyarrow.parquet as pq
    from sqlalchemy import insert

    from shared.adapters.sql.schema.predictions import prediction_table

    def load() -> None:
        with engine.begin() as connection:
            for batch in pq.ParquetFile(file).iter_batches(CHUNK, columns=_stored()):
                connection.execute(insert(prediction_table(_scenario())), batch.to_pylist())

    return load


def pandas_to_sql(engine, file: Path) -> Load:  # noqa: ANN001
    """What is written by hand."""
    import pandas as pd

    def load() -> None:
        frame = pd.read_parquet(file, columns=_stored())
        with engine.begin() as connection:
            frame.to_sql(TABLE, connection, if_exists="append", index=False, chunksize=CHUNK)

    return load


def sqlite_executemany(engine, file: Path) -> Load:  # noqa: ANN001
    """The standard library's executemany."""
    import pyarrow.parquet as pq

    def load() -> None:
        connection = sqlite3.connect(engine.url.database)
        with connection:
            for batch in pq.ParquetFile(file).iter_batches(CHUNK, columns=_stored()):
                columns = [column.to_pylist() for column in batch.columns]
                marks = ", ".join("?" * len(columns))
                connection.executemany(f"INSERT INTO {TABLE} VALUES ({marks})", zip(*columns, strict=True))  # noqa: S608
        connection.close()

    return load


def copy_write_row(engine, file: Path) -> Load:  # noqa: ANN001
    """COPY by psycopg, row by row."""
    import pyarrow.parquet as pq

    def load() -> None:
        with engine.begin() as connection:
            driver = connection.connection.driver_connection
            with driver.cursor() as cursor, cursor.copy(f"COPY {TABLE} FROM STDIN") as copy:
                for batch in pq.ParquetFile(file).iter_batches(CHUNK, columns=_stored()):
                    for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                        copy.write_row(row)

    return load


def _stored() -> list[str]:
    from shared.adapters.sql.schema.predictions import prediction_table

    return [column.name for column in prediction_table(_scenario()).columns]


def _bytes(engine) -> float:  # noqa: ANN001
    """What the table takes, with its key."""
    from sqlalchemy import text

    sqlite = f"SELECT sum(pgsize) FROM dbstat WHERE name = '{TABLE}'"  # noqa: S608 - our own name
    query = sqlite if engine.dialect.name == "sqlite" else f"SELECT pg_total_relation_size('{TABLE}')"
    with engine.connect() as connection:
        return float(connection.scalar(text(query)))


WAYS = {
    "sqlite": {
        "limit": engine_itself,
        "ours": this_project,
        "sqlite3 executemany": sqlite_executemany,
        "SQLAlchemy Core": sqlalchemy_core,
        "pandas.to_sql": pandas_to_sql,
    },
    "postgresql": {
        "limit": engine_itself,
        "ours": this_project,
        "COPY write_row": copy_write_row,
        "SQLAlchemy Core": sqlalchemy_core,
        "pandas.to_sql": pandas_to_sql,
    },
}


def measure(name: str, url: str, folder: Path, repeats: int, rows: int) -> dict[str, dict[str, float]]:
    """Every way into one database, and the scoring before it, in turns."""
    from sqlalchemy import create_engine, event

    engine, file = create_engine(url), folder / "trees-out.parquet"
    if name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA journal_mode=WAL"))
    raw, score = limit(folder, "trees"), ours(folder, "trees")
    score()
    loads = {way: make(engine, file) for way, make in WAYS[name].items()}
    seconds: dict[str, list[tuple[float, float]]] = {way: [] for way in ("raw scoring", "scoring", *loads)}
    for _ in range(repeats):
        seconds["raw scoring"].append(clocked(raw))
        seconds["scoring"].append(clocked(score))
        for way, load in loads.items():
            seconds[way].append(emptied(engine, load))
    emptied(engine, loads["ours"])
    size = _bytes(engine) / rows
    engine.dispose()
    whole = [(a + b, c + d) for (a, c), (b, d) in zip(seconds["scoring"], seconds["ours"], strict=True)]
    found = {way: _told(each, seconds["limit"]) for way, each in seconds.items()}
    found["bytes per row"] = {"bytes": size}
    found["end to end"] = _told(whole, seconds["raw scoring"])
    return found


def _told(some: list[tuple[float, float]], others: list[tuple[float, float]]) -> dict[str, float]:
    """Medians over the rounds, of ratios too: both were measured in the same round."""
    pairs = list(zip(some, others, strict=True))
    return {
        "seconds": statistics.median(clock for clock, _ in some),
        "ratio": statistics.median(mine[0] / theirs[0] for mine, theirs in pairs),
        "processor ratio": statistics.median(mine[1] / theirs[1] for mine, theirs in pairs),
    }


def show(name: str, found: dict[str, dict[str, float]], rows: int) -> None:
    """Rows per second and times the engine's own; SQLite works in this process, so its processor time is whole."""
    print(f"\n{name}, {rows:,} rows{'':<12}rows/s   limit times   of processor time")
    for way in WAYS[name]:
        used = f"{found[way]['processor ratio']:>14.2f}" if name == "sqlite" else ""
        print(f"  {way:<22}{rows / found[way]['seconds']:>12,.0f}{found[way]['ratio']:>14.2f}{used}")
    print(f"  {found['bytes per row']['bytes']:.0f} bytes a row")
    ratio, most = found["end to end"]["ratio"], BUDGETS[name]
    word = "kept" if ratio <= most else "MISSED"
    if name == "sqlite":
        print(f"  scoring, then loading: {found['end to end']['processor ratio']:.2f} times its processor time")
    print(f"  scoring, then loading: {ratio:.2f} times raw scoring, budget {most}: {word}")


def main() -> None:
    """Measure, print, and write bench/results/sql.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    from postgres import postgres_server

    report: dict[str, object] = {"python": platform.python_version(), "rows": options.rows}
    with tempfile.TemporaryDirectory() as place, postgres_server() as server:
        folder = Path(place)
        write_models(folder)
        write_rows(folder / "rows.parquet", options.rows)
        for name, url in (("sqlite", f"sqlite:///{folder}/rows.db"), ("postgresql", server.new(migrated=False))):
            report[name] = found = measure(name, url, folder, options.repeats, options.rows)
            show(name, found, options.rows)
    file = HERE / "results" / "sql.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
