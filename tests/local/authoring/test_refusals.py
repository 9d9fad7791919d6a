"""What no scenario can be written from is said in one sentence each; the golden file holds all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from customers import as_csv, customers
from drafted import TABLES, drafted

from local.authoring.names import check_name
from local.authoring.source import open_source
from shared.core.errors import BadInput

ROWS = customers(60)
GOOD = as_csv(ROWS)
PROSE = "\n".join(
    ["x,y", *(f"The {number}th of {number} letters is about the weather,{number}.5" for number in range(60))]
)
ID_AND_ANSWER = "\n".join(["id,y", *(f"{number},{'no' if number % 3 else 'yes'}" for number in range(60))])


def written(folder: Path, name: str, content: str | bytes) -> Path:
    """A file with this content."""
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder / name


def opened(folder: Path, *files: tuple[str, str | bytes]) -> object:
    """The files, read."""
    return open_source(TABLES, [written(folder, *one) for one in files])


def answered(folder: Path, *answers: object, target: str = "y", task: str | None = None) -> object:
    """The draft of a file with these answers."""
    lines = [f"{number / 7:.3f},{answer}" for number, answer in enumerate(answers)]
    return drafted(folder, "\n".join(["x,y", *lines]), target, task=task)  # type: ignore[arg-type]


def linked(folder: Path) -> Path:
    """Another name of the file a.csv."""
    (folder / "b.csv").symlink_to(folder / "a.csv")
    return folder / "b.csv"


MISTAKES: Mapping[str, Callable[[Path], object]] = {
    "no file": lambda _: open_source(TABLES, [Path("gone.csv")]),
    "a folder": lambda _: open_source(TABLES, [Path("/")]),
    "an empty file": lambda folder: opened(folder, ("a.csv", "")),
    "a header alone": lambda folder: opened(folder, ("a.csv", "x,y\n")),
    "a picture": lambda folder: opened(folder, ("a.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe")),
    "a workbook": lambda folder: opened(folder, ("a.xlsx", b"PK\x03\x04")),
    "a file in UTF-16": lambda folder: opened(folder, ("a.csv", "x,y\n1,2\n".encode("utf-16"))),
    "tabs": lambda folder: opened(folder, ("a.csv", "x\ty\n1\t2\n")),
    "no header": lambda folder: opened(folder, ("a.csv", "1,2\n3,4\n")),
    "a file twice": lambda folder: open_source(TABLES, [written(folder, "a.csv", GOOD), folder / "." / "a.csv"]),
    "a file under two names": lambda folder: open_source(TABLES, [written(folder, "a.csv", GOOD), linked(folder)]),
    "a column twice": lambda folder: opened(folder, ("a.csv", "x,x\n3,4\n")),
    "a short row": lambda folder: opened(folder, ("a.csv", "x,y\n3,4\n5\n")),
    "other columns": lambda folder: opened(folder, ("a.csv", "x,y\n1,2\n"), ("b.csv", "x,z\n1,2\n")),
    "no such target": lambda folder: drafted(folder, GOOD, "Chrun"),
    "no such key": lambda folder: drafted(folder, GOOD, "churn", key=("customer",)),
    "no such time": lambda folder: drafted(folder, GOOD, "churn", time="zzz"),
    "a time that is a text": lambda folder: drafted(folder, GOOD, "churn", time="Contract"),
    "a time with gaps": lambda folder: drafted(folder, GOOD.replace("2024-01-01", ""), "churn", time="signup"),
    "a key that repeats": lambda folder: drafted(folder, GOOD, "churn", key=("Contract",)),
    "one value": lambda folder: answered(folder, *["no"] * 30),
    "no answer at all": lambda folder: answered(folder, *[""] * 30),
    "a few without an answer": lambda folder: answered(folder, *["no", "yes", ""] * 20),
    "a rare answer": lambda folder: answered(folder, "yes", *["no"] * 30),
    "too many answers": lambda folder: answered(folder, *[f"answer {number}" for number in range(120)] * 10),
    "a number that is a text": lambda folder: answered(folder, *["no", "yes"] * 30, task="regression"),
    "three answers of two": lambda folder: answered(folder, *["a", "b", "c"] * 30, task="binary"),
    "several targets that are texts": lambda folder: drafted(folder, GOOD, "churn", "Contract"),
    "a number from a text": lambda folder: drafted(folder, PROSE, "y"),
    "nothing to learn from": lambda folder: drafted(folder, ID_AND_ANSWER, "y"),
    "a decimal comma": lambda folder: drafted(folder, "x;y\n" + "1,5;no\n2,5;yes\n" * 20, "y"),
    "a name that is taken": lambda folder: check_name("churn", ["bank", "churn"], folder),
    "a name that is taken in capitals": lambda folder: check_name("Churn", ["bank", "churn"], folder),
    "a name with a space": lambda folder: check_name("My Churn 2024!", [], folder),
    "a word of Python": lambda folder: check_name("class", [], folder),
    "a number as a name": lambda folder: check_name("2024", [], folder),
    "a module that is there": lambda folder: check_name("gone", [], written(folder, "gone.py", "").parent),
}


def test_each_mistake_has_the_sentence_of_the_golden_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What, where, the nearest name, and what would be accepted."""
    monkeypatch.chdir(tmp_path)
    told = []
    for number, (name, mistake) in enumerate(MISTAKES.items()):
        (tmp_path / str(number)).mkdir()
        # Whoever asked can name another file or column: that is what exit code 2 says.
        with pytest.raises(BadInput) as caught:
            mistake(tmp_path / str(number))
        told.append(f"{name}: {caught.value.reason.replace(f'{tmp_path}/{number}/', '')}\n")
    assert "".join(told) == (Path(__file__).parent / "refusals.txt").read_text()
