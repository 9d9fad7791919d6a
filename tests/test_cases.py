"""Files and requests of public bug reports, beside the project: each ends as its README says.

They run through the workflows of `mlops predict`, `mlops drop` and the scoring route, in this process.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from command import REAL_DATA, Command
from test_machine_cases import CASES_HERE
from test_text_cases import TEXT_CASES
from world import blob_event

from functions.scoring import Scorer
from local.console.drop_files import drop_name, land, match_tables
from local.console.waiting import window_fate
from model_training.scenarios import SCENARIOS
from shared import dispatch, due_work
from shared.bootstrap import build_ports
from shared.core.errors import BadInput, Fault
from shared.core.paths import Landing
from shared.intake.ingest import ingest
from shared.ports import Ports

CASES = REAL_DATA.parent / "cases"
TRAINING = REAL_DATA / "bank_marketing" / "bankmarketing_train.csv"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CASES.is_dir(), reason="the cases do not lie beside the project: nothing here was checked"),
    pytest.mark.xdist_group("cases"),
]
BANK = "bank_marketing"
SAME = ""
_ROWS = 6000

# Per folder what becomes of its files: SAME, or what the refusal says.
FILES: dict[str, str] = {
    "00-base": SAME,
    "01-excel-sep-line": SAME,
    "02-decimal-comma": "line 2, column 'emp.var.rate': '1,4' is not a number",
    "04-char-padded": SAME,
    "05-space-after-comma": SAME,
    "05b-space-in-header": "' job'",
    "06-capitalised-categories": "column 'month': 'Jul' is outside what the contract allows (10 rows",
    "07-excel-utf8-bom-crlf": SAME,
    "08-mac-cr-only": "lines end with a lone CR",
    "09-mixed-line-ends": "line 7: the line has another line end",
    "10-header-again-in-the-middle": "line 7: the header stands here again",
    "11-units-row": "line 2: the first row below the header holds units",
    "12-trailing-delimiter-everywhere": SAME,
    "12b-trailing-delimiter-in-rows-only": "line 2: the row has 21 cells",
    "13-two-pandas-indexes": SAME,
    "14-r-row-names": "line 2: the row has 21 cells",
    "15-excel-empty-rows-at-end": SAME,
    "15b-dos-end-of-file": SAME,
    "16-null-word-in-text": "column 'job': the cell is missing",
    "17-windows-1252": "is not UTF-8",
    "18-excel-unicode-text": "UTF-16",
    "19-gz": "compressed with gzip",
    "19b-zip": "zip",
    "20-upper-case-ending": "the ending 'txt' is not known",
    "21-parquet-pandas-index": SAME,
    "22-parquet-dictionary": SAME,
    "23-parquet-decimals-large-string": SAME,
    "24-whole-numbers-as-floats": SAME,
    "25-scientific-notation": "'9.99E+02' is not a whole number",
    "26-column-order": SAME,
    "27-own-id-column": SAME,
    "28-scoring-file-with-labels": SAME,
    "29-unicode-minus": "is not a number",
    "30b-nbsp-in-numbers": SAME,
    "31-all-quoted": SAME,
    "33-excel-formula-ids": "line 2: there is a quotation mark",
    "34-blank-line-in-the-middle": "line 6: the line is blank",
    "35-comment-lines-first": "the first line is a comment and no header",
    "36-no-header": "the file has no header",
    "38-dup-column": "the header names it again",
    "39-nested-parquet": "the file stores struct",
    "40-nan-in-parquet-int": "row 1, column 'age': the cell is missing",
    "72-header-only": "there is a header and no data row",
    "85-trailing-minus": "'0.1-' is not a number",
    "86-quoted-thousands-comma": "'5,228.1' is not a number",
    "87-whole-numbers-written-otherwise": SAME,
}
DROPS = {
    "41-kaggle-bank": "columns are missing",
    "42-labels-upper": "one of 'no', 'yes'",
    "43-labels-0-1": "one of 'no', 'yes'",
}
REQUESTS = ("96-json-with-nan", "97-json-with-byte-order-mark", "98-json-categories-with-spaces-and-capitals")
# Judged in a test of its own.
SINGLE = {
    "03-thousands-dot",
    "100-padded-labelled-drop",
    "71-two-parts-second-bad",
    "70-spark-folder",
    "79-hive-folders",
    "102-file-written-in-two-steps",
    "103-leftovers-beside-the-data",
}

# Judged beside the webhook, in tests/local/host/http.
WEBHOOK = "104-event-without-key"


@dataclass(frozen=True, slots=True)
class Window:
    """How a window ended: its state, its reason, its probabilities, and what it told."""

    state: str
    reason: str
    probabilities: list[float]
    far: str
    ignored: str = ""
    carried: Sequence[str] = ()


class Bank:
    """A home in which a model of the real calls serves."""

    def __init__(self, home: Path) -> None:
        self.home = home
        environ = {"MLOPS_HOME": str(home), "APPROVALS": "none"}
        self.ports: Ports = build_ports(environ, SCENARIOS)

    def predict(self, *files: Path) -> Window:
        """What `mlops predict` does with the files, worked off here."""
        scenario, ports = SCENARIOS[BANK], self.ports
        matched = match_tables(ports, scenario, scenario.scoring_tables, files, None)
        landed = {
            f"{blob.path}@{blob.etag}" for blob in land(ports, "scoring", scenario, drop_name(None, files), matched)
        }
        for message in due_work.plan(ports, [scenario]):
            dispatch.on_window(ports, message)
        (window,) = [one for one in ports.prediction.windows.list(BANK) if landed & set(one.inputs)]
        state, reason = window_fate(ports, window)
        commit = ports.prediction.predictions.find_commit(BANK, window.id)
        if commit is None:
            return Window(state, reason, [], "")
        rows = pq.read_table(self.home / "lake" / commit.path)
        probabilities, carried = rows["probability"].to_pylist(), rows["carried"].to_pylist()
        return Window(state, reason, probabilities, commit.far_values, commit.ignored_columns, carried)

    def drop(self, *files: Path) -> str:
        """What `mlops drop` makes of the files: the state and the reason."""
        scenario, name = SCENARIOS[BANK], drop_name(None, files)
        matched = match_tables(self.ports, scenario, scenario.tables, files, None)
        land(self.ports, "incoming", scenario, name, matched)
        try:
            outcome = ingest(self.ports, Landing("incoming", scenario, name, ""))
        except Fault as fault:
            return f"{fault.state}: {fault.reason}"
        return f"{outcome.state}: {outcome.reason}"


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    """A model of the first real calls, trained by command."""
    folder = tmp_path_factory.mktemp("cases")
    training = folder / "train.csv"
    training.write_bytes(b"".join(TRAINING.read_bytes().splitlines(keepends=True)[: _ROWS + 1]))
    command = Command(folder / "home", TRAINING_PROFILE="demo")
    answer = command("drop", BANK, training, "--wait", "--json")
    assert answer.json["outcome"] == "deployed", answer
    return Bank(command.home)


@pytest.fixture(scope="module")
def base(bank: Bank) -> list[float]:
    """The probabilities of the reference."""
    found = bank.predict(CASES / "00-base" / "clients.csv")
    assert (found.state, len(found.probabilities)) == ("committed", 10)
    return found.probabilities


def inputs(case: str) -> Iterator[Path]:
    """The files of a folder beside its README."""
    return (file for file in sorted((CASES / case).iterdir()) if file.suffix.lower() in _ENDINGS)


_ENDINGS = (".csv", ".parquet", ".gz", ".zip", ".txt")


@pytest.mark.parametrize("case", FILES)
def test_a_scoring_file_is_scored_the_same_or_refused_with_its_cause(bank: Bank, base: list[float], case: str) -> None:
    """Never scored with other probabilities and without a word."""
    refused = []
    for file in inputs(case):
        found = bank.predict(file)
        if found.state == "committed":
            assert found.probabilities == pytest.approx(base, abs=1e-9), found
        else:
            refused.append(found.reason)
    assert bool(refused) == bool(FILES[case]), refused
    assert all(FILES[case] in reason for reason in refused), refused


def test_every_folder_is_named() -> None:
    """A new folder is run by a test."""
    run = {*FILES, *DROPS, *REQUESTS, *SINGLE, *CASES_HERE, *TEXT_CASES, WEBHOOK}
    assert {folder.name for folder in CASES.iterdir()} == run


def test_a_thousands_dot_is_told_from_the_first_row(bank: Bank) -> None:
    """03: the rows are scored, and the window's commit says that the numbers are far from what was learned."""
    found = bank.predict(CASES / "03-thousands-dot" / "clients.csv")
    assert (found.state, found.far) == ("committed", "nr.employed=10 (thousands mark?)")


