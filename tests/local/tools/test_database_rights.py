"""Who may do what in the database: each principal on each object, against the table in docs/security.md."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from infra.snapshot import ADMINISTRATORS, needs_compiler, of_main
from postgres import PostgresServer
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import ProgrammingError

from local.roles import NEEDS
from local.tools.database_users import statements
from local.tools.migrations import main
from shared.adapters.sql.database import bare_engine

PAGE = Path(__file__).resolve().parents[3] / "docs" / "security.md"
APPS = ("ingest", "deploy", "score")
type Right = tuple[str, str]
ROWS = frozenset({("SELECT", "dbo"), ("INSERT", "dbo"), ("UPDATE", "dbo"), ("DELETE", "dbo")})
# What versions before this one gave to an app, and what nobody gave.
EARLIER = frozenset({("CREATE TABLE", "database"), ("CREATE VIEW", "database"), ("ALTER", "dbo")})
_LINE = re.compile(r"(GRANT|REVOKE) (.+?)(?: ON SCHEMA::(\w+))? (?:TO|FROM) \[id-(\w+)-preprod\]")


def rights(lines: Iterable[str], before: frozenset[Right] = ROWS | EARLIER) -> dict[str, set[Right]]:
    """By app: (right, object) after the lines, where every app had those before; a line of another kind fails."""
    held = {app: set(before) for app in APPS}
    for line in lines:
        if line.startswith("IF DATABASE_PRINCIPAL_ID"):
            continue
        found = _LINE.fullmatch(line)
        assert found, f"not understood: {line}"
        change = {(one, found[3] or "database") for one in found[2].split(", ")}
        held[found[4]] = held[found[4]] | change if found[1] == "GRANT" else held[found[4]] - change
    return held


def told() -> dict[str, set[Right]]:
    """The table of the page, by principal."""
    section = PAGE.read_text().partition("### Rights in the database")[2].partition("\n#")[0]
    rows = re.findall(r"^\| ([\w ,]+) \| `([A-Z, ]+)` \| (?:schema `(\w+)`|the database) \|", section, re.MULTILINE)
    held: dict[str, set[Right]] = {}
    for names, words, schema in rows:
        for name in names.split(", "):
            held.setdefault(name, set()).update((one, schema or "database") for one in words.split(", "))
    return held


def test_an_app_changes_rows_and_nothing_else() -> None:
    """Whatever it had before, each has what the page says; no ALTER, CREATE or CONTROL on anything."""
    assert rights(statements("preprod")) == {app: told()[app] for app in APPS}
    assert rights(statements("preprod"), frozenset()) == {app: set(ROWS) for app in APPS}
    assert not {"compute"} & told().keys()


@pytest.mark.parametrize(
    "line",
    [
        "GRANT ALTER ON SCHEMA::dbo TO [id-score-preprod]",
        "GRANT CREATE TABLE TO [id-ingest-preprod]",
        "GRANT SELECT, CONTROL ON SCHEMA::typed TO [id-deploy-preprod]",
    ],
)
def test_a_right_too_much_is_seen(line: str) -> None:
    """One line more, and the app no longer has what the page says."""
    assert rights([*statements("preprod"), line]) != {app: told()[app] for app in APPS}


def test_a_role_of_the_database_is_not_given_to_an_app() -> None:
    """db_ddladmin or db_owner would hold ALTER without a GRANT."""
    with pytest.raises(AssertionError, match="not understood"):
        rights(["ALTER ROLE db_ddladmin ADD MEMBER [id-score-preprod]"])


@needs_compiler
def test_the_group_alone_administers_the_server() -> None:
    """An administrator makes tables; no identity of an app is one, or has a role on the server."""
    server = of_main().one("Microsoft.Sql/servers", "sql-mlops-")["properties"]["administrators"]
    assert (server["principalType"], server["sid"]) == ("Group", ADMINISTRATORS)
    assert of_main().one("Microsoft.Sql/servers/administrators")["properties"]["sid"] == ADMINISTRATORS
    assert not [need for need in NEEDS if "sql" in need.scope.lower() or "SQL" in need.role]


def refused(engine: Engine, statement: str) -> bool:
    """Whether the right for it is missing, of all that can go wrong."""
    with engine.connect() as connection:
        try:
            connection.execute(text(statement))
        except ProgrammingError as error:
            connection.rollback()
            # insufficient_privilege
            return getattr(error.orig, "sqlstate", "") == "42501"
        connection.rollback()
    return False


def test_no_object_of_the_schema_can_be_changed_by_an_app(postgres: PostgresServer) -> None:
    """Each table, typed ones too, and each view, on a real server; its owner may."""
    url = postgres.new()
    assert main(["apply", "--url", url]) == 0
    app = postgres.user()
    postgres.grant(url, app, "SELECT, INSERT, UPDATE, DELETE")
    owner, opened = bare_engine(url), bare_engine(postgres.as_user(url, app))
    tables, views = inspect(owner).get_table_names(), inspect(owner).get_view_names()
    assert {"predictions_bank_marketing", "actual_bank_marketing", "ledger"} <= set(tables)
    assert "v_predictions_bank_marketing" in views
    changes = [f'ALTER TABLE "{one}" ADD COLUMN planted INTEGER' for one in tables]
    changes += [f'DROP TABLE "{one}" CASCADE' for one in tables]
    changes += [f'DROP VIEW "{one}" CASCADE' for one in views]
    changes += ["CREATE TABLE planted (a INTEGER)", "CREATE VIEW planted AS SELECT 1", "CREATE SCHEMA planted"]
    assert [one for one in changes if not refused(opened, one)] == []
    assert not [one for one in changes if refused(owner, one)]
    for engine in (owner, opened):
        engine.dispose()
