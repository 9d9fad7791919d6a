"""Windows are written anew without the person's rows: file, commit and SQL."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from shared.core.errors import Superseded
from shared.core.lake_reading import read_json
from shared.core.paths import commit_path
from shared.core.scenario import Scenario
from shared.operations.erasure.lake_files import FoundFile, read, without_subject
from shared.operations.erasure.records import keep_record
from shared.operations.erasure.subject import Subject
from shared.operations.erasure_record import ErasureRecord
from shared.prediction.commits import keep_erased, revision_of
from shared.prediction.rebuild import restore_window
from shared.prediction.window import Commit

if TYPE_CHECKING:
    from shared.core.blob import Blob
    from shared.operations.ports import OperationsPorts


def erase_windows(
    ports: OperationsPorts, scenario: Scenario, subject: Subject, erasure: str, found: Iterable[FoundFile]
) -> None:
    """Rewrite the file of every window that holds rows of the person; the old file goes last."""
    by_path = {one.blob.path: one for one in found}
    for blob in list(ports.core.lake.list(f"windows/{scenario.name}/")):
        if blob.path.endswith("/_COMMIT.json"):
            commit = Commit.from_json(read_json(ports, blob.path), blob.path)
            old = by_path.pop(commit.path, None)
            if old is not None:
                _erase(ports, scenario, subject, erasure, commit, old)
    # What no commit names any more is what a killed erasure left.
    for left in by_path.values():
        _remove(ports, left.blob)


def _erase(  # noqa: PLR0917 -- the facts of one window
    ports: OperationsPorts, scenario: Scenario, subject: Subject, erasure: str, commit: Commit, old: FoundFile
) -> None:
    content = without_subject(old.blob, read(ports, old.blob), subject)
    sha256 = hashlib.sha256(content).hexdigest()
    folder = commit.path.rpartition("/")[0]
    new = replace(commit, path=f"{folder}/{sha256}.parquet", sha256=sha256, rows=commit.rows - old.rows)
    new = replace(new, rejected_rows=_with_erased(commit.rejected_rows, old.rows))
    ports.core.lake.put(new.path, content)
    keep_record(ports, scenario.name, ErasureRecord(erasure, "window", commit.window, commit.sha256, sha256, old.rows))
    # Reports go on to see the window from the time on from which they saw it.
    keep_erased(ports, commit, revision_of(ports, commit).committed_at)
    ports.core.lake.put(commit_path(scenario.name, commit.window), new.to_bytes(), if_absent=False)
    restore_window(ports, scenario, new)
    _remove(ports, old.blob)


def _with_erased(rejected: str, rows: int) -> str:
    """The causes for which rows are not there, with those that were erased."""
    causes = [one for one in rejected.split(", ") if one]
    before = sum(int(one.partition("=")[2]) for one in causes if one.startswith("erased="))
    return ", ".join([*(one for one in causes if not one.startswith("erased=")), f"erased={before + rows}"])


def restore_left(ports: OperationsPorts, scenario: Scenario) -> None:
    """Bring SQL up to the commits of the lake, where a killed erasure has changed these only."""
    known = {commit.window: commit for commit in ports.prediction.predictions.commits(scenario.name)}
    for blob in ports.core.lake.list(f"windows/{scenario.name}/"):
        if blob.path.endswith("/_COMMIT.json"):
            commit = Commit.from_json(read_json(ports, blob.path), blob.path)
            if commit.window in known and known[commit.window] != commit:
                restore_window(ports, scenario, commit)


def erase_trials(ports: OperationsPorts, scenario: Scenario, subject: Subject, found: Iterable[FoundFile]) -> None:
    """Rewrite what challengers answered unseen; what names a file by its digest names the new one."""
    for one in found:
        content = without_subject(one.blob, read(ports, one.blob), subject)
        naming = _naming(ports, scenario, one.blob.path)
        if naming is None:
            ports.core.lake.put(one.blob.path, content, if_absent=False)
            continue
        sha256 = hashlib.sha256(content).hexdigest()
        path = f"{one.blob.path.rpartition('/')[0]}/{sha256}.parquet"
        ports.core.lake.put(path, content)
        told = {**naming[1], "path": path, "sha256": sha256, "rows": int(str(naming[1]["rows"])) - one.rows}
        ports.core.lake.put(naming[0], (json.dumps(told, indent=1) + "\n").encode(), if_absent=False)
        _remove(ports, one.blob)


def _naming(ports: OperationsPorts, scenario: Scenario, path: str) -> tuple[str, Mapping[str, object]] | None:
    for blob in ports.core.lake.list(f"trials/{scenario.name}/"):
        if blob.path.endswith(".json"):
            value = read_json(ports, blob.path)
            if isinstance(value, Mapping) and value.get("path") == path and "sha256" in value:
                return blob.path, value
    return None


def _remove(ports: OperationsPorts, blob: Blob) -> None:
    with suppress(Superseded):
        ports.core.lake.remove(blob.path, blob.etag)
