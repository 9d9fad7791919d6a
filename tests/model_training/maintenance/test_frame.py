"""The 37 features in their order, computed from the past alone, and four labels."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from model_training.generators.predictive_maintenance import generate
from model_training.maintenance.anomalies import WINDOW, find_anomalies
from model_training.maintenance.frame import assemble
from model_training.maintenance.names import FEATURES, LABELS, SENSORS
from model_training.maintenance.records import NEVER
from model_training.scenarios.predictive_maintenance import SCENARIO
from shared.adapters.tables import ArrowTables
from shared.core.errors import Quarantined
from shared.core.scenario import GeneratorOptions

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "predictive_maintenance"
HOUR = pd.Timedelta(hours=1)


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    """Two machines over a month and a half."""
    return {name: table.to_pandas() for name, table in generate(2_200, 3, GeneratorOptions()).items()}


@pytest.fixture(scope="module")
def frame(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Their features and labels."""
    return assemble(tables)


def _until(tables: dict[str, pd.DataFrame], moment: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """What was known at that moment."""
    return {n: t[t["datetime"] <= moment] if "datetime" in t else t for n, t in tables.items()}


def test_the_37_features_stand_in_the_written_order() -> None:
    """Means and deviations over 3 and 12 hours, anomalies, maintenance, failures, age."""
    assert " ".join(FEATURES) == (
        "ma_3_volt ma_3_rotate ma_3_pressure ma_3_vibration sd_3_volt sd_3_rotate sd_3_pressure sd_3_vibration "
        "ma_12_volt ma_12_rotate ma_12_pressure ma_12_vibration sd_12_volt sd_12_rotate sd_12_pressure sd_12_vibration "
        "e_1 e_2 e_3 e_4 de_1 de_2 de_3 de_4 m_1 m_2 m_3 m_4 dm_1 dm_2 dm_3 dm_4 df_1 df_2 df_3 df_4 age"
    )
    assert len(set(FEATURES)) == 37


def test_columns_types_and_order_of_the_rows(frame: pd.DataFrame) -> None:
    """Finite floats on a grid of three hours, by time and then machine, once each."""
    assert frame.columns.tolist() == ["datetime", "machineID", *FEATURES, *LABELS]
    assert (frame[list(FEATURES)].dtypes == np.float64).all()
    assert np.isfinite(frame[list(FEATURES)].to_numpy()).all()
    assert (frame["datetime"].dt.hour % 3 == 0).all()
    keys = frame[["datetime", "machineID"]]
    assert keys.equals(keys.sort_values(["datetime", "machineID"], ignore_index=True))
    assert not keys.duplicated().any()


def test_moving_statistics_are_those_of_pandas(tables: dict[str, pd.DataFrame], frame: pd.DataFrame) -> None:
    """Rolling mean and sample deviation over 3 and 12 hours up to and with the row's hour."""
    machine = tables["telemetry"][tables["telemetry"]["machineID"] == 2].set_index("datetime")
    mine = frame[frame["machineID"] == 2].set_index("datetime")
    for span in (3, 12):
        rolling = machine[list(SENSORS)].rolling(span)
        for kind, expected in (("ma", rolling.mean()), ("sd", rolling.std())):
            names = [f"{kind}_{span}_{sensor}" for sensor in SENSORS]
            np.testing.assert_allclose(mine[names], expected.loc[mine.index], rtol=1e-9)


def test_the_first_row_has_twelve_hours(tables: dict[str, pd.DataFrame], frame: pd.DataFrame) -> None:
    """Telemetry begins at 06:00; the twelfth hour is 17:00 and the next hour of the grid 18:00."""
    first = tables["telemetry"]["datetime"].min()
    assert frame["datetime"].min() - first == 12 * HOUR


@pytest.mark.parametrize("days", [1, 13, 20, 30])
def test_a_row_is_what_was_known_at_its_time(tables: dict[str, pd.DataFrame], frame: pd.DataFrame, days: int) -> None:
    """Everything after a moment taken away, no feature up to that moment changes by a bit."""
    moment = tables["telemetry"]["datetime"].min() + days * 24 * HOUR
    known = assemble(_until(tables, moment))
    then = frame[frame["datetime"] <= moment].reset_index(drop=True)
    pd.testing.assert_frame_equal(known[list(FEATURES)], then[list(FEATURES)], check_exact=True)


def test_another_future_changes_no_feature_of_the_past(tables: dict[str, pd.DataFrame], frame: pd.DataFrame) -> None:
    """Sensors ten times as high and a failure of everything tomorrow leave today's features alone."""
    moment = tables["telemetry"]["datetime"].min() + 25 * 24 * HOUR
    telemetry = tables["telemetry"].copy()
    telemetry.loc[telemetry["datetime"] > moment, list(SENSORS)] *= 10
    broken = pd.DataFrame(
        {"datetime": moment + HOUR, "machineID": [1, 2] * 4, "failure": [f"comp{i}" for i in range(1, 5)] * 2}
    )
    other = assemble(tables | {"telemetry": telemetry, "failures": pd.concat([tables["failures"], broken])})
    past = frame["datetime"] <= moment
    pd.testing.assert_frame_equal(other.loc[past, list(FEATURES)], frame.loc[past, list(FEATURES)], check_exact=True)
    assert not other.loc[~past, list(FEATURES)].equals(frame.loc[~past, list(FEATURES)])


def test_two_weeks_of_telemetry_score_as_training_did(tables: dict[str, pd.DataFrame], frame: pd.DataFrame) -> None:
    """A service that keeps 14 x 24 hours computes the last row exactly as it stands in the training frame."""
    moment = frame["datetime"].iloc[-100]
    kept = tables["telemetry"]["datetime"].between(moment - (WINDOW - 1) * HOUR, moment)
    scored = assemble(_until(tables, moment) | {"telemetry": tables["telemetry"][kept]})
    mine, then = (each[each["datetime"] == moment].reset_index(drop=True) for each in (scored, frame))
    assert len(mine) == 2
    pd.testing.assert_frame_equal(mine[list(FEATURES)], then[list(FEATURES)], check_exact=True)


def test_flags_say_what_the_hours_since_say(frame: pd.DataFrame) -> None:
    """An anomaly in six grid rows is one in 18 hours; maintenance in a row's step is one in three hours."""
    for number in (1, 2, 3, 4):
        assert (frame[f"e_{number}"] == (frame[f"de_{number}"] < 18)).all()
        assert (frame[f"m_{number}"] == (frame[f"dm_{number}"] < 3)).all()
        assert 0 < frame[f"e_{number}"].mean() < 0.5
        assert frame[f"m_{number}"].sum() > 0
        assert frame[f"de_{number}"].between(0, WINDOW).all()


def test_hours_since_failures_and_repairs(tables: dict[str, pd.DataFrame], frame: pd.DataFrame) -> None:
    """A failure is repaired at once: both clocks stand alike from then on until the next scheduled replacement."""
    failure = tables["failures"].iloc[0]
    number = failure["failure"][-1]
    after = frame[(frame["machineID"] == failure["machineID"]) & (frame["datetime"] >= failure["datetime"])].iloc[0]
    expected = (after["datetime"] - failure["datetime"]) / HOUR
    assert after[f"df_{number}"] == after[f"dm_{number}"] == expected < 3


def test_labels_follow_the_definition(tables: dict[str, pd.DataFrame], frame: pd.DataFrame) -> None:
    """All four, row by row; the last 48 hours of the records are not labelled because nobody knows yet."""
    end = tables["telemetry"]["datetime"].max()
    known = frame[frame["datetime"] <= end - 48 * HOUR]
    assert frame.loc[frame["datetime"] > end - 48 * HOUR, list(LABELS)].isna().all(axis=None)
    for name in LABELS:
        mine = tables["failures"][tables["failures"]["failure"] == f"comp{name[-1]}"]
        expected = pd.Series(data=False, index=known.index)
        for when, machine in zip(mine["datetime"], mine["machineID"], strict=True):
            expected |= (known["machineID"] == machine) & known["datetime"].between(when - 48 * HOUR, when - 3 * HOUR)
        assert (known[name] == expected).all()
        assert known[name].sum() >= 10


def test_without_failures_there_are_no_labels(tables: dict[str, pd.DataFrame]) -> None:
    """Rows to score: the features are there, and no failure is on record."""
    rows = assemble({name: table for name, table in tables.items() if name not in ("failures", "errors")})
    assert rows.columns.tolist() == ["datetime", "machineID", *FEATURES]
    assert (rows[["df_1", "df_2", "df_3", "df_4"]] == NEVER).all(axis=None)


def test_the_order_of_rows_in_the_tables_does_not_matter(tables: dict[str, pd.DataFrame], frame: pd.DataFrame) -> None:
    """Every table shuffled gives the same frame."""
    shuffled = {name: table.sample(frac=1, random_state=4) for name, table in tables.items()}
    pd.testing.assert_frame_equal(assemble(shuffled), frame, check_exact=True)


def test_a_missing_hour_costs_twelve_hours_of_rows(tables: dict[str, pd.DataFrame], frame: pd.DataFrame) -> None:
    """After a gap the machine's windows begin anew; the other machine and the rows before the gap stay as they are."""
    telemetry = tables["telemetry"]
    missing = frame["datetime"].iloc[400]
    gone = (telemetry["machineID"] == 1) & (telemetry["datetime"] == missing)
    rows = assemble(tables | {"telemetry": telemetry[~gone]})
    lost = frame[["datetime", "machineID"]].merge(rows[["datetime", "machineID"]], how="left", indicator=True)
    lost = lost[lost["_merge"] == "left_only"]
    assert (lost["machineID"] == 1).all()
    assert ((lost["datetime"] - missing) / HOUR).tolist() == [0, 3, 6, 9]
    for kept in (rows["machineID"] == 2, rows["datetime"] < missing):
        then = frame.merge(rows.loc[kept, ["datetime", "machineID"]])
        pd.testing.assert_frame_equal(rows[kept].reset_index(drop=True), then, check_exact=True)


def test_a_machine_nobody_knows_is_quarantined(tables: dict[str, pd.DataFrame]) -> None:
    """Its age is a feature and cannot be guessed."""
    machines = tables["machines"][tables["machines"]["machineID"] != 2]
    with pytest.raises(Quarantined, match="row 1101: machine 2 is not in table 'machines'") as caught:
        assemble(tables | {"machines": machines})
    assert (caught.value.table, caught.value.row) == ("telemetry", 1101)


def test_machines_without_telemetry_have_no_rows(tables: dict[str, pd.DataFrame], frame: pd.DataFrame) -> None:
    """A third machine in the list, repaired and broken, changes nothing."""
    more = {"machineID": 3, "model": "model1", "age": 4, "comp": "comp1", "failure": "comp1"}
    when = tables["telemetry"]["datetime"].iloc[500]
    extended = {
        name: pd.concat([tables[name], pd.DataFrame([{"datetime": when, **more}])[tables[name].columns]])
        for name in ("machines", "maint", "failures")
    }
    pd.testing.assert_frame_equal(assemble(tables | extended), frame, check_exact=True)


@pytest.mark.parametrize("empty", [("failures",), ("maint",), ("errors",), ("failures", "maint", "errors")])
def test_records_without_a_row_are_a_past_without_events(
    empty: tuple[str, ...], tables: dict[str, pd.DataFrame], frame: pd.DataFrame
) -> None:
    """Read from files with a header alone: never repaired, never failed, the same types, all else as it is."""
    none = {}
    for name in empty:
        declared = replace(SCENARIO.table(name), min_rows=0)
        header = ",".join(column.name for column in declared.columns).encode()
        none[name] = ArrowTables().read(io.BytesIO(header), f"{name}.csv", declared).to_pandas()
    rows = assemble(tables | none)
    changed = {"maint": {"m", "dm"}, "failures": {"df", "y"}, "errors": set()}
    gone = [c for name in empty for c in frame.columns if c.split("_")[0] in changed[name]]
    pd.testing.assert_frame_equal(rows.drop(columns=gone), frame.drop(columns=gone), check_exact=True)
    assert rows.dtypes.equals(frame.dtypes)
    assert (rows[[c for c in gone if c in FEATURES and not c.startswith("m_")]] == NEVER).all(axis=None)
    assert rows[[c for c in gone if c in LABELS or c.startswith("m_")]].isin([0, np.nan]).all(axis=None)


def test_too_little_telemetry_is_quarantined(tables: dict[str, pd.DataFrame]) -> None:
    """Eleven hours give no row; the sentence says how many are needed."""
    with pytest.raises(Quarantined, match="no machine has 12 hours in a row"):
        assemble(tables | {"telemetry": tables["telemetry"].iloc[:11]})


def test_the_real_records() -> None:
    """Twenty machines, three months: complete, four labels, anomalies in nearly every series."""
    if not DATA.exists():
        pytest.skip(f"The real data is not here: {DATA.name} is looked for beside the repository.")
    reader, found = ArrowTables(), {}
    for declared in SCENARIO.tables:
        path = DATA / f"PdM_{declared.name}.csv"
        with path.open("rb") as source:
            table = reader.check([reader.read(source, path.name, declared)], declared)
        found[declared.name] = table.to_pandas()
    rows = assemble(found)
    assert rows.shape == (20 * 716, 2 + 37 + 4)
    assert np.isfinite(rows[list(FEATURES)].to_numpy()).all()
    assert (rows[list(LABELS)].sum() > 80).all()
    anomalies = find_anomalies(found["telemetry"])
    assert anomalies["machineID"].nunique() == 20
    assert len(anomalies.groupby(["machineID", "errorID"])) >= 75
