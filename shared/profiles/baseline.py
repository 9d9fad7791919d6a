"""The baseline profile: curated by a person, used to judge. Nothing here happens by itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.core.claims import once
from shared.core.errors import Conflict, Corrupt, Missing
from shared.core.lake_reading import read_bytes, read_json
from shared.core.ledger import Outcome
from shared.core.paths import baseline_folder
from shared.profiles.profile import SCHEMA
from shared.profiles.whole_profile import whole_profile

if TYPE_CHECKING:
    from shared.profiles.ports import ProfilesPorts


_FACTS = {"number": int, "dataset": str, "profile": dict}


def read_baseline(ports: ProfilesPorts, scenario: str) -> Mapping[str, Any] | None:
    """The baseline that judges, or None when none was accepted; Corrupt when it is none this code knows."""
    path = f"{baseline_folder(scenario)}baseline.json"
    if ports.core.lake.stat(path) is None:
        return None
    value = read_json(ports, path)
    if value.get("schema") != SCHEMA or not all(isinstance(value.get(key), kind) for key, kind in _FACTS.items()):
        raise Corrupt(f"{path} is not a baseline of schema {SCHEMA}; accept a dataset again to replace it.")
    return value


def accept_baseline(ports: ProfilesPorts, scenario: str, dataset: str, *, by: str, reason: str) -> Mapping[str, Any]:
    """Judge by this dataset version from now on; the baselines before it are kept by their numbers.

    Missing when the dataset or its profile is not there; Conflict when it is the baseline already or when somebody
    else accepts one at the same moment.
    """
    current = _current(ports, scenario)
    profile = _profile(ports, scenario, dataset)
    number = _last_number(ports, scenario) + 1
    if current is not None and current["dataset"] == dataset and current["profile"] == profile:
        raise Conflict(f"Dataset {dataset} is the baseline of {scenario} already (number {current['number']}).")
    value = {
        "schema": SCHEMA,
        "scenario": scenario,
        "number": number,
        "dataset": dataset,
        "accepted_by": by,
        "accepted_at": ports.core.clock().isoformat(),
        "reason": reason,
        "profile": profile,
    }
    result = once(ports, "baseline", f"{scenario}/{number}", "", lambda: _store(ports, value))
    if not result.acted:
        raise Conflict(f"Somebody else accepts baseline {number} of {scenario} at this moment: {result.outcome.reason}")
    return value


def list_baselines(ports: ProfilesPorts, scenario: str) -> list[Mapping[str, Any]]:
    """Every baseline that was accepted, oldest first."""
    return [read_json(ports, f"{baseline_folder(scenario)}{number}.json") for number in _numbers(ports, scenario)]


def _store(ports: ProfilesPorts, value: Mapping[str, Any]) -> Outcome:
    folder, content = baseline_folder(value["scenario"]), (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()
    # The numbered copy first: what judges is always among those that are kept.
    ports.core.lake.put(f"{folder}{value['number']}.json", content, if_absent=False)
    ports.core.lake.put(f"{folder}baseline.json", content, if_absent=False)
    last = _last_number(ports, value["scenario"])
    if last > value["number"]:
        # Somebody accepted a later one while this was written: whoever writes last leaves the highest number.
        ports.core.lake.put(f"{folder}baseline.json", read_bytes(ports, f"{folder}{last}.json"), if_absent=False)
    sentence = (
        f"Baseline {value['number']} of {value['scenario']} is dataset {value['dataset']}, "
        f"accepted by {value['accepted_by']}: {value['reason']}"
    )
    return Outcome("done", sentence, {"dataset": value["dataset"]})


def _current(ports: ProfilesPorts, scenario: str) -> Mapping[str, Any] | None:
    try:
        return read_baseline(ports, scenario)
    except Corrupt:
        # Accepting one is how a broken baseline is replaced.
        return None


def _profile(ports: ProfilesPorts, scenario: str, dataset: str) -> Mapping[str, Any]:
    version = ports.datasets.versions.find(scenario, dataset)
    if version is None:
        known = ", ".join(version.id for version in ports.datasets.versions.list(scenario)) or "none yet"
        raise Missing(f"{scenario} has no dataset {dataset}; registered: {known}.")
    profile = whole_profile(ports, version)
    if profile.get("schema") != SCHEMA:
        raise Conflict(f"The profile of dataset {dataset} was written by another version; accepted: schema {SCHEMA}.")
    return profile


def _last_number(ports: ProfilesPorts, scenario: str) -> int:
    return max(_numbers(ports, scenario), default=0)


def _numbers(ports: ProfilesPorts, scenario: str) -> list[int]:
    folder = baseline_folder(scenario)
    names = (blob.path.removeprefix(folder).removesuffix(".json") for blob in ports.core.lake.list(folder))
    return sorted(int(name) for name in names if name.isdigit())
