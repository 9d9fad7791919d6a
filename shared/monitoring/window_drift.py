"""One window is watched: its distances from every reference, and what looks wrong with its data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.core.lake_reading import read_json
from shared.core.paths import monitoring_folder
from shared.core.scenario import Scenario
from shared.monitoring import triage
from shared.monitoring.column_comparison import Compared, Place, compared, drifted_keys, measures, pairs
from shared.monitoring.measures import DriftMeasure, Reference, WindowFacts
from shared.monitoring.references import baseline_profile, holdout_profile, training_profile, training_rows
from shared.monitoring.scored_rows import SERVED_TABLE, Observed
from shared.monitoring.triage import Suspect
from shared.profiles.profile import RowFacts
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts


# As many earlier windows are asked whether they held the same rows, and how many rows are usual.
EARLIER = 8
ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Watched:
    """What was found in one window."""

    facts: WindowFacts
    drift: Sequence[DriftMeasure]
    suspects: Sequence[Suspect]


def watch(ports: MonitoringPorts, scenario: Scenario, seen: Observed) -> Watched:
    """Measure the window and keep the numbers; the suspects are for whoever acts on them."""
    place = Place(scenario.name, seen.window, seen.source, seen.ordinal, seen.model, ports.core.clock())
    before = _before(ports, place)
    inputs, suspects = _inputs(ports, scenario, seen)
    answers = list(_answers(ports, scenario, seen, before))
    drifted = _drifted_before(ports, place, before)
    found = [one for each in (*inputs, *answers) for one in measures(each, place, drifted, scenario.monitoring)]
    rows = {name: ports.profiles.profiler.rows(table) for name, table in seen.tables.items()} if seen.whole else {}
    repeated, told = _repeated(ports, scenario, before, rows)
    suspects.extend(told)
    suspects.extend(_volume(seen, before, scenario))
    _keep_profile(ports, scenario, seen, rows)
    facts = WindowFacts(
        scenario.name, seen.window, seen.source, seen.ordinal, seen.rows, repeated, seen.model, seen.dataset, "",
        place.at,
    )  # fmt: skip
    ports.monitoring.measurements.replace(facts, found)
    return Watched(facts, found, _lasting(suspects, found))


def _lasting(suspects: Sequence[Suspect], found: Sequence[DriftMeasure]) -> list[Suspect]:
    """Defects at once; drift only of a feature in which it persists. Each (cause, table, column) once."""
    persists = {one.feature for one in found if one.verdict == "persistent"}
    kept = [one for one in suspects if one.cause != "population_drift" or one.column in persists]
    return list({(one.cause, one.table, one.column): one for one in kept}.values())


def _inputs(ports: MonitoringPorts, scenario: Scenario, seen: Observed) -> tuple[list[Compared], list[Suspect]]:
    """The inputs against the training data and the accepted baseline; defects are told by the training data."""
    number, baseline = baseline_profile(ports, scenario.name)
    references: list[tuple[Reference, str, Mapping[str, Any]]] = [
        ("training", seen.dataset, _training(ports, scenario, seen)),
        ("baseline", number, _by_feature(baseline) if seen.source == "served" else baseline),
    ]
    found: list[Compared] = []
    suspects: list[Suspect] = []
    for reference, name, tables in references:
        columns = [one for table in seen.tables for one in _pairs(ports, scenario, seen, table, tables.get(table))]
        made = list(compared(columns, reference, name, scenario.monitoring))
        found.extend(made)
        if reference == "training":
            suspects.extend(_suspects(ports, scenario, seen, made))
            suspects.extend(_differing(seen, tables))
    return found, suspects


def _pairs(
    ports: MonitoringPorts, scenario: Scenario, seen: Observed, table: str, reference: Mapping[str, Any] | None
) -> Iterator[Any]:
    if reference is not None:
        described = ports.profiles.profiler.describe(seen.tables[table], reference)
        yield from pairs(table, seen.columns[table], described, reference, scenario.band)


def _differing(seen: Observed, tables: Mapping[str, Any]) -> Iterator[Suspect]:
    for name, table in seen.tables.items():
        watched = set(seen.columns[name])
        then = [column for column in tables.get(name, {"columns": {}})["columns"] if column in watched]
        yield from triage.columns_differ(name, table.column_names, then)


def _suspects(
    ports: MonitoringPorts, scenario: Scenario, seen: Observed, made: Sequence[Compared]
) -> Iterator[Suspect]:
    now = {name: ports.profiles.profiler.rows(table).runs for name, table in seen.tables.items()} if seen.whole else {}
    usual = training_rows(ports, scenario.name, seen.dataset) if seen.whole else {}
    for one in made:
        judged = one.judged
        if judged.current["count"] + judged.current["nulls"] < scenario.monitoring.min_rows:
            continue
        before = usual[judged.table].runs.get(judged.name) if judged.table in usual else None
        runs = (now.get(judged.table, {}).get(judged.name), before)
        suspect = triage.judge_column(judged, one.found, runs, scenario.monitoring)
        if suspect is not None:
            yield suspect


def _training(ports: MonitoringPorts, scenario: Scenario, seen: Observed) -> Mapping[str, Any]:
    """The profiles of the model's training data; of requests, whose columns are features, those of its holdout."""
    if seen.source == "batch":
        return training_profile(ports, scenario.name, seen.dataset)
    model = _model(ports, seen)
    return {} if model is None else {SERVED_TABLE: holdout_profile(ports, scenario, model)["inputs"]}