def test_what_is_not_read_and_what_is_carried_is_told(bank: Bank) -> None:
    """28: the labels are named; 27: the id lies beside each prediction."""
    assert bank.predict(CASES / "28-scoring-file-with-labels" / "clients.csv").ignored == "y"
    found = bank.predict(CASES / "27-own-id-column" / "clients.csv")
    assert found.ignored == ""
    assert [json.loads(text)["client_id"] for text in found.carried] == [
        row["client_id"] for row in pacsv.read_csv(CASES / "27-own-id-column" / "clients.csv").to_pylist()
    ]


def test_of_two_parts_the_bad_one_is_named(bank: Bank) -> None:
    """71: with its own name, its line and the column."""
    found = bank.predict(*inputs("71-two-parts-second-bad"))
    assert found.state == "quarantined"
    assert found.reason.startswith("File 'clients.2of2.csv', line 3, column 'age': ")


class Landed:
    """Files that land in a folder of the lake, one event each, as a host sees them."""

    def __init__(self, bank: Bank) -> None:
        self._ports = bank.ports

    def file(self, path: str, content: bytes) -> None:
        """One file, and what follows from its event."""
        blob, _ = self._ports.core.lake.put(path, content, if_absent=False)
        for window in dispatch.on_event(self._ports, blob_event(path, blob.etag, blob.size)):
            dispatch.on_window(self._ports, window)

    def folder(self, case: str, place: str) -> None:
        """Every file of a case below that place; the host itself leaves out names that begin with a dot."""
        for file in sorted((CASES / case).rglob("*")):
            if file.is_file() and file.name != "README" and not file.name.startswith("."):
                self.file(f"{place}{file.relative_to(CASES / case).as_posix()}", file.read_bytes())

    def rows(self, drop: str) -> int:
        """The rows that a report sees of the drop's windows."""
        windows = [one for one in self._ports.prediction.windows.list(BANK) if one.id.startswith(drop)]
        ids = {one.id for one in windows}
        commits = [one for one in self._ports.prediction.predictions.commits(BANK) if one.window in ids]
        replaced = {one.base for one in self._ports.prediction.corrections.list(BANK)}
        return sum(one.rows for one in commits if one.window not in replaced)

    def told(self, text: str) -> str:
        """What history says of the files whose path contains the text."""
        return " ".join(entry.reason for entry in self._ports.core.history.why(text))


