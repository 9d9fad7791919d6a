"""The database: whether it answers, which schema it has, and whether our user may write. Nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Engine, make_url, text

from local.doctor.finding import Finding, Subject
from local.doctor.http_probe import unreachable
from shared.adapters.sql.connection.transactions import PAUSE, read
from shared.adapters.sql.database import bare_engine
from shared.adapters.sql.migrations import Version, needs_older_code, schema_state
from shared.core.errors import Fault, Misconfigured

_PORTS = {"postgresql": 5432, "mssql": 1433}
# `ledger` stands for all: rights are given on the whole schema.
_RIGHTS = {
    "postgresql": "SELECT has_table_privilege(current_user, 'ledger', :right)",
    "mssql": "SELECT HAS_PERMS_BY_NAME('ledger', 'OBJECT', :right)",
}
_CREATES = {
    "postgresql": "SELECT has_schema_privilege(current_user, current_schema(), 'CREATE')",
    "mssql": "SELECT HAS_PERMS_BY_NAME(NULL, 'DATABASE', 'CREATE TABLE')",
}
_GRANTS = {
    "postgresql": "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO CURRENT_USER_NAME",
    "mssql": "GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::dbo TO [CURRENT_USER_NAME]",
}
_TO_CREATE = {
    "postgresql": "GRANT CREATE ON SCHEMA public TO CURRENT_USER_NAME",
    "mssql": (
        "GRANT CREATE TABLE, CREATE VIEW TO [CURRENT_USER_NAME]; GRANT ALTER ON SCHEMA::dbo TO [CURRENT_USER_NAME]"
    ),
}
APPLY = 'python -m local.tools.migrations apply --url "$DATABASE_URL"   # as a user who may create tables'
_BUSY_SECONDS = 5.0


def database(subject: Subject) -> list[Finding]:
    """Reachable, of this code's schema version, and writable."""
    try:
        url = make_url(subject.settings.database_url)
    except Exception:  # noqa: BLE001 -- the text may hold a password, and its error the text
        raise Misconfigured("DATABASE_URL", "cannot be read as a URL", "see docs/database.md") from None
    if cause := _not_there(url):
        return [Finding("database", "fail", cause, _fix(url))]
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        return [Finding("database", "ok", f"{url.database} is made on first use")]
    with opened(subject) as engine:
        try:
            version, known = schema_state(engine)
        except Fault as fault:
            # Whoever reached it and was refused: rights, name, or a schema that lacks something.
            return [Finding("database", "fail", fault.reason, APPLY if "lacks" in fault.reason else _fix(url))]
        return [
            Finding("database", "ok", f"{_shown(url)} answers"),
            _schema(version, known),
            *_rights(engine, version),
        ]


@contextmanager
def opened(subject: Subject) -> Iterator[Engine]:
    """The database as it is, without waiting between attempts."""
    engine = bare_engine(subject.settings.database_url, _BUSY_SECONDS, subject.credential)
    engine.update_execution_options(**{PAUSE: _at_once})
    try:
        yield engine
    finally:
        engine.dispose()


def _at_once(_seconds: float) -> None:
    """A person waits: attempts follow each other."""


def _not_there(url: URL) -> str:
    if url.get_backend_name() != "sqlite":
        return unreachable(f"tcp://{url.host}:{url.port or _PORTS[url.get_backend_name()]}")
    folder = Path(str(url.database)).parent
    return "" if folder.is_dir() else f"{folder} is no folder"


def _fix(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return f"mkdir -p {Path(str(url.database)).parent}"
    port = url.port or _PORTS[url.get_backend_name()]
    return f"nc -vz {url.host} {port}   # name, firewall, the user's rights (docs/database.md)"


def _shown(url: URL) -> str:
    # Never the query or the password.
    return str(url.database) if url.get_backend_name() == "sqlite" else f"{url.host}/{url.database}"


def _schema(version: Version, known: int) -> Finding:
    if version == Version(known, stamped=True):
        return Finding("schema", "ok", f"version {known}, every table and column is there")
    if version.number > known:
        fact = f"version {version.number}; this code knows {known} and refuses it"
        return Finding("schema", "fail", fact, "git pull && make setup   # or name another DATABASE_URL")
    if sentence := needs_older_code(version):
        return Finding("schema", "fail", sentence, APPLY.partition("#")[0] + "# in a checkout of the version before")
    step = f"brings it to {known}" if version.number < known else "hands it over to Alembic"
    fact = f"version {version.number}; this code {step} when it starts, if its user may create tables"
    return Finding("schema", "warn", fact, APPLY)


def _rights(engine: Engine, version: Version) -> list[Finding]:
    statement = _RIGHTS.get(engine.dialect.name)
    if statement is None or not version.number:
        return []
    query = text(statement)
    user = read(engine, lambda one: one.scalar(text("SELECT CURRENT_USER")))
    lacking = [
        right
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE")
        if not read(engine, lambda one, right=right: one.scalar(query, {"right": right}))  # type: ignore[misc]
    ]
    if lacking:
        fix = _GRANTS[engine.dialect.name].replace("CURRENT_USER_NAME", str(user))
        return [Finding("rights", "fail", f"user {user} lacks {', '.join(lacking)} on the tables", f"{fix};")]
    rights = Finding("rights", "ok", f"user {user} may select, insert, update and delete")
    if read(engine, lambda one: one.scalar(text(_CREATES[engine.dialect.name]))):
        return [rights]
    # Tables of predictions are made by the first window of a scenario, which the app that deploys never scores.
    fact = f"user {user} may create no table: a scenario's first window needs one"
    fix = _TO_CREATE[engine.dialect.name].replace("CURRENT_USER_NAME", str(user))
    return [rights, Finding("tables of predictions", "warn", fact, f"{fix};")]
