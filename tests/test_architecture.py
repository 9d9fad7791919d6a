"""The page on the architecture says what the code is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text()
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
ROOMS = next(one["layers"] for one in CONTRACTS if one.get("containers") == ["shared"])
FULLEST = 24  # Python files in one folder of product code


def _section(title: str) -> str:
    return PAGE.split(f"## {title}\n")[1].split("\n## ")[0]


def test_the_picture_has_the_rooms_of_the_contract_from_the_ground_up() -> None:
    """The names in bold, from top to bottom, are the layers below the composition root and the ports."""
    drawn = re.findall(r'font-weight="bold">(\w+)<', (ROOT / "docs" / "rooms.svg").read_text())
    assert [name for name in drawn if name != "adapters"] == ROOMS[3:]


def test_the_table_names_every_room() -> None:
    """Each room of the contract has a row, and each row is a folder."""
    rows = re.findall(r"^\| `shared/(\w+)` \|", _section("The rooms"), re.MULTILINE)
    assert set(rows) == {*ROOMS[3:], "adapters"}


@pytest.mark.parametrize(
    "row", re.findall(r"^\| (.+?) \| `(.+?)` \| `(\w+)` \|$", PAGE, re.MULTILINE), ids=lambda row: row[0]
)
def test_a_stranger_finds_what_the_table_promises(row: tuple[str, str, str]) -> None:
    """The file is there, and it defines the name."""
    _, file, name = row
    assert re.search(rf"^(?:def|class) {name}\b", (ROOT / file).read_text(), re.MULTILINE)


def test_the_stranger_asks_ten_questions() -> None:
    """No fewer, and so for the typical changes."""
    assert len(re.findall(r"^\| .+ \| `.+` \| `\w+` \|$", _section("The stranger's test"), re.MULTILINE)) == 10
    assert len(re.findall(r"^\| .+ \| `.+` ?.*\|$", _section("Where do I change …"), re.MULTILINE)) == 10


def test_no_folder_is_a_heap() -> None:
    """A folder of product code is a room that fits a screen."""
    tops = [ROOT / top for top in ("functions", "shared", "model_training", "local", "mlops")]
    folders = (path for top in tops for path in (top, *top.rglob("*")))
    counts = {str(one.relative_to(ROOT)): len(list(one.glob("*.py"))) for one in folders if one.is_dir()}
    assert {name: count for name, count in counts.items() if count > FULLEST} == {}