def _by_feature(tables: Mapping[str, Any]) -> Mapping[str, Any]:
    """All columns of all tables as one table: a request names features, whatever table they once came from."""
    columns = {name: one for table in tables.values() for name, one in table["columns"].items()}
    return {SERVED_TABLE: {"rows": 0, "columns": columns}} if columns else {}


def _answers(
    ports: MonitoringPorts, scenario: Scenario, seen: Observed, before: Sequence[WindowFacts]
) -> Iterator[Compared]:
    """The answers against those on the holdout, and against the latest earlier window of the same model."""
    model = _model(ports, seen)
    if model is None or seen.answers is None:
        return
    references: list[tuple[Reference, str, Any]] = [
        ("holdout", model.id, holdout_profile(ports, scenario, model)["answers"])
    ]
    sound = _sound(ports, scenario.name, before)
    earlier = next((one for one in sound if one.model == seen.model and one.rows), None)
    kept = _profile(ports, scenario.name, earlier.window) if earlier is not None else None
    if earlier is not None and kept is not None:
        references.append(("earlier", earlier.window, kept["answers"]))
    for reference, name, profile in references:
        described = ports.profiles.profiler.describe(seen.answers, profile)
        columns = list(pairs(ANSWERS, seen.answers.column_names, described, profile, scenario.band))
        yield from compared(columns, reference, name, scenario.monitoring)


def _sound(ports: MonitoringPorts, scenario: str, before: Sequence[WindowFacts]) -> list[WindowFacts]:
    """Those windows in which no defect was seen: answers to wrong data are nothing to compare with."""
    places = {one.window: one.ordinal for one in before}
    defects = [one for one in ports.monitoring.breaches.list(scenario) if not one.may_retrain]
    spans = [
        range(places[one.first_window], places[one.last_window] + 1)
        for one in defects
        if one.first_window in places and one.last_window in places
    ]
    return [one for one in before if not any(one.ordinal in span for span in spans)]


def _model(ports: MonitoringPorts, seen: Observed) -> Model | None:
    name, _, version = seen.model.rpartition(":")
    return ports.training.registry.find(name, int(version)) if version.isdigit() else None


def _before(ports: MonitoringPorts, place: Place) -> list[WindowFacts]:
    """The watched windows of the same source before this one, newest first."""
    mine = [one for one in ports.monitoring.measurements.windows(place.scenario) if one.source == place.source]
    return [one for one in reversed(mine) if one.ordinal < place.ordinal and one.monitor_version]


def _drifted_before(
    ports: MonitoringPorts, place: Place, before: Sequence[WindowFacts]
) -> list[frozenset[tuple[str, str, str]]]:
    """What drifted in each earlier window; only as many as persistence may ask for."""
    asked = ports.core.scenarios[place.scenario].monitoring.n - 1
    kept = [one for one in before if one.rows][:asked]
    return [drifted_keys(ports.monitoring.measurements.drift(place.scenario, one.window)) for one in kept]


def _repeated(
    ports: MonitoringPorts, scenario: Scenario, before: Sequence[WindowFacts], rows: Mapping[str, RowFacts]
) -> tuple[int, list[Suspect]]:
    """How many rows an earlier window held as well, and whether that means that a load came twice."""
    name = scenario.batch.table
    if name not in rows:
        return 0, []
    worst, window = 0.0, ""
    for one in [earlier for earlier in before if earlier.rows][:EARLIER]:
        kept = _profile(ports, scenario.name, one.window)
        share = triage.overlap(rows[name].sketch, kept["sketch"]) if kept is not None else 0.0
        worst, window = max((worst, window), (share, one.window))
    again = rows[name].repeated / max(rows[name].rows, 1)
    told = []
    if worst >= scenario.monitoring.duplicate_share:
        told.append(f"About {worst:.0%} of the rows stood in window {window} already: the load came twice.")
    elif again >= scenario.monitoring.duplicate_share:
        told.append(f"{again:.0%} of the rows are equal to another row of the same window: the load came twice.")
    return round(worst * rows[name].rows), [Suspect("duplicate_load", name, "", sentence) for sentence in told]


def _volume(seen: Observed, before: Sequence[WindowFacts], scenario: Scenario) -> Iterator[Suspect]:
    told = triage.volume(seen.rows, [one.rows for one in before if one.rows][:EARLIER], scenario.monitoring)
    if told:
        yield Suspect("volume_drop", next(iter(seen.tables), ""), "", told)


def profile_path(scenario: str, window: str) -> str:
    """Where the profile of a watched window lies."""
    return f"{monitoring_folder(scenario)}windows/{window}.json"


def _profile(ports: MonitoringPorts, scenario: str, window: str) -> Mapping[str, Any] | None:
    path = profile_path(scenario, window)
    return None if ports.core.lake.stat(path) is None else read_json(ports, path)


def _keep_profile(ports: MonitoringPorts, scenario: Scenario, seen: Observed, rows: Mapping[str, RowFacts]) -> None:
    main = rows.get(scenario.batch.table)
    value = {
        "window": seen.window,
        "rows": seen.rows,
        "inputs": {name: ports.profiles.profiler.describe(table).profile for name, table in seen.tables.items()},
        "answers": {} if seen.answers is None else ports.profiles.profiler.describe(seen.answers).profile,
        "sketch": [] if main is None else list(main.sketch),
    }
    ports.core.lake.put(profile_path(scenario.name, seen.window), json.dumps(value).encode(), if_absent=False)
