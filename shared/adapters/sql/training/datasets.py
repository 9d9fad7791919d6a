"""Dataset versions in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, insert, select

from shared.adapters.sql.connection.transactions import read, write
from shared.adapters.sql.schema.tables import dataset_version
from shared.datasets.version import DatasetVersion, TableFile

_C = dataset_version.c


class SqlDatasets:
    """Port `Datasets`: one version per (scenario, digest)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, dataset: DatasetVersion) -> DatasetVersion:
        """Store the version; when the digest is known, return the existing one."""

        def work(connection: Connection) -> DatasetVersion:
            same = select(dataset_version).where(_C.scenario == dataset.scenario, _C.digest == dataset.digest)
            row = connection.execute(same).one_or_none()
            if row is not None:
                return _read(row)
            connection.execute(insert(dataset_version), asdict(dataset))
            return dataset

        return write(self._engine, work)

    def find(self, scenario: str, dataset_id: str) -> DatasetVersion | None:
        """The version, or None."""
        return self._first(_C.scenario == scenario, _C.id == dataset_id)

    def by_digest(self, scenario: str, digest: str) -> DatasetVersion | None:
        """The version with that content, or None."""
        return self._first(_C.scenario == scenario, _C.digest == digest)

    def list(self, scenario: str | None = None) -> Sequence[DatasetVersion]:
        """All versions, oldest first."""
        return self._all(*([] if scenario is None else [_C.scenario == scenario]))

    def _first(self, *conditions: ColumnElement[bool]) -> DatasetVersion | None:
        return next(iter(self._all(*conditions)), None)

    def _all(self, *conditions: ColumnElement[bool]) -> Sequence[DatasetVersion]:
        query = select(dataset_version).where(*conditions).order_by(_C.created_at, _C.id)
        return [_read(row) for row in read(self._engine, lambda connection: connection.execute(query).all())]


def _read(row: Row[Any]) -> DatasetVersion:
    tables = tuple(TableFile(**table) for table in row.tables)
    return DatasetVersion(row.scenario, row.id, row.digest, tables, tuple(row.sources), row.created_at)
