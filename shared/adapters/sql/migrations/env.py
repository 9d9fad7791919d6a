"""The environment in which Alembic runs the revisions: on a connection that it is given, or as SQL for a dialect."""

from __future__ import annotations

from alembic import context

from shared.adapters.sql.connection.sqlserver import quote_window
from shared.adapters.sql.migrations.autogenerate import OPTIONS
from shared.adapters.sql.schema.tables import metadata

_GIVEN = context.config.attributes

if context.is_offline_mode():
    # As the engine of SQL Server has it, so that the types do not depend on what a server was asked.
    words = {"deprecate_large_types": True} if _GIVEN["dialect"] == "mssql" else {}
    context.configure(dialect_name=_GIVEN["dialect"], dialect_opts=words, literal_binds=True, **OPTIONS)
    if _GIVEN["dialect"] == "mssql":
        quote_window(context.get_context().dialect)
else:
    context.configure(connection=_GIVEN["connection"], target_metadata=metadata, **OPTIONS)

with context.begin_transaction():
    context.run_migrations()
