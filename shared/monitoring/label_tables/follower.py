"""The Delta tables of labels follow: `actuals` as they came, and `labelled` beside the predictions they are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from shared.core.blob import Blob
from shared.core.drops import blob_key
from shared.core.errors import Missing
from shared.core.paths import kept_labels
from shared.core.scenario import Scenario
from shared.monitoring.label_tables.rows import data_file, keep_delivered, keep_labelled
from shared.prediction.delta_follower import try_to
from shared.prediction.delta_table import actuals_table, delivery, labelled_table
from shared.prediction.sharding.loading import are_held
from shared.prediction.window import Commit

if TYPE_CHECKING:
    from shared.datasets.rows import Rows
    from shared.monitoring.ports import MonitoringPorts


def keep_labels(ports: MonitoringPorts, scenario: Scenario, labels: Rows, blob: Blob) -> None:
    """Keep the labels of a file that landed in the table of actuals, and beside the predictions that they name."""
    if ports.prediction.delta_follows:
        keep_delivered(ports, scenario, labels, blob)
        follow_labels(ports, scenario, blob_key(blob))


def follow_labels(ports: MonitoringPorts, scenario: Scenario, source: str) -> bool:
    """Bring both tables up to the labels of that file; what stands in the way is noted, and False."""

    def change() -> None:
        replace_delivery(ports, scenario, delivery(source))
        named = ports.monitoring.window_labels.named_by(scenario, source)
        for base, commit in newest_versions(ports, scenario, named):
            replace_labelled(ports, scenario, base, commit)

    return try_to(ports, f"{scenario.name}/{source}", change)


def follow_window(ports: MonitoringPorts, scenario: Scenario, window: str) -> bool:
    """Bring the labelled predictions of the window up to its newest version and the labels that are known."""

    def change() -> None:
        ordinals = {one.ordinal for one in ports.prediction.predictions.commits(scenario.name) if one.window == window}
        for base, commit in newest_versions(ports, scenario, ordinals):
            replace_labelled(ports, scenario, base, commit)

    return try_to(ports, f"{scenario.name}/{window}/labels", change)


def replace_delivery(ports: MonitoringPorts, scenario: Scenario, name: str) -> bool:
    """One commit by which the table of actuals names the file that was kept of that delivery."""
    table = actuals_table(scenario)
    kept = list(ports.core.lake.list(table.folder(name)))
    if not kept:
        raise Missing(f"The labels of delivery {name} are not in the lake.")
    newest = max(kept, key=lambda blob: (blob.modified, blob.path))
    return ports.prediction.delta.replace(table, name, [data_file(ports, table, newest)], f"{name}@{newest.name}")


def replace_labelled(ports: MonitoringPorts, scenario: Scenario, base: str, commit: Commit) -> bool:
    """One commit by which the window has the labelled predictions of that version; False when it has them.

    Where SQL does not hold the rows any more, what was written stays.
    """
    if not are_held(ports, commit):
        return False
    files = keep_labelled(ports, scenario, base, commit)
    name = files[0].path.rpartition("/")[2] if files else "nothing"
    return ports.prediction.delta.replace(labelled_table(scenario), base, files, f"{commit.window}@{name}")


def newest_versions(
    ports: MonitoringPorts, scenario: Scenario, ordinals: Iterable[int] | None = None
) -> Iterator[tuple[str, Commit]]:
    """The base and the newest version of each window of which a version has one of these ordinals; without, of all."""
    corrected = {one.window: one for one in ports.prediction.corrections.list(scenario.name)}
    wanted = None if ordinals is None else set(ordinals)
    newest: dict[str, Commit] = {}
    named: set[str] = set()
    for commit in ports.prediction.predictions.commits(scenario.name):
        base = corrected[commit.window].base if commit.window in corrected else commit.window
        newest[base] = commit
        named |= {base} if wanted is None or commit.ordinal in wanted else set()
    yield from ((base, newest[base]) for base in sorted(named))


def deliveries(ports: MonitoringPorts, scenario: Scenario) -> list[str]:
    """The deliveries whose rows the lake keeps for the table of actuals."""
    start = kept_labels(scenario.name)
    names = {blob.path.removeprefix(start).partition("/")[0] for blob in ports.core.lake.list(start)}
    return sorted(map(unquote, names))
