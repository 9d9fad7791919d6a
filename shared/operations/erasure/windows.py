"""Windows are written anew without the person's rows: file, commit and SQL."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shared.core.errors import Superseded
from shared.core.lake_reading import read_json
from shared.core.paths import commit_path, predictions_folder
from shared.core.scenario import Scenario
from shared.operations.erasure.lake_files import FoundFile
from shared.operations.erasure.records import keep_record
from shared.operations.erasure.streamed_file import StreamedFile, put_new
from shared.operations.erasure.subject import Subject, as_row
from shared.operations.erasure_record import ErasureRecord
from shared.prediction.commits import is_erased, keep_erased, revision_of
from shared.prediction.delta_follower import follow_erased
from shared.prediction.rebuild import restore_window
from shared.prediction.window import Commit, CommittedFile

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
            held = [one for file in commit.files if (one := by_path.pop(file.path, None))]
            if held:
                _erase(ports, scenario, subject, erasure, commit, held)
    # What no commit names any more is what a killed erasure left, or a copy of a file that was written anew.
    restore_left(ports, scenario)
    for left in by_path.values():
        _remove(ports, left.blob)


def _erase(  # noqa: PLR0917 -- the facts of one window
    ports: OperationsPorts,
    scenario: Scenario,
    subject: Subject,
    erasure: str,
    commit: Commit,
    held: Sequence[FoundFile],
) -> None:
    by_path = {one.blob.path: one for one in held}
    revision = revision_of(ports, commit)
    folder = predictions_folder(scenario.name, revision.base)
    files = tuple(_file(ports, subject, file, by_path.get(file.path), folder) for file in commit.files)
    gone = sum(one.rows for one in held)
    new = replace(commit, rows=commit.rows - gone, rejected_rows=_with_erased(commit.rejected_rows, gone))
    if commit.is_sharded:
        digest = hashlib.sha256("".join(one.sha256 for one in files).encode()).hexdigest()
        new = replace(new, sha256=digest, shards=files)
    else:
        new = replace(new, path=files[0].path, sha256=files[0].sha256)
    record = ErasureRecord(erasure, "window", commit.window, commit.sha256, new.sha256, gone)
    keep_record(ports, scenario.name, record)
    # Reports go on to see the window from the time on from which they saw it.
    keep_erased(ports, commit, revision.committed_at)
    ports.core.lake.put(commit_path(scenario.name, commit.window), new.to_bytes(), if_absent=False)
    restore_window(ports, scenario, new)
    follow_erased(ports, scenario, commit.window)
    for one in held:
        _remove(ports, one.blob)


def _file(
    ports: OperationsPorts, subject: Subject, file: CommittedFile, held: FoundFile | None, folder: str
) -> CommittedFile:
    """The file without the rows of the person, in the folder under its own digest; as it is when it holds none."""
    if held is None:
        return file
    new = StreamedFile.of(ports, held.blob).without(subject)
    path = put_new(ports, folder, new).path
    return replace(file, path=path, sha256=new.sha256, rows=file.rows - held.rows)


def erase_shards(ports: OperationsPorts, scenario: Scenario, subject: Subject, found: Iterable[FoundFile]) -> None:
    """Rewrite the cut input of large windows, and what describes it: new digests, and no rows that were set aside."""
    held, renamed = list(found), {}
    for one in held:
        new = StreamedFile.of(ports, one.blob).without(subject)
        path = put_new(ports, f"{one.blob.path.rpartition('/')[0]}/", new).path
        renamed[one.blob.path] = {"path": path, "sha256": new.sha256, "size": new.size}
    for blob in list(ports.core.lake.list(f"shards/{scenario.name}/")):
        if blob.path.endswith(".json"):
            value = read_json(ports, blob.path)
            told = _described(value, renamed, subject)
            if told != value:
                ports.core.lake.put(blob.path, json.dumps(told).encode(), if_absent=False)
    for one in held:
        _remove(ports, one.blob)


def _described(value: Any, renamed: Mapping[str, Mapping[str, Any]], subject: Subject) -> Any:
    if isinstance(value, list):
        return [_described(one, renamed, subject) for one in value if not _is_theirs(one, subject)]
    if not isinstance(value, Mapping):
        return value
    told = {name: _described(one, renamed, subject) for name, one in value.items()}
    return {**told, **renamed.get(str(told.get("path")), {})}


def _is_theirs(value: Any, subject: Subject) -> bool:
    """Whether it is a row of the person that was set aside."""
    return isinstance(value, Mapping) and "cells" in value and subject.is_named_by(as_row(str(value["cells"])))


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
            if is_erased(ports, scenario.name, commit.window):
                follow_erased(ports, scenario, commit.window)


def erase_trials(ports: OperationsPorts, scenario: Scenario, subject: Subject, found: Iterable[FoundFile]) -> None:
    """Rewrite what challengers answered unseen; what names a file by its digest names the new one."""
    for one in found:
        new = StreamedFile.of(ports, one.blob).without(subject)
        naming = _naming(ports, scenario, one.blob.path)
        if naming is None:
            with new.open() as content:
                ports.core.lake.put(one.blob.path, content, if_absent=False)
            continue
        path = put_new(ports, f"{one.blob.path.rpartition('/')[0]}/", new).path
        told = {**naming[1], "path": path, "sha256": new.sha256, "rows": int(str(naming[1]["rows"])) - one.rows}
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
