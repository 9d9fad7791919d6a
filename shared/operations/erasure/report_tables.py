"""Delta tables of labels are written anew without the person's rows: the log first, then the old file goes."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from shared.core.blob import Blob
from shared.core.errors import Superseded
from shared.core.scenario import Scenario
from shared.monitoring.label_tables.rows import data_file
from shared.operations.erasure.lake_files import FoundFile
from shared.operations.erasure.streamed_file import canonical, put_new
from shared.operations.erasure.subject import Subject
from shared.prediction.delta_follower import has_log
from shared.prediction.delta_table import DeltaTable, actuals_table, labelled_table

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


def erase_reports(ports: OperationsPorts, scenario: Scenario, subject: Subject, found: Iterable[FoundFile]) -> None:
    """Rewrite what the logs name and remove what they do not name any more."""
    held = list(found)
    for table in (actuals_table(scenario), labelled_table(scenario)):
        theirs = [one for one in held if one.blob.path.startswith(table.root)]
        values = _named(ports, table) if theirs else {}
        for one in theirs:
            value = values.get(one.blob.path)
            if value is not None:
                _replace(ports, table, value, one, subject)
            elif not has_log(ports, table):
                # The newest file of its folder is what a rebuilt log would name.
                _rewritten(ports, one, subject)
            with suppress(Superseded):
                ports.core.lake.remove(one.blob.path, one.blob.etag)


def _named(ports: OperationsPorts, table: DeltaTable) -> dict[str, str]:
    """By path the partition that a file of the log belongs to."""
    named = ports.prediction.delta.files(table) if has_log(ports, table) else {}
    return {path: value for value, paths in named.items() for path in paths}


def _replace(ports: OperationsPorts, table: DeltaTable, value: str, one: FoundFile, subject: Subject) -> None:
    new = data_file(ports, table, _rewritten(ports, one, subject))
    ports.prediction.delta.replace(table, value, [new] if new.rows else [], new.path.rpartition("/")[2])


def _rewritten(ports: OperationsPorts, one: FoundFile, subject: Subject) -> Blob:
    """The file without the rows of the person, under its own digest."""
    return put_new(ports, f"{one.blob.path.rpartition('/')[0]}/", canonical(ports, one.blob, subject))
