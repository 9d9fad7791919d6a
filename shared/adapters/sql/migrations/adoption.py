"""The schema that numbered SQL files made: looked at table by table before Alembic takes it over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from shared.adapters.sql.migrations import alembic_runs, alembic_version
from shared.adapters.sql.migrations.columns import columns_of, kind_of
from shared.adapters.sql.revisions import BASE, revision_id
from shared.core.errors import Permanent

_Columns = Mapping[tuple[str, str], str]


def check(connection: Connection) -> None:
    """Permanent when a table or column of the first revision is absent or holds values of another kind."""
    with alembic_runs.migrated(revision_id(BASE)) as reference:
        wanted = {place: kind for place, kind in columns_of(reference).items() if place[0] != alembic_version.name}
    differences = list(dict.fromkeys(_differences(columns_of(connection), wanted)))
    if differences:
        raise Permanent(
            f"The database says it has schema version {BASE}, but {', '.join(differences)}. Restore it from a backup "
            f"or open another database; the lake keeps every prediction."
        )


def _differences(present: _Columns, wanted: _Columns) -> Iterator[str]:
    tables = {table for table, _ in present}
    for (table, column), data_type in wanted.items():
        if table not in tables:
            yield f"table {table} is absent"
        elif (table, column) not in present:
            yield f"column {table}.{column} is absent"
        elif (found := kind_of(present[table, column])) != kind_of(data_type):
            yield f"column {table}.{column} holds {found}, not {kind_of(data_type)}"
