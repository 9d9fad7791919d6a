"""What became of something: its own entries of the ledger, and those of everything that came out of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from shared.core.ledger import Entry, Kind
from shared.core.paths import Landing, landing

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts

# A file leads to its drop or window, a drop to a dataset, that to a run, that to a model and its deployment.
_MOST_STEPS = 8
_LEADS_ON = frozenset({Kind.BLOB, Kind.DROP, Kind.DATASET, Kind.FEEDBACK, Kind.RETRAIN, Kind.SCHEDULE, Kind.PIPELINE})
_ORDER = {kind.value: number for number, kind in enumerate(Kind)}
_RUNS = frozenset({Kind.TRAIN, Kind.RUN})


def followed(ports: OperationsPorts, text: str) -> Sequence[Entry]:
    """Entries whose key contains `text`, then of its drop, dataset, run, model, verdict and deployment, oldest first.

    `text` may also be a kind of entries; those are not followed.
    """
    found = list(ports.core.history.why(text))
    if text in set(Kind):
        return found
    asked, fresh = {text}, found
    for _ in range(_MOST_STEPS):
        names = sorted({*_next(ports, fresh)} - asked)
        known = {_identity(entry) for entry in found}
        new = {_identity(entry): entry for name in names for entry in _about(ports, name)}
        fresh = [entry for identity, entry in new.items() if identity not in known]
        if not fresh:
            break
        asked |= set(names)
        found += fresh
    # Kinds are declared in the order of the loop; it tells apart what happened at the same moment.
    return sorted(found, key=lambda entry: (entry.at, _ORDER.get(entry.kind, 0)))


def _identity(entry: Entry) -> tuple[object, ...]:
    return (entry.at, entry.kind, entry.key, entry.state, entry.reason)


def _about(ports: OperationsPorts, name: str) -> Iterator[Entry]:
    """Entries about exactly that: `bank:1` is not `bank:10`, and drop `day` is not `day-2`."""
    whole = re.compile(rf"(?<![\w.:]){re.escape(name)}(?=$|[@/]|-[0-9a-f]{{8,}}$)")
    return (entry for entry in ports.core.history.why(name) if whole.search(entry.key) and entry.kind != Kind.BASELINE)


def _next(ports: OperationsPorts, entries: Iterable[Entry]) -> Iterator[str]:
    """The names of what came out of these: of a file its drop or window, else the dataset, the runs, the models."""
    for kind, key in {(entry.kind, entry.key) for entry in entries}:
        if kind == Kind.BLOB:
            where = landing(key.partition("@")[0], ports.core.scenarios)
            yield from [where.key] if isinstance(where, Landing) else []
        if kind in _LEADS_ON and (now := ports.core.history.find(kind, key)):
            yield from (str(now.detail[link]) for link in ("dataset", "run") if now.detail.get(link))
        if kind == Kind.DATASET:
            yield from (run.id for run in ports.training.runs.list() if key.endswith(run.dataset))
        if kind in _RUNS:
            yield from _of_run(ports, key)


def _of_run(ports: OperationsPorts, run: str) -> Iterator[str]:
    for model in ports.training.registry.list():
        if model.run == run:
            yield from (model.id, f"{model.name}/{model.version}")
