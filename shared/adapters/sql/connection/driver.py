"""The driver's own connection, for operations that SQLAlchemy does not offer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


@contextmanager
def driver_errors(connection: Connection) -> Iterator[Any]:
    """Yield the driver's connection; its errors are raised as SQLAlchemy's, so they are explained and retried alike."""
    driver = connection.connection.driver_connection
    dialect = connection.dialect
    module: Any = dialect.loaded_dbapi
    try:
        yield driver
    except module.Error as error:
        lost = dialect.is_disconnect(error, driver, None)
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(
            "bulk load", None, error, module.Error, hide_parameters=True, connection_invalidated=lost, dialect=dialect
        ) from error
