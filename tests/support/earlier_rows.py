"""A database as revision 17 left it: each prediction row repeats what the commit of its window knows."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, Engine, create_engine, inspect, text

# Column, its type, and the commit's column.
REPEATED = (
    ("window", "VARCHAR(200)", "window"),
    ("run_id", "VARCHAR(200)", "run"),
    ("model", "VARCHAR(200)", "model"),
    ("model_sha256", "VARCHAR(64)", "model_sha256"),
    ("dataset", "VARCHAR(200)", "dataset"),
    ("scored_at", "TIMESTAMP", "scored_at"),
)


def as_before(engine: Engine, scenario: str, table: str, ordinals: Collection[int]) -> None:
    """Rows of these windows repeat their commit, those of others do not, and the views read it from the rows."""
    other = create_engine(engine.url)
    with other.begin() as connection:
        _make_views_of_then(connection, scenario, table)
        connection.execute(text(f"DROP INDEX IF EXISTS ix_{table}"))
        connection.execute(text("DELETE FROM scenario_views"))
        for ordinal in ordinals:
            _repeat(connection, scenario, table, ordinal)
    other.dispose()


def repeating(engine: Engine, table: str) -> int:
    """How many rows repeat their commit."""
    other = create_engine(engine.url)
    with other.connect() as connection:
        found = connection.scalar(text(f'SELECT count(*) FROM {table} WHERE "window" IS NOT NULL'))  # noqa: S608 - the test's own name
    other.dispose()
    return int(found or 0)


def drop_repeated_columns(engine: Engine, table: str) -> None:
    """What an owner may do once no row repeats its commit."""
    other = create_engine(engine.url)
    with other.begin() as connection:
        for name, _, _ in REPEATED:
            connection.execute(text(f'ALTER TABLE {table} DROP COLUMN "{name}"'))
    other.dispose()


def _make_views_of_then(connection: Connection, scenario: str, table: str) -> None:
    names = [column["name"] for column in inspect(connection).get_columns(f"v_{table}")]
    present = {column["name"] for column in inspect(connection).get_columns(table)}
    for name, kind, _ in REPEATED:
        if name not in present:
            connection.execute(text(f'ALTER TABLE {table} ADD COLUMN "{name}" {kind}'))
    shown = ", ".join(f'p."{name}"' for name in names)
    joined = (
        f'FROM {table} p JOIN prediction_commit c ON c.scenario = \'{scenario}\' AND c."window" = p."window" '
        'LEFT JOIN prediction_revision r ON r.scenario = c.scenario AND r."window" = c."window"'
    )
    versions = (
        'COALESCE(r.base, p."window") AS base_window, COALESCE(r.revision, 1) AS revision, '
        "COALESCE(r.committed_at, c.scored_at) AS committed_at, r.superseded_at"
    )
    for view, query in (
        (f"v_{table}", f"SELECT {shown} {joined} WHERE r.superseded_at IS NULL"),
        (f"v_{table}_asof", f"SELECT {shown}, {versions} {joined}"),
    ):
        connection.execute(text(f"DROP VIEW {view}"))
        connection.execute(text(f"CREATE VIEW {view} AS {query}"))


def _repeat(connection: Connection, scenario: str, table: str, ordinal: int) -> None:
    values = ", ".join(
        f'"{name}" = (SELECT c."{known}" FROM prediction_commit c WHERE c.scenario = :scenario AND c.ordinal = :number)'  # noqa: S608 - our own names
        for name, _, known in REPEATED
    )
    rows = f"UPDATE {table} SET {values} WHERE prediction_id / 4294967296 = :number"  # noqa: S608 - our own names
    connection.execute(text(rows), {"scenario": scenario, "number": ordinal})
