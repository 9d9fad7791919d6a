"""The connections of this process to the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from shared.adapters.lazy import Once
    from shared.adapters.sql.first.reads import FirstReads


class SqlSessions:
    """Port `Sessions`, of a database that may not have been opened yet."""

    def __init__(self, engine: Once[Engine], first: FirstReads) -> None:
        self._engine = engine
        self._first = first

    def close(self) -> None:
        """Close those that nobody uses; what is in use closes when it comes back."""
        self._first.close()
        if (engine := self._engine.made) is not None:
            engine.dispose()
