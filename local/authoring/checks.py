"""What can be known of a declared scenario without its data: its generator stands in for it."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
from pyarrow import csv

from model_training.estimators.families import check_candidates
from shared.core.errors import Fault
from shared.core.scenario import GeneratorOptions, Scenario
from shared.datasets.feature_frame import feature_frame
from shared.datasets.ports import Tables
from shared.training.trainability import check_inputs, check_trainable

_ROWS, _SEED = 6_000, 1
_SHOWN = 5


def check_scenario(scenario: Scenario, tables: Tables) -> Mapping[str, str]:
    """What is checked with what is wrong with it; empty where nothing is."""
    found: dict[str, str] = {"candidates": _problem(lambda: check_candidates(scenario))}
    if scenario.generate is None:
        return found | {"generator": "none is declared, so its tables, features and answers cannot be tried"}
    read: dict[str, pa.Table] = {}
    found["generated rows fit the contract"] = _problem(lambda: read.update(_read(scenario, tables)))
    if found["generated rows fit the contract"]:
        return found
    found["every answer is generated"] = _answers(scenario, read)
    found["generated rows can be learned from"] = _problem(lambda: check_trainable(scenario, read))
    return found | _features(scenario, read)


def _problem(check: Callable[[], Any]) -> str:
    """The sentence of the check, or the error of the scenario's own code in words."""
    try:
        check()
    except Fault as fault:
        return fault.reason
    except Exception as error:  # noqa: BLE001 -- the scenario's own code may fail in any way, and that is the finding
        return f"its code fails with {type(error).__name__}: {error}"
    return ""


def _read(scenario: Scenario, tables: Tables) -> Mapping[str, pa.Table]:
    """The generated tables, written as files and read as the host reads them."""
    assert scenario.generate is not None  # noqa: S101 -- it was looked at
    generated = scenario.generate(_ROWS, _SEED, GeneratorOptions())
    read = {}
    for table in scenario.tables:
        sink = io.BytesIO()
        csv.write_csv(generated[table.name], sink)
        sink.seek(0)
        read[table.name] = tables.check([tables.read(sink, f"{table.name}.csv", table.labelled)], table.labelled)
    return read


def _answers(scenario: Scenario, read: Mapping[str, pa.Table]) -> str:
    labels = read[scenario.label_table]
    if scenario.task not in ("binary", "multiclass") or scenario.target not in labels.column_names:
        return ""
    declared = set(scenario.table(scenario.label_table).column(scenario.target).values) or set(scenario.labels)
    lacking = sorted(declared - set(map(str, labels.column(scenario.target).to_pylist())))
    return f"no generated row has the answer {', '.join(map(repr, lacking[:_SHOWN]))}" if lacking else ""


def _features(scenario: Scenario, read: Mapping[str, pa.Table]) -> dict[str, str]:
    """Whether the feature frame has what the declaration names."""
    frames: list[pa.Table] = []
    problem = _problem(lambda: frames.append(feature_frame(read, scenario)))
    if problem:
        return {"features": problem}
    known = frames[0].column_names
    asked = {
        "features": scenario.features,
        "report of the batch": scenario.batch.report,
        "entity": scenario.entity,
        "slices": scenario.slices,
        "time": (scenario.time,) if scenario.time else (),
    }
    found = {what: _lacking(names, known) for what, names in asked.items()}
    return found | {"inputs vary": _problem(lambda: check_inputs(scenario, read))}


def _lacking(names: tuple[str, ...], known: list[str]) -> str:
    lacking = [name for name in names if name not in known]
    return f"the feature frame has no {', '.join(map(repr, lacking[:_SHOWN]))}" if lacking else ""
