"""Will a component of a machine fail within two days? Hourly telemetry, and what was repaired, replaced and broken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from model_training.maintenance.names import COMPONENTS, FEATURES, LABELS, MACHINE, SENSORS, TIME
from shared.core.scenario import Bar, Batch, Column, GeneratorOptions, Live, Scenario, Split, Table


def _assemble(tables: Mapping[str, Any]) -> Any:
    from model_training.maintenance.frame import assemble

    return assemble(tables)


def _generate(rows: int, seed: int, options: GeneratorOptions) -> Mapping[str, Any]:
    from model_training.generators import predictive_maintenance

    return predictive_maintenance.generate(rows, seed, options)


# Every time is of something that happened: a later one comes from a wrong clock, or is a plan.
_WHEN = (Column(TIME, "time", ahead_hours=24), Column(MACHINE, "int", minimum=0))

TELEMETRY = Table(
    "telemetry",
    # The inputs are computed from these: a sensor that is constant for a whole drop is broken.
    (*_WHEN, *(Column(name, "float", minimum=0, maximum=100_000, may_be_constant=False) for name in SENSORS)),
    key=(MACHINE, TIME),
)
# Machines may run for weeks without a repair or a reported error; without a failure there is nothing to learn.
MAINTENANCE = Table(
    "maint",
    (*_WHEN, Column("comp", "text", values=COMPONENTS)),
    (MACHINE, TIME, "comp"),
    min_rows=0,
    arrives="later",
)
FAILURES = Table(
    "failures",
    (*_WHEN, Column("failure", "text", values=COMPONENTS)),
    (MACHINE, TIME, "failure"),
    min_rows=1,
    arrives="later",
)
# Reports of the controllers: kept with the dataset, but the features use anomalies of the telemetry instead.
ERRORS = Table("errors", (*_WHEN, Column("errorID", "text")), min_rows=0)
MACHINES = Table(
    "machines",
    (Column(MACHINE, "int", minimum=0), Column("model", "text"), Column("age", "int", minimum=0, maximum=200)),
    key=(MACHINE,),
    min_rows=1,
    # Hardly ever anything new: a drop may leave it out.
    arrives="carried",
)

SCENARIO = Scenario(
    name="predictive_maintenance",
    title="Will a component fail soon?",
    tables=(TELEMETRY, MAINTENANCE, FAILURES, ERRORS, MACHINES),
    label_table="failures",
    target="",
    numeric=FEATURES,
    task="multilabel",
    labels=LABELS,
    entity=(MACHINE, TIME),
    time=TIME,
    # A label looks 48 hours ahead on a grid of three: the gap keeps rows whose labels reach past a cut out of training.
    split=Split("time", gap_hours=51),
    bar=Bar("auc", 0.75),
    # Past failures are inputs (hours since), so a scoring drop contains them too.
    batch=Batch(
        "drops",
        "telemetry",
        "0 */5 * * * *",
        report=(MACHINE, TIME),
        others=("maint", "failures", "machines"),
        shard_by=MACHINE,
    ),
    request_fields=FEATURES,
    # Anomalies look back two weeks.
    live=Live("telemetry", MACHINE, TIME, "machines", hours=14 * 24),
    slices=("age", TIME),
    assemble=_assemble,
    generate=_generate,
)
