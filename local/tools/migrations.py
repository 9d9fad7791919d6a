"""Write, check and apply revisions: `python -m local.tools.migrations write | check | apply | sql | users`.

`write` compares the declared tables with what the revisions make and writes the next one: new tables, columns and
indexes, changed types. What would lose rows is left to a person.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from local.tools.database_users import make_users, script
from model_training.scenarios import SCENARIOS
from shared.adapters.azure.clients import make_credential
from shared.adapters.sql.database import bare_engine, open_database
from shared.adapters.sql.migrations import Version, schema_state
from shared.adapters.sql.migrations.alembic_runs import DIALECTS, migrated, missing, statements, write
from shared.adapters.sql.monitoring.actuals import SqlActuals
from shared.adapters.sql.prediction.predictions import SqlPredictions
from shared.adapters.sql.reports.profile_history import SqlProfileHistory
from shared.adapters.sql.revisions import VERSIONS, newest
from shared.core.errors import BadInput, Fault


def write_next(name: str, folder: Path = VERSIONS, *, empty: bool = False) -> str:
    """Write the next revision and return its path; empty when nothing is missing."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name):
        raise BadInput(f"A migration cannot be called {name!r}; accepted: lower-case letters, digits and underscores.")
    path = write(name, folder, empty=empty)
    if path is None:
        return ""
    for words in (("check", "--quiet", "--fix", "--select=F401,I"), ("format", "--quiet")):
        subprocess.run([sys.executable, "-m", "ruff", *words, str(path)], check=True)  # noqa: S603 -- a fixed line
    return str(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0 for done, 2 for not understood, 3 for something missing, 4 for failed."""
    options = _parser().parse_args(arguments)
    try:
        code, answer = _run(options)
    except BadInput as error:
        code, answer = 2, {"error": error.reason}
    except Fault as error:
        code, answer = 4, {"error": error.reason}
    shown = json.dumps(answer) if options.json else _plain(answer)
    print(shown, file=sys.stdout if options.json or not code else sys.stderr)
    return code


def _run(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    if options.verb == "write":
        return 0, {"written": write_next(options.name, empty=options.empty) or "nothing is missing"}
    if options.verb == "sql":
        return 0, {"sql": statements(options.dialect)}
    if options.verb == "users":
        return 0, {"sql": script(options.environment)}
    if options.verb == "check":
        lacking = _lacking(options.url)
        return (3 if lacking else 0), {"missing": lacking, "version": newest()}
    if not options.url:
        raise BadInput("No database is named; accepted: --url, or the setting DATABASE_URL.")
    return 0, _apply(options.url, options.users)


def _apply(url: str, users: str) -> dict[str, Any]:
    """Apply the revisions, make what scenarios declare (tables, columns, views), and the users of the apps."""
    engine = open_database(url, credential=_credential)
    try:
        for scenario in SCENARIOS.values():
            for store in (SqlPredictions(engine), SqlActuals(engine), SqlProfileHistory(engine)):
                store.prepare(scenario)
        if users:
            make_users(engine, users)
    finally:
        engine.dispose()
    return {"version": newest(), "scenarios": ", ".join(SCENARIOS)}


def _lacking(url: str) -> list[str]:
    """What the declared tables have and the revisions do not make, or the database of that URL does not have."""
    with migrated() as connection:
        lacking = missing(connection)
    if not url:
        return lacking
    engine = bare_engine(url, credential=_credential)
    try:
        version, known = schema_state(engine)
        if version != Version(known, stamped=True):
            return [*lacking, f"the database has schema version {version.number}: `apply` brings it to {known}"]
        with engine.connect() as connection:
            return [*lacking, *missing(connection)]
    finally:
        engine.dispose()


def _credential() -> Any:
    return make_credential(os.environ.get("AZURE_CREDENTIAL", "default"))


def _plain(answer: dict[str, Any]) -> str:
    return answer.get("sql", "").rstrip() or "\n".join(f"{key}: {value}" for key, value in answer.items())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m local.tools.migrations", description="Migrations of the state's schema."
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    writes = verbs.add_parser("write", help="write the next revision from the declared tables")
    writes.add_argument("name", help="what it adds, like `approvals`")
    writes.add_argument("--empty", action="store_true", help="without a statement, for what is written by hand")
    check = verbs.add_parser("check", help="print what the revisions lack; with --url also what that database lacks")
    check.add_argument("--url", default="", help="default: no database is checked")
    apply = verbs.add_parser("apply", help="bring a database up to date, with the tables of every scenario")
    apply.add_argument("--url", default=os.environ.get("DATABASE_URL", ""), help="default: DATABASE_URL")
    apply.add_argument("--users", default="", metavar="ENVIRONMENT", help="also make the apps' users (Azure SQL)")
    users = verbs.add_parser("users", help="print the SQL that makes the apps' users in Azure SQL")
    users.add_argument("environment", help="the name of the environment, like `preprod`")
    sql = verbs.add_parser("sql", help="print the SQL that makes the schema in an empty database")
    sql.add_argument("dialect", choices=DIALECTS)
    for verb in (writes, check, apply, users, sql):
        verb.add_argument("--json", action="store_true", help="answer as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
