"""The database users of the apps' identities in Azure SQL, and their rights: rows only, no change of the schema."""

from __future__ import annotations

import re

from sqlalchemy import Engine

from shared.core.errors import BadInput

_APPS = ("ingest", "deploy", "score")


def statements(environment: str) -> tuple[str, ...]:
    """One T-SQL statement each, safe to run again; BadInput for what cannot be an environment's name."""
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", environment):
        accepted = "lower-case letters, digits and hyphens between them"
        raise BadInput(f"{environment!r} cannot be the name of an environment; accepted: {accepted}.")
    return tuple(line for app in _APPS for line in _of_user(f"id-{app}-{environment}"))


def _of_user(user: str) -> tuple[str, ...]:
    return (
        f"IF DATABASE_PRINCIPAL_ID(N'{user}') IS NULL CREATE USER [{user}] FROM EXTERNAL PROVIDER",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::dbo TO [{user}]",
        # What earlier versions granted.
        f"REVOKE CREATE TABLE, CREATE VIEW FROM [{user}]",
        f"REVOKE ALTER ON SCHEMA::dbo FROM [{user}]",
    )


def script(environment: str) -> str:
    """All statements, for a person who runs scripts."""
    return "".join(f"{line};\n" for line in statements(environment))


def make_users(engine: Engine, environment: str) -> None:
    """Create the users that are missing and set their rights, in one transaction; BadInput on another database."""
    if engine.dialect.name != "mssql":
        raise BadInput(f"--users is for Azure SQL; for {engine.dialect.name} see docs/database.md#permissions.")
    with engine.begin() as connection:
        for line in statements(environment):
            connection.exec_driver_sql(line)
