"""What a draft makes of columns, and that its module stands: linted, loaded, and its rows fit its contract."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from customers import as_csv, customers
from drafted import TABLES, declared, drafted

from local.authoring.checks import check_scenario
from shared.core.errors import BadInput
from shared.core.scenario import GeneratorOptions, Split

ROOT = Path(__file__).resolve().parents[3]
TEXTS = {"good": ("great lovely bright pleasant works", "happy"), "bad": ("broken awful dim noisy fails", "sad")}


def sales(rows: int) -> str:
    """Amounts of several shops by day, with a category that has too many values."""
    drawn = random.Random(2)
    lines = ["shop_id;day;size;town;rain;amount"]
    for number in range(rows):
        size, rain = drawn.choice("SML"), drawn.random()
        amount = {"S": 10, "M": 30, "L": 90}[size] * (1.5 - rain)
        day, town = number * 28 // rows + 1, drawn.randrange(300)
        lines.append(f"{number % 60};2024-01-{day:02d};{size};t{town};{rain:.3f};{amount:.2f}")
    return "\n".join(lines)


def reviews(rows: int) -> str:
    """Texts alone, with quotation marks and line ends in them."""
    drawn, lines = random.Random(3), ["text,stars"]
    for number in range(rows):
        stars = drawn.choice(("good", "bad"))
        words = " ".join(drawn.choices(TEXTS[stars][0].split(), k=7))
        lines.append(f'"The lamp ""{number}"" is\n{words}, so I am {TEXTS[stars][1]} today",{stars}')
    return "\n".join(lines)


def marks(rows: int) -> str:
    """Two columns to predict at once."""
    drawn, lines = random.Random(4), ["x,colour,up,down"]
    for _ in range(rows):
        x, colour = drawn.gauss(0, 1), drawn.choice(("red", "blue"))
        lines.append(f"{x:.3f},{colour},{int(x + drawn.gauss(0, 1) > 0)},{int(x < 0.5)}")
    return "\n".join(lines)


def test_columns_are_told_apart(tmp_path: Path) -> None:
    """The id is the key, the date the order, what only who left has is a leak, the address names people."""
    found = drafted(tmp_path, as_csv(customers(400)), "churn")
    assert found.inputs == ("tenure", "Contract", "MonthlyCharges", "TotalCharges")
    assert found.named.key == found.entity == ("customerID",)
    assert (found.named.time, found.personal) == ("signup", ("email",))
    assert [name for name, _ in found.leaks] == ["refund"]
    assert found.answer.labels == ("No", "Yes")
    assert [sentence.split()[0] for sentence in found.warnings] == ["email", "Country", "refund", "personal:"]
    declared_columns = {one.name: one.guess.column for one in found.columns}
    assert declared_columns["Contract"].values == ("Month-to-month", "One year", "Two year")
    assert declared_columns["TotalCharges"].missing == ("?",)
    assert (declared_columns["tenure"].minimum, declared_columns["tenure"].kind) == (0, "int")
    assert [name for name, one in declared_columns.items() if one.optional] == ["email", "Country", "refund"]


@pytest.mark.parametrize(
    ("text", "targets", "task", "inputs"),
    [
        (as_csv(customers(400)), ("churn",), "binary", ("tenure", "Contract", "MonthlyCharges", "TotalCharges")),
        (
            as_csv(customers(400), ("churn", "refund")),
            ("Contract",),
            "multiclass",
            ("tenure", "MonthlyCharges", "TotalCharges"),
        ),
        (sales(600), ("amount",), "regression", ("size", "rain")),
        (marks(300), ("up", "down"), "multilabel", ("x", "colour")),
        (reviews(300), ("stars",), "binary", ("text",)),
    ],
    ids=("binary", "multiclass", "regression", "multilabel", "text"),
)
def test_the_module_of_each_task_stands(
    tmp_path: Path, text: str, targets: tuple[str, ...], task: str, inputs: tuple[str, ...]
) -> None:
    """It passes the linter and the formatter, and what it generates fits its contract and can be learned from."""
    found = drafted(tmp_path, text, *targets)
    source, scenario = declared(tmp_path, found)
    assert (scenario.task, found.inputs) == (task, inputs)
    checks = check_scenario(scenario, TABLES)
    assert {name: problem for name, problem in checks.items() if problem} == {}
    for verb in (("check", "--ignore", "INP001"), ("format", "--check")):
        line = [sys.executable, "-m", "ruff", *verb, "--config", ROOT / "pyproject.toml", tmp_path / "drafted.py"]
        answer = subprocess.run(line, capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer.stdout + source


def test_a_column_that_is_the_answer_gives_way_to_the_text(tmp_path: Path) -> None:
    """The name of the class beside its number says nothing new: what is left to learn from is the text."""
    lines = reviews(300).replace("text,stars", "text,stars,grade").replace(",good", ",good,A").replace(",bad", ",bad,B")
    found = drafted(tmp_path, lines, "stars")
    assert found.inputs == ("text",)
    assert found.score is not None
    assert found.score > 0.9
    assert any(sentence.startswith("grade tells the answer alone") for sentence in found.warnings)
    alone = drafted(tmp_path, as_csv(customers(200), ("tenure", "Contract", "MonthlyCharges", "TotalCharges")), "churn")
    assert alone.inputs == ("refund",)
    assert any(sentence.startswith("refund tells the answer alone") for sentence in alone.warnings)


def test_a_time_whose_newest_rows_lack_an_answer_is_no_split(tmp_path: Path) -> None:
    """Sorted by the answer, the newest rows show one answer only: rows are drawn by chance, and the key stays."""
    rows = sorted(customers(200), key=lambda row: str(row["churn"]))
    text = as_csv(
        [row | {"signup": f"2024-{1 + number // 28:02d}-{1 + number % 28:02d}"} for number, row in enumerate(rows)]
    )
    found = drafted(tmp_path, text, "churn")
    _, scenario = declared(tmp_path, found)
    assert (scenario.time, scenario.split, scenario.entity) == ("", Split("random"), ("customerID",))
    with pytest.raises(BadInput, match=r"The newest rows by 'signup' hold no row with the answer 'No' in 'churn'"):
        drafted(tmp_path, text, "churn", time="signup")


def test_things_that_repeat_are_kept_together(tmp_path: Path) -> None:
    """A shop has many rows: it is the entity and no key; the day orders the rows, and the newest judge."""
    found = drafted(tmp_path, sales(600), "amount")
    _, scenario = declared(tmp_path, found)
    assert (scenario.entity, scenario.tables[0].key) == (("shop_id",), ())
    assert (scenario.time, scenario.split) == ("day", Split("time"))
    assert any(sentence.startswith("town has 2") and "different values" in sentence for sentence in found.warnings)


def test_dates_of_other_countries_are_told_to_be_dates(tmp_path: Path) -> None:
    """Also where no day comes twice: they are no key, and nobody learns by heart."""
    rows = [
        f"{day:02d}.{month:02d}.2024;{day};{'yes' if day > 14 else 'no'}" for month in (1, 2) for day in range(1, 29)
    ]
    found = drafted(tmp_path, "\n".join(["day;size;y", *rows]), "y")
    assert found.named.key == found.entity == ()
    assert found.warnings[0].startswith("day holds dates such as '01.01.2024', which are text here")


def test_what_is_not_read_for_want_of_a_name_is_told(tmp_path: Path) -> None:
    """The first column is a row index, as pandas writes it; of another one nothing would be said otherwise."""
    rows = [f"{number},{number % 7},x{number % 3},{'yes' if number % 7 > 3 else 'no'}" for number in range(70)]
    found = drafted(tmp_path, "\n".join([",size,,y", *rows]), "y")
    assert [one.name for one in found.columns] == ["size", "y"]
    assert found.warnings[0] == "column 3 has no name in the header: it is not read"
    assert not any("column 1 " in sentence for sentence in found.warnings)


def test_one_answer_in_several_spellings_is_told(tmp_path: Path) -> None:
    """`NO` beside `no` would be a model of four answers, and nobody would know why."""
    rows = [f"{number % 7},{('yes', 'no', 'YES', 'No')[number % 4]}" for number in range(80)]
    found = drafted(tmp_path, "\n".join(["size,y", *rows]), "y")
    alike = [sentence for sentence in found.warnings if "capitals or spaces" in sentence]
    assert [sentence.split(", which")[0] for sentence in alike] == ["y holds 'No' and 'no'", "y holds 'YES' and 'yes'"]
    assert found.answer.task == "multiclass"


def test_no_row_and_no_person_of_the_file_is_in_the_module(tmp_path: Path) -> None:
    """Ids and addresses are made up; no generated row is one of the file's."""
    rows = customers(300)
    source, scenario = declared(tmp_path, drafted(tmp_path, as_csv(rows), "churn"))
    assert not [row for row in rows if str(row["customerID"]) in source or str(row["email"]) in source]
    assert scenario.generate is not None
    generated = scenario.generate(300, 1, GeneratorOptions())["drafted"].to_pylist()
    known = {(row["tenure"], row["MonthlyCharges"], row["TotalCharges"]) for row in rows}
    assert not known.intersection((row["tenure"], row["MonthlyCharges"], row["TotalCharges"]) for row in generated)


def test_generated_answers_follow_the_inputs(tmp_path: Path) -> None:
    """Who left has a shorter tenure in the file, and so has who is made up; the same seed gives the same rows."""
    _, scenario = declared(tmp_path, drafted(tmp_path, as_csv(customers(600)), "churn"))
    assert scenario.generate is not None
    frame = scenario.generate(2_000, 1, GeneratorOptions())["drafted"].to_pandas()
    tenure = frame.groupby("churn")["tenure"].mean()
    assert tenure["No"] - tenure["Yes"] > 8
    assert scenario.generate(50, 7, GeneratorOptions()) == scenario.generate(50, 7, GeneratorOptions())
    drifted = scenario.generate(2_000, 1, GeneratorOptions(drift=1.0))["drafted"].to_pandas()
    assert drifted["MonthlyCharges"].mean() > frame["MonthlyCharges"].mean() + 20
