"""Generated machines fit the contracts, break as declared, and their failures can be learned."""

from __future__ import annotations

import subprocess
import sys

import lightgbm as lgb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from model_training.generators.predictive_maintenance import generate
from model_training.maintenance.anomalies import WINDOW
from model_training.maintenance.frame import assemble
from model_training.maintenance.names import COMPONENTS, FEATURES, LABELS, SENSORS
from model_training.scenarios.predictive_maintenance import SCENARIO
from shared.adapters.tables import ArrowTables
from shared.core.errors import Quarantined
from shared.core.scenario import GeneratorOptions

TYPES = {"float": pa.float64(), "int": pa.int64(), "text": pa.string(), "time": pa.timestamp("us", "UTC")}


def _check(tables: dict[str, pa.Table]) -> None:
    reader = ArrowTables()
    for declared in SCENARIO.tables:
        stored = pa.BufferReader(reader.write(tables[declared.name]))
        reader.check([reader.read(stored, f"{declared.name}.parquet", declared)], declared)


@pytest.mark.parametrize("rows", [501, 3_000])
def test_tables_fit_their_contracts(rows: int) -> None:
    """Names, order, types, ranges and keys, for few rows as for many; as many rows of telemetry as asked for."""
    tables = generate(rows, 1, GeneratorOptions())
    assert list(tables) == [declared.name for declared in SCENARIO.tables]
    for declared in SCENARIO.tables:
        found = tables[declared.name].schema
        assert dict(zip(found.names, found.types, strict=True)) == {c.name: TYPES[c.kind] for c in declared.columns}
    assert tables["telemetry"].num_rows == rows
    _check(tables)


def test_a_seed_is_a_data_set() -> None:
    """Equal seeds give equal tables, others other ones."""
    assert generate(500, 1, GeneratorOptions()) == generate(500, 1, GeneratorOptions())
    assert generate(500, 1, GeneratorOptions()) != generate(500, 2, GeneratorOptions())


def test_every_component_fails_and_is_replaced_at_once() -> None:
    """All four components fail; each failure has its maintenance record, and there are scheduled ones besides."""
    tables = generate(3_000, 1, GeneratorOptions())
    failures = tables["failures"].to_pandas().rename(columns={"failure": "comp"})
    maintenance = tables["maint"].to_pandas()
    assert set(failures["comp"]) == set(COMPONENTS)
    assert len(failures.merge(maintenance)) == len(failures) < len(maintenance)
    assert maintenance["datetime"].min() < tables["telemetry"]["datetime"][0].as_py()


def test_drift_moves_every_sensor() -> None:
    """One unit moves a sensor by about one standard deviation of its noise."""
    calm, moved = (generate(2_000, 1, GeneratorOptions(drift=drift))["telemetry"].to_pandas() for drift in (0.0, 1.0))
    for sensor in SENSORS:
        assert 0.6 < (moved[sensor].mean() - calm[sensor].mean()) / calm[sensor].std() < 1.1


def test_bad_rows_break_the_contract() -> None:
    """A negative voltage cannot be; the first row that has one is named."""
    with pytest.raises(Quarantined, match="volt") as caught:
        _check(generate(600, 1, GeneratorOptions(bad_rows=3)))
    assert caught.value.row == 1


def test_late_labels_are_left_out() -> None:
    """Failures of the last ten days are not on record, nor are their repairs; telemetry and older failures are."""
    full, late = (generate(3_000, 1, GeneratorOptions(label_delay=delay)) for delay in (0, 240))
    end = full["telemetry"]["datetime"].to_pandas().max()
    times = full["failures"]["datetime"].to_pandas()
    assert late["failures"]["datetime"].to_pandas().tolist() == times[times <= end - pd.Timedelta(hours=240)].tolist()
    assert 0 < late["failures"].num_rows < full["failures"].num_rows
    assert late["telemetry"] == full["telemetry"]


def test_all_four_labels_can_be_learned() -> None:
    """A small model trained on the past ranks the rows after a gap of 51 hours well, for each component."""
    rows = assemble(
        {name: table.to_pandas() for name, table in generate(15_000, 1, GeneratorOptions()).items()}
    ).dropna()
    cut = rows["datetime"].iloc[int(len(rows) * 0.7)]
    past, later = rows[rows["datetime"] <= cut - pd.Timedelta(hours=51)], rows[rows["datetime"] >= cut]
    settings = {"objective": "binary", "verbosity": -1, "num_threads": 1, "seed": 1, "num_leaves": 15}
    for label in LABELS:
        data = lgb.Dataset(past[list(FEATURES)].to_numpy(np.float32), past[label])
        answer = lgb.train(settings, data, 40).predict(later[list(FEATURES)].to_numpy(np.float32))
        assert roc_auc_score(later[label], answer) > 0.85, label


def test_declaring_the_scenario_loads_nothing_heavy() -> None:
    """A function app reads the declaration at a cold start."""
    heavy = ("numpy", "pandas", "pyarrow", "scipy")
    code = (
        "import sys, model_training.scenarios.predictive_maintenance; "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_declaration() -> None:
    """37 numbers in, four answers out, judged in time order with more than 48 hours between the parts."""
    assert SCENARIO.features == SCENARIO.request_fields == FEATURES
    assert SCENARIO.targets == ("y_1", "y_2", "y_3", "y_4")
    assert WINDOW == 14 * 24
    assert SCENARIO.split.kind == "time"
    assert SCENARIO.split.gap_hours > 48
    assert [table.name for table in SCENARIO.scoring_tables] == ["telemetry", "maint", "failures", "machines"]


@pytest.mark.parametrize("form", ["{:%Y-%m-%d %H:%M:%S}", "{:%m/%d/%Y %I:%M:%S %p}"])
def test_both_forms_of_time_are_read_alike(form: str) -> None:
    """ISO and the American form with a 12-hour clock give the same table."""
    declared, table = SCENARIO.table("telemetry"), generate(100, 1, GeneratorOptions())["telemetry"].to_pandas()
    text = table.assign(datetime=[form.format(each) for each in table["datetime"]]).to_csv(index=False)
    read = ArrowTables().read(pa.BufferReader(text.encode()), "telemetry.csv", declared)
    assert read["datetime"].to_pylist() == table["datetime"].tolist()