def test_a_folder_of_spark_parts_is_predicted(bank: Bank) -> None:
    """70: markers and the empty part do not stand in the way, and are ignored in words."""
    landed = Landed(bank)
    landed.folder("70-spark-folder", f"scoring/{BANK}/spark-1/")
    assert landed.rows("spark-1") == 10
    assert "a marker that a data engine leaves" in landed.told("spark-1/_SUCCESS")


def test_folders_of_partitions_are_predicted(bank: Bank) -> None:
    """79: named after the values of a column."""
    landed = Landed(bank)
    landed.folder("79-hive-folders", f"scoring/{BANK}/")
    assert landed.rows("year-2026") == 10


def test_a_file_written_in_two_steps_is_predicted_once(bank: Bank) -> None:
    """102: the newer version of the file replaces the rows of the earlier one."""
    landed, parts = Landed(bank), [CASES / "102-file-written-in-two-steps" / f"part-{n}.csv" for n in (1, 2)]
    path = f"scoring/{BANK}/slow/clients.csv"
    landed.file(path, parts[0].read_bytes())
    landed.file(path, b"".join(part.read_bytes() for part in parts))
    assert landed.rows("slow") == 10
    assert "A newer version of the file landed" in landed.told("slow/clients.csv")


def test_leftovers_beside_the_data_are_ignored_with_a_reason(bank: Bank) -> None:
    """103: the data is predicted."""
    landed = Landed(bank)
    landed.folder("103-leftovers-beside-the-data", f"scoring/{BANK}/leftovers/")
    assert landed.rows("leftovers") == 10
    for name in ("Thumbs.db", "_SUCCESS", "clients.csv.tmp", "~$clients.xlsx"):
        assert "Nothing was done" in landed.told(f"leftovers/{name}"), name


