"""Tables of messages in a folder of the home: one file a table, one message with its ingestion time a line."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from local.data_explorer.evaluation import Row, ticks_of

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


class StoredMessages(Mapping[str, Sequence[Row]]):
    """The tables, by name. Any process may ingest; what it wrote is found by the next query."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "data_explorer"
        self._read: dict[str, tuple[int, list[Row]]] = {}

    def create(self, table: str) -> None:
        """Make the table where it is missing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._file(table).touch()

    def ingest(self, table: str, payloads: Sequence[Mapping[str, Any]], at: datetime) -> None:
        """One batch, all with the same ingestion time; durable when this returns."""
        self.create(table)
        lines = "".join(json.dumps([ticks_of(at), payload]) + "\n" for payload in payloads)
        with self._file(table).open("ab", buffering=0) as out:
            out.write(lines.encode())
            os.fsync(out.fileno())

    def __getitem__(self, table: str) -> Sequence[Row]:
        """The rows; KeyError when there is no such table."""
        if table not in self:
            raise KeyError(table)
        offset, rows = self._read.get(table, (0, []))
        with self._file(table).open("rb") as source:
            source.seek(offset)
            # A line that is being written is read with the next query.
            whole = source.read().rpartition(b"\n")[0]
        rows = [*rows, *(Row(*json.loads(line)) for line in whole.splitlines())]
        self._read[table] = offset + len(whole) + bool(whole), rows
        return rows

    def __contains__(self, table: object) -> bool:
        """Whether the table exists."""
        return isinstance(table, str) and _NAME.fullmatch(table) is not None and self._file(table).is_file()

    def __iter__(self) -> Iterator[str]:
        """The names of the tables."""
        return iter(sorted(file.stem for file in self.folder.glob("*.jsonl")))

    def __len__(self) -> int:
        """How many tables there are."""
        return sum(1 for _ in self)

    def _file(self, table: str) -> Path:
        return self.folder / f"{table}.jsonl"
