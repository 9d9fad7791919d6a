"""The database: whether it answers, its schema, the user's rights, and stuck work. Nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from azure.core.exceptions import AzureError
from sqlalchemy import URL, Engine, make_url, text

from local.doctor.finding import Finding, Subject, first_line
from local.doctor.http_probe import unreachable
from shared.adapters.sql.connection.transactions import PAUSE, read
from shared.adapters.sql.database import bare_engine
from shared.adapters.sql.migrations import Version, needs_older_code, schema_state
from shared.adapters.sql.training.datasets import SqlDatasets
from shared.bootstrap.backends import open_lake
from shared.core.errors import Corrupt, Fault, Misconfigured
from shared.operations.lost_state import lost_state

if TYPE_CHECKING:
    from shared.datasets.ports import DatasetVersions

_PORTS = {"postgresql": 5432, "mssql": 1433}
# One table is enough to check: rights are granted on the whole schema.
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
APPLY = 'python -m local.tools.migrations apply --url "$DATABASE_URL"   # as a user who may create tables'
_BUSY_SECONDS = 5.0
# A larger file takes longer to read than a person waits.
_QUICKLY_READ = 1 << 28


def database(subject: Subject) -> list[Finding]:
    """Whether the database answers, has this code's schema version and can be written."""
    try:
        url = make_url(subject.settings.database_url)
    except Exception:  # noqa: BLE001 -- the text may hold a password, and its error the text
        raise Misconfigured("DATABASE_URL", "cannot be read as a URL", "see docs/database.md") from None
    if cause := _unreachable(url):
        return [Finding("database", "fail", cause, _fix(url))]
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        return [Finding("database", "ok", f"{url.database} is created on first use"), *_lost(subject, None)]
    try:
        return _opened(subject, url)
    except Corrupt as fault:
        return [Finding("database", "fail", fault.reason, _restore(subject))]


def _opened(subject: Subject, url: URL) -> list[Finding]:
    with open_engine(subject) as engine:
        try:
            _check_file(engine)
            version, known = schema_state(engine)
        except Corrupt:
            raise
        except Fault as fault:
            # It was reached but refused: rights, the database's name, or an incomplete schema.
            return [Finding("database", "fail", fault.reason, APPLY if "lacks" in fault.reason else _fix(url))]
        return [
            Finding("database", "ok", f"{_address(url)} answers"),
            _schema(version, known),
            *_rights(engine, version),
            *_lost(subject, SqlDatasets(engine) if version.number == known else None),
        ]


def _check_file(engine: Engine) -> None:
    """Corrupt when SQLite finds a page of its file damaged; a server checks its own."""
    if engine.dialect.name != "sqlite" or Path(str(engine.url.database)).stat().st_size > _QUICKLY_READ:
        return
    told = read(engine, lambda connection: connection.scalar(text("PRAGMA quick_check(1)")))
    if told != "ok":
        raise Corrupt(f"The database file is damaged ({first_line(ValueError(told))}).")


def _lost(subject: Subject, versions: DatasetVersions | None) -> list[Finding]:
    """A failure when the lake holds work of which the database knows nothing; the lake has its own check."""
    try:
        sentence = lost_state(open_lake(subject.settings), versions)
    except (Fault, OSError, AzureError):
        return []
    return [Finding("state", "fail", sentence, _restore(subject))] if sentence else []


def _restore(subject: Subject) -> str:
    url = subject.settings.database_url
    file = f"cp <your copy> {url.removeprefix('sqlite:///')}" if url.startswith("sqlite") else "restore your backup"
    return f"Stop the host; {file}   # without a copy: docs/operations.md, The database is damaged or empty"


@contextmanager
def open_engine(subject: Subject) -> Iterator[Engine]:
    """Open the database without migrating it and without pauses between attempts."""
    engine = bare_engine(subject.settings.database_url, _BUSY_SECONDS, subject.credential)
    engine.update_execution_options(**{PAUSE: _at_once})
    try:
        yield engine
    finally:
        engine.dispose()


def _at_once(_seconds: float) -> None:
    """Do not pause, because a person waits."""


def _unreachable(url: URL) -> str:
    if url.get_backend_name() != "sqlite":
        return unreachable(f"tcp://{url.host}:{url.port or _PORTS[url.get_backend_name()]}")
    folder = Path(str(url.database)).parent
    return "" if folder.is_dir() else f"{folder} is not a folder"


def _fix(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return f"mkdir -p {Path(str(url.database)).parent}"
    port = url.port or _PORTS[url.get_backend_name()]
    return f"nc -vz {url.host} {port}   # name, firewall, the user's rights (docs/database.md)"


def _address(url: URL) -> str:
    # Without the query and the password.
    return str(url.database) if url.get_backend_name() == "sqlite" else f"{url.host}/{url.database}"


def _schema(version: Version, known: int) -> Finding:
    if version == Version(known, stamped=True):
        return Finding("schema", "ok", f"version {known}, all tables and columns exist")
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
    user = read(engine, lambda connection: connection.scalar(text("SELECT CURRENT_USER")))
    lacking = [
        right
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE")
        if not read(engine, lambda connection, right=right: connection.scalar(query, {"right": right}))  # type: ignore[misc]
    ]
    if lacking:
        fix = _GRANTS[engine.dialect.name].replace("CURRENT_USER_NAME", str(user))
        return [Finding("rights", "fail", f"user {user} lacks {', '.join(lacking)} on the tables", f"{fix};")]
    return [Finding("rights", "ok", f"user {user} may select, insert, update and delete"), *_scenario_tables(engine)]


def _scenario_tables(engine: Engine) -> list[Finding]:
    """What scenarios declare is made when migrations are applied, or at first use by a user who may create tables."""
    from model_training.scenarios import SCENARIOS
    from shared.adapters.sql.prediction.scenario_tables import VERSION, views_version
    from shared.adapters.sql.schema.predictions import prediction_table

    if read(engine, lambda connection: connection.scalar(text(_CREATES[engine.dialect.name]))):
        return []
    made = read(engine, lambda connection: {one.name: views_version(connection, one) for one in SCENARIOS.values()})
    behind = [prediction_table(one).name for one in SCENARIOS.values() if made[one.name] < VERSION]
    fact = f"{', '.join(behind)}: missing, or with views of an earlier version, until migrations are applied"
    return [Finding("tables of predictions", "warn", fact, APPLY)] if behind else []
