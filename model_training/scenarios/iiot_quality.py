"""Does a manufactured batch meet its quality, judged from 41 sensors? Labels arrive later, in a second table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.core.policies import Monitoring
from shared.core.scenario import Bar, Batch, Column, GeneratorOptions, Scenario, Selection, Split, Table


def _assemble(tables: Mapping[str, Any]) -> Any:
    from model_training.data.batches import with_quality

    return with_quality(tables["sensors"], tables.get("quality"))


def _generate(rows: int, seed: int, options: GeneratorOptions) -> Mapping[str, Any]:
    from model_training.generators import iiot_quality

    return iiot_quality.generate(rows, seed, options)


# These change in steps: in the published data each stays constant for minutes, some for half an hour.
_STEPS = frozenset(f"S{number}" for number in (4, 15, 32, 33, 34, 36, 41))
_SENSORS = tuple(f"S{number}" for number in range(1, 42))
SENSORS = Table(
    "sensors",
    (
        Column("BatchNumber", "int", minimum=0),
        *(Column(name, "float", nulls=True, may_be_constant=name in _STEPS or None) for name in _SENSORS),
        # Some sources lack this column: the order of rows is the order in time then.
        Column("SourceTimestamp", "int", optional=True, minimum=0),
    ),
    # No key: BatchNumber starts again at 1 whenever the module restarts.
)
QUALITY = Table(
    "quality",
    (
        Column("BatchNumber", "int", minimum=0),
        Column("Quality", "int", values=("0", "1")),
        # For labels that lack batches around a restart: the restarts before each since the first sensor row.
        Column("restart", "int", optional=True, minimum=0),
    ),
    arrives="later",
)
# The published choice. The rule of `selection` proposes another one, which stands in every model's manifest.
FEATURES = tuple(f"S{number}" for number in (16, 20, 19, 18, 29, 41, 9, 10, 8, 11, 14, 13, 28, 15, 26, 33, 7, 3, 39))


def declare(features: tuple[str, ...] = FEATURES) -> Scenario:
    """The scenario with these sensors as inputs."""
    return Scenario(
        name="iiot_quality",
        title="Does this batch meet its quality?",
        tables=(SENSORS, QUALITY),
        label_table="quality",
        target="Quality",
        numeric=features,
        entity=("BatchNumber",),
        time="SourceTimestamp",
        # One row every two seconds: the gap leaves out two minutes on each side of a cut.
        split=Split("time", gap=60),
        bar=Bar("auc", 0.65),
        batch=Batch(
            "telemetry",
            "sensors",
            "0 */5 * * * *",
            report=("BatchNumber", "SourceTimestamp", *features),
            stream="opcua_raw",
            label_hours=24 * 7,
        ),
        request_fields=features,
        # A model ages over time; after a restart the plant may run differently.
        slices=("SourceTimestamp", "restart"),
        # Batch numbers start again when the module restarts; a label belongs to (number, restarts so far).
        monitoring=Monitoring(restart="BatchNumber"),
        selection=Selection(_SENSORS, len(features)),
        assemble=_assemble,
        generate=_generate,
    )


SCENARIO = declare()
