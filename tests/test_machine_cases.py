"""Telemetry of public bug reports, beside the project: each drop ends as its README says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from command import REAL_DATA, Command
from machines import NAME, Machines, Predicted

from functions.scoring import Scorer
from shared.core.errors import BadInput

CASES = REAL_DATA.parent / "cases"
pytestmark = [
    pytest.mark.skipif(not CASES.is_dir(), reason="the cases do not lie beside the project: nothing here was checked"),
    pytest.mark.xdist_group("machine_cases"),
]
SAME = ""
# What becomes of the drop: SAME answers as the reference, or what the refusal says.
DROPS: dict[str, str] = {
    "51-datetime2-seven-digits": SAME,
    "53-day-first": "line 2, column 'datetime': '01/01/2015 06:00:00' is not a time",
    "54-us-without-seconds": "'1/1/2015 6:00' is not a time",
    "56-local-time-without-offset": "is in data row 115 and again in data row 116",
    "58-machine-without-a-row": "machine 2 is not in table 'machines'",
    "59-telemetry-unsorted": SAME,
    "60-exact-duplicate-rows": "is in data row 766 and again in data row 769",
    "61-machine-id-as-float": SAME,
    "62-excel-serial-dates": "'42005.250000' is not a time",
    "63-utc-word": "'2015-01-01 06:00:00 UTC' is not a time",
    "64-postgres-offset": SAME,
    "65-tables-in-different-forms": SAME,
    "66-sensor-gap": "line 102, column 'volt': the cell is missing (3 of 768 are)",
    "80-parquet-int96": SAME,
    "81-parquet-ns-berlin": SAME,
    "82-parquet-text-times": SAME,
    "83-parquet-epoch-ms": "the file stores int64",
    "91-telemetry-from-2036": "line 770, column 'datetime': '2036-02-07 06:00:00+00:00' lies in the future",
    "92-sentinel-dates-in-maintenance": "File 'maint.csv', line 12, column 'datetime': '9999-12-31 00:00:00+00:00' "
    "lies in the future",
    "93-only-the-last-two-days": "no machineID has 336 hours in a row",
}


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Machines:
    """A home in which machines are known."""
    return Machines(tmp_path_factory.mktemp("machines"))


def predict(machines: Machines, case: str) -> Predicted:
    """What becomes of the folder's files."""
    files = {file.name: file.read_bytes() for file in sorted((CASES / case).iterdir()) if file.suffix in _ENDINGS}
    return machines.predict(case, files)


_ENDINGS = (".csv", ".parquet")


@pytest.fixture(scope="module")
def base(machines: Machines) -> Predicted:
    """The reference: both machines, without the rows that have less than two weeks behind them."""
    found = predict(machines, "50-pdm-base")
    assert found.state == "committed", found
    assert {key.split("|")[0] for key in found.answers} == {"1", "2"}
    return found


def test_rows_with_a_short_history_are_counted_and_not_scored(base: Predicted) -> None:
    """The first two weeks of each machine: the scoring route would answer them with `waiting`."""
    assert len(base.answers) == 32
    assert base.rejected == "short_history=216"


@pytest.mark.parametrize("case", DROPS)
def test_a_drop_is_scored_the_same_or_refused_with_its_cause(machines: Machines, base: Predicted, case: str) -> None:
    """Never scored with other probabilities and without a word."""
    found = predict(machines, case)
    if DROPS[case] == SAME:
        assert found.state == "committed", found
        assert found.answers == base.answers
    else:
        assert found.state == "quarantined", found
        assert DROPS[case] in found.reason


@pytest.mark.parametrize("case", ["55-offsets-change-inside", "57-no-failures-yet"])
def test_a_drop_of_other_hours_or_without_a_failure_is_scored(machines: Machines, base: Predicted, case: str) -> None:
    """All rows of two machines; with other offsets the answers are those of the reference, moved by 292 days."""
    found = predict(machines, case)
    assert (len(found.answers), found.rejected) == (len(base.answers), base.rejected)
    if case.startswith("55"):
        assert list(found.answers.values()) == list(base.answers.values())


def test_one_of_four_tables_says_at_once_what_the_drop_waits_for(machines: Machines) -> None:
    """73: with the files that are still to land, and an exit code that says that nothing is scored."""
    command, file = Command(machines.world.home), CASES / "73-one-of-four-tables" / "telemetry.csv"
    answer = command("predict", NAME, file, "--wait", "--drop", "one", "--timeout", "3600")
    assert answer.code == 4
    assert "the drop waits for: maint, failures, machines. " in answer.out
    assert f"mlops predict {NAME} FILE --drop one" in answer.out


def test_a_file_of_no_table_is_refused_with_what_the_verb_takes(machines: Machines) -> None:
    """105: `predict` has no option that names a table, so the sentence says how to name the file."""
    command, file = Command(machines.world.home), CASES / "105-option-that-is-not-there" / "readings.csv"
    answer = command("predict", NAME, file, "--wait")
    assert answer.code == 2
    assert "name it after its table, as in telemetry.csv. Tables: " in answer.sentence
    assert "--" not in answer.sentence


def ask(machines: Machines, case: str, number: int) -> Any:
    """The answer of the scoring route to a request of the folder."""
    body = (CASES / case / f"request-{number}.json").read_bytes()
    return json.loads(Scorer(machines.world.ports).score(NAME, body, "")[0])


def test_a_wrong_clock_does_not_erase_what_was_there(machines: Machines) -> None:
    """94: a reading from 2036 is refused, and the next one finds the 336 hours before it."""
    case = "94-reading-from-2036"
    assert not ask(machines, case, 1)["waiting"][-1]
    with pytest.raises(BadInput, match=r"2036-02-07T06:00:00.* lies in the future"):
        ask(machines, case, 2)
    assert ask(machines, case, 3)["waiting"] == [False]


def test_a_corrected_reading_counts(machines: Machines) -> None:
    """95: the second value for the same machine and hour is the one that is kept."""
    for number in (1, 2):
        ask(machines, "95-corrected-reading", number)
    at = machines.world.clock().replace(month=2, day=1)
    (kept,) = machines.world.ports.serving.readings.window(NAME, "2", at, at)
    assert kept.measured["volt"] == 180.5


OTHER_HOURS = ("55-offsets-change-inside", "57-no-failures-yet")
OF_THE_COMMAND = ("73-one-of-four-tables", "105-option-that-is-not-there")
CASES_HERE = frozenset(
    (*DROPS, *OTHER_HOURS, *OF_THE_COMMAND, "50-pdm-base", "94-reading-from-2036", "95-corrected-reading")
)
