"""The Delta table of predictions follows commits, as SQL does: one commit of its log for each committed window.

The lake leads. A repeat changes nothing, a correction takes the place of its window, and what failed is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING
from urllib.parse import unquote

from shared.core.blob import Blob
from shared.core.errors import Corrupt, Fault
from shared.core.ledger import Kind, State
from shared.core.paths import commit_path, kept_labels
from shared.core.scenario import Scenario
from shared.prediction.commits import committed_file, read_commit, whole_commit
from shared.prediction.delta_table import DataFile, DeltaTable, actuals_table, labelled_table, predictions_table
from shared.prediction.plans import read_plan
from shared.prediction.window import Commit, CommittedFile

if TYPE_CHECKING:
    from shared.prediction.ports import PredictionPorts


def follow(ports: PredictionPorts, scenario: Scenario, window: str) -> bool:
    """Bring the table up to the newest version of that window; what stands in the way is noted, and False.

    SQL does not wait for it: the sweep tries again what waits.
    """

    def change() -> None:
        base = read_plan(ports, scenario.name, window).base
        replace_window(ports, scenario, base, newest_version(ports, scenario, base))

    return try_to(ports, f"{scenario.name}/{window}", change)


def try_to(ports: PredictionPorts, key: str, change: Callable[[], None]) -> bool:
    """Make the change to Delta tables; a fault is noted under the key with its state, and False."""
    if not ports.prediction.delta_follows:
        return True
    try:
        change()
    except Fault as fault:
        state = State.FAILED if fault.permanent else State.WAITING
        ports.core.ledger.note(Kind.TABLE, key, state, fault.reason)
        return False
    settle(ports, key)
    return True


def settle(ports: PredictionPorts, key: str) -> None:
    """Tell that what waited or failed is done."""
    before = ports.core.history.find(Kind.TABLE, key)
    if before is not None and before.state != State.DONE:
        ports.core.ledger.note(Kind.TABLE, key, State.DONE, "The Delta tables have it now.")


def replace_window(ports: PredictionPorts, scenario: Scenario, base: str, newest: Commit) -> bool:
    """One commit by which the table has this version of the window and no other; False when it is so."""
    table = predictions_table(scenario)
    there = {blob.path: blob for blob in ports.core.lake.list(table.folder(base))}
    files = []
    for file in whole_commit(ports, newest).files:
        blob = there.get(f"{table.folder(base)}{file.sha256}.parquet") or _copied(ports, table, base, file)
        files.append(DataFile(blob.path, blob.size, file.rows, blob.modified, {"scored_at": newest.scored_at}))
    return ports.prediction.delta.replace(table, base, files, f"{newest.window}@{newest.sha256}")


def follow_erased(ports: PredictionPorts, scenario: Scenario, window: str) -> None:
    """Bring a table that is there up to a window that was written anew, also where nothing follows any more.

    What stands in the way is raised: the old file stays until no log names it.
    """
    if has_log(ports, predictions_table(scenario)):
        base = read_plan(ports, scenario.name, window).base
        replace_window(ports, scenario, base, newest_version(ports, scenario, base))


def take_out(ports: PredictionPorts, scenario: Scenario, bases: Collection[str]) -> None:
    """Take these windows out of the tables, before their files go."""
    named = sorted(bases)
    for table in (predictions_table(scenario), labelled_table(scenario)):
        if named and has_log(ports, table):
            ports.prediction.delta.remove(table, named, f"without {named[0]} to {named[-1]}")


def take_out_labels(ports: PredictionPorts, scenario: Scenario, paths: Iterable[str]) -> None:
    """Take these files of labels out of the table of actuals, before they go."""
    start, table = kept_labels(scenario.name), actuals_table(scenario)
    gone = {unquote(path.removeprefix(start).partition("/")[0]) for path in paths if path.startswith(start)}
    if gone and has_log(ports, table):
        ports.prediction.delta.remove(table, sorted(gone), f"without {min(gone)} to {max(gone)}")


def has_log(ports: PredictionPorts, table: DeltaTable) -> bool:
    """Whether the table was ever written, also where nothing follows any more."""
    return any(True for _ in ports.core.lake.list(table.log))


def newest_version(ports: PredictionPorts, scenario: Scenario, base: str) -> Commit:
    """The commit of the newest version that has one."""
    versions = [one.window for one in ports.prediction.corrections.list(scenario.name) if one.base == base]
    for window in [*reversed(versions), base]:
        path = commit_path(scenario.name, window)
        if ports.core.lake.stat(path) is not None:
            return read_commit(ports, path)
    raise Corrupt(f"Window {base} of {scenario.name} has no commit in the lake.")


def _copied(ports: PredictionPorts, table: DeltaTable, base: str, file: CommittedFile) -> Blob:
    """A file that an earlier version of the system left beside its plan, now also in the table."""
    with committed_file(ports, file) as source:
        return ports.core.lake.put(f"{table.folder(base)}{file.sha256}.parquet", source)[0]
