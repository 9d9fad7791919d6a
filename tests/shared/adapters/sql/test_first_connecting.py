"""The connections of a first answer: as SQLAlchemy connects, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from shared.adapters.sql.connection.arguments import BUSY_SECONDS, TRUSTED
from shared.adapters.sql.database import bare_engine
from shared.adapters.sql.first.connecting import address_of, connector, odbc_text, postgres_keywords

POSTGRES, SQLSERVER = "postgresql+psycopg://", "mssql+pyodbc://"


@pytest.mark.parametrize(
    "rest",
    [
        "ada:secret@db.example.com/mlops",
        "ada:s%40cret%2F@db.example.com:6432/mlops",
        "ada@db.example.com/mlops?sslmode=verify-full&sslrootcert=system",
        "ada:secret@127.0.0.1:5432/mlops?options=-c%20search_path%3Dmlops",
        "ada%40tenant@db.postgres.database.azure.com/mlops",
    ],
)
def test_postgresql_gets_what_sqlalchemy_would_give_it(rest: str) -> None:
    """The same keywords with the same values."""
    engine = bare_engine(POSTGRES + rest)
    given, address = engine.dialect.create_connect_args(engine.url)[1], address_of(rest)
    assert address is not None
    told = {**given, **_connect_arguments(engine)}
    assert postgres_keywords(address, BUSY_SECONDS) == {name: told[name] for name in told if name != "context"}


def _connect_arguments(engine: Engine) -> dict[str, Any]:
    """What the engine adds to the URL, as it stands where the engine connects."""
    creator: Any = engine.pool._creator
    found = dict(zip(creator.__code__.co_freevars, (cell.cell_contents for cell in creator.__closure__), strict=True))
    arguments: dict[str, Any] = found["cparams"]
    return arguments


@pytest.mark.parametrize(
    "rest",
    [
        "ada:secret@db.example.com/mlops",
        "ada:s%40cret@db.example.com:1444/mlops?Encrypt=no",
        "@db.database.windows.net/mlops",
        "db.database.windows.net/mlops?TrustServerCertificate=yes&driver=ODBC%20Driver%2017%20for%20SQL%20Server",
    ],
)
def test_sql_server_gets_what_sqlalchemy_would_give_it(rest: str, odbc_driver: None) -> None:
    """The same text; with a token, without the login of the operating system."""
    engine = bare_engine(SQLSERVER + rest)
    given, address = engine.dialect.create_connect_args(engine.url)[0][0], address_of(rest)
    assert address is not None
    assert odbc_text(address) == given.replace(TRUSTED, "")


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////home/a%20b/state.db",
        "sqlite:////home/state.db?uri=true",
        "sqlite:///:memory:",
        f"{POSTGRES}/mlops?host=/run/postgresql",
        f"{POSTGRES}ada@[::1]/mlops",
        f"{POSTGRES}ada@a,b/mlops",
        f"{POSTGRES}ada@a/mlops?host=a:1&host=b:2",
        f"{SQLSERVER}?odbc_connect=DRIVER%3D",
        f"{SQLSERVER}ada@dsn",
        f"{SQLSERVER}ada:a%3Bb@host/mlops",
        f"{SQLSERVER}host/mlops?authentication=ActiveDirectoryMsi",
    ],
)
def test_a_url_of_another_form_is_left_to_sqlalchemy(url: str) -> None:
    """It knows more forms than are read here."""
    assert connector(url, BUSY_SECONDS, None) is None