@pytest.mark.parametrize("case", DROPS)
def test_a_labelled_file_is_refused_with_its_cause(bank: Bank, case: str) -> None:
    """Nothing is learned from it."""
    told = bank.drop(CASES / case / "clients.csv")
    assert told.startswith("quarantined: ")
    assert DROPS[case] in told


def request(case: str, number: int = 1) -> bytes:
    """A request of the folder."""
    return (CASES / case / f"request-{number}.json").read_bytes()


def ask(bank: Bank, body: bytes) -> Any:
    """The answer of the scoring route."""
    return json.loads(Scorer(bank.ports).score(BANK, body, "")[0])


def test_nan_in_a_request_is_named(bank: Bank) -> None:
    """96: and null is what a missing value is."""
    with pytest.raises(BadInput, match="NaN is not JSON, send null for a missing value"):
        ask(bank, request("96-json-with-nan"))


def test_a_byte_order_mark_before_a_request_does_not_count(bank: Bank) -> None:
    """97: the answer is that without the mark."""
    body = request("97-json-with-byte-order-mark")
    assert body.startswith(b"\xef\xbb\xbf")
    assert ask(bank, body) == ask(bank, body[3:])


def test_a_request_in_another_spelling_says_which_fields(bank: Bank) -> None:
    """98: fields that the model does not know are named; the same request as the model learned it is answered."""
    case = "98-json-categories-with-spaces-and-capitals"
    with pytest.raises(BadInput) as caught:
        ask(bank, request(case))
    assert "May" in caught.value.reason or "'contact'" in caught.value.reason
    assert ask(bank, request(case, 2))["Results"]


def test_a_drop_in_capitals_is_quarantined_before_any_comparison(bank: Bank, tmp_path: Path) -> None:
    """The kind of 100: no value of most columns is known, and there is no accepted baseline."""
    table = pacsv.read_csv(TRAINING).slice(_ROWS, 600)
    job = table.column_names.index("job")
    shouted = table.set_column(job, "job", [[value.upper() for value in table["job"].to_pylist()]])
    file = tmp_path / "second.csv"
    pacsv.write_csv(shouted, file)
    told = bank.drop(file)
    assert told.startswith(
        "quarantined: Table 'clients', column 'job': 600 of 600 values (100%) are in no earlier drop"
    )
    assert "(capital letters)" in told
    assert "ADMIN" not in told


def test_a_padded_drop_is_the_drop_without_its_spaces(bank: Bank, tmp_path: Path) -> None:
    """100: the categories of the version stay those of the first drop."""
    import pandas as pd

    frame = pd.read_csv(TRAINING)[_ROWS : _ROWS + 600]
    for name in frame.columns:
        if not pd.api.types.is_numeric_dtype(frame[name]) and name != "y":
            frame[name] = frame[name].str.ljust(20)
    file = tmp_path / "padded.csv"
    frame.to_csv(file, index=False)
    assert bank.drop(file).startswith("done: Registered as dataset")
    newest = bank.ports.datasets.versions.list(BANK)[-1]
    part = newest.tables[0].parts[-1]
    assert {value.strip() for value in pq.read_table(bank.home / "lake" / part.path)["job"].to_pylist()} == set(
        pq.read_table(bank.home / "lake" / part.path)["job"].to_pylist()
    )
