"""The baseline: the profile that a person accepted and that new datasets are compared with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from shared.core.claims import once
from shared.core.errors import Conflict, Corrupt, Missing
from shared.core.lake_reading import read_bytes, read_json
from shared.core.ledger import Kind, Outcome, State
from shared.core.paths import baseline_folder
from shared.profiles.profile import SCHEMA, Baseline, DatasetProfile
from shared.profiles.whole_profile import rows_profile, whole_profile

if TYPE_CHECKING:
    from shared.profiles.ports import ProfilesPorts


_FACTS = {"number": int, "dataset": str, "profile": dict}


def read_baseline(ports: ProfilesPorts, scenario: str) -> Baseline | None:
    """The current baseline, or None when none was accepted; Corrupt when it is none that this code knows."""
    path = f"{baseline_folder(scenario)}baseline.json"
    return None if ports.core.lake.stat(path) is None else _read(ports, path)


def _read(ports: ProfilesPorts, path: str) -> Baseline:
    value = read_json(ports, path)
    known = value.get("schema") == SCHEMA and all(isinstance(value.get(key), kind) for key, kind in _FACTS.items())
    try:
        if known:
            return Baseline.from_json(value)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Corrupt(f"{path} cannot be read ({error!r}); accept a dataset again to replace it.") from error
    raise Corrupt(f"{path} is not a baseline of schema {SCHEMA}; accept a dataset again to replace it.")


def accept_baseline(ports: ProfilesPorts, scenario: str, dataset: str, *, by: str, reason: str) -> Baseline:
    """Make this dataset version the baseline; earlier baselines are kept by their numbers.

    Missing when the dataset or its profile is not there; Conflict when it is the baseline already or when somebody
    else accepts one at the same moment.
    """
    current = _current(ports, scenario)
    profile = _profile(ports, scenario, dataset)
    number = _last_number(ports, scenario) + 1
    rows = rows_profile(ports, scenario, dataset)
    if current is not None and (current.dataset, current.profile, current.rows) == (dataset, profile, rows):
        raise Conflict(f"Dataset {dataset} is the baseline of {scenario} already (number {current.number}).")
    baseline = Baseline(scenario, number, dataset, by, ports.core.clock().isoformat(), reason, profile, rows)
    result = once(ports, Kind.BASELINE, f"{scenario}/{number}", "", lambda: _store(ports, baseline))
    if not result.acted:
        raise Conflict(f"Somebody else accepts baseline {number} of {scenario} at this moment: {result.outcome.reason}")
    return baseline


def find_baseline(ports: ProfilesPorts, scenario: str, number: int) -> Baseline | None:
    """The baseline of that number, or None."""
    path = f"{baseline_folder(scenario)}{number}.json"
    return None if ports.core.lake.stat(path) is None else _read(ports, path)


def offered_baseline(ports: ProfilesPorts, scenario: str) -> str:
    """The dataset version that is offered as baseline: the first one, until a person accepts one; else empty."""
    if ports.core.lake.stat(f"{baseline_folder(scenario)}baseline.json") is not None:
        return ""
    return next(iter(ports.datasets.versions.ids(scenario)), "")


def offer(scenario: str, dataset: str) -> str:
    """What a sentence says about the offered baseline."""
    return f"its first dataset is offered: mlops baseline accept {scenario} {dataset} --by WHO --reason WHY"


def list_baselines(ports: ProfilesPorts, scenario: str) -> list[Baseline]:
    """Every baseline that was accepted, oldest first."""
    return [_read(ports, f"{baseline_folder(scenario)}{number}.json") for number in _numbers(ports, scenario)]


def _store(ports: ProfilesPorts, baseline: Baseline) -> Outcome:
    folder = baseline_folder(baseline.scenario)
    content = (json.dumps(baseline.to_json(), indent=1, sort_keys=True) + "\n").encode()
    # The numbered copy first: the current baseline is always among those that are kept.
    ports.core.lake.put(f"{folder}{baseline.number}.json", content, if_absent=False)
    ports.core.lake.put(f"{folder}baseline.json", content, if_absent=False)
    last = _last_number(ports, baseline.scenario)
    if last > baseline.number:
        # Somebody accepted a later one while this was written: whoever writes last leaves the highest number.
        ports.core.lake.put(f"{folder}baseline.json", read_bytes(ports, f"{folder}{last}.json"), if_absent=False)
    sentence = (
        f"Baseline {baseline.number} of {baseline.scenario} is dataset {baseline.dataset}, "
        f"accepted by {baseline.accepted_by}: {baseline.reason}"
    )
    return Outcome(State.DONE, sentence, {"dataset": baseline.dataset})


def _current(ports: ProfilesPorts, scenario: str) -> Baseline | None:
    try:
        return read_baseline(ports, scenario)
    except Corrupt:
        # Accepting one is how a broken baseline is replaced.
        return None


def _profile(ports: ProfilesPorts, scenario: str, dataset: str) -> DatasetProfile:
    version = ports.datasets.versions.find(scenario, dataset)
    if version is None:
        known = ", ".join(ports.datasets.versions.ids(scenario)) or "none yet"
        raise Missing(f"{scenario} has no dataset {dataset}; registered: {known}.")
    return whole_profile(ports, version)


def _last_number(ports: ProfilesPorts, scenario: str) -> int:
    return max(_numbers(ports, scenario), default=0)


def _numbers(ports: ProfilesPorts, scenario: str) -> list[int]:
    folder = baseline_folder(scenario)
    names = (blob.path.removeprefix(folder).removesuffix(".json") for blob in ports.core.lake.list(folder))
    return sorted(int(name) for name in names if name.isdigit())
