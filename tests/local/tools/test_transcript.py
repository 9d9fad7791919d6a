"""A newcomer's first minutes: the README's own commands, and a page of what they printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.tools.transcript import KEPT, OWN, SETUP, WIDE, Done, customers, page, run

README = (Path(__file__).resolve().parents[3] / "README.md").read_text()


@pytest.mark.parametrize("command", [SETUP, *OWN])
def test_each_command_stands_in_the_readme(command: str) -> None:
    """As it is printed there, not as somebody who knows more would type it."""
    assert f"$ {command}\n" in README


def test_the_invented_customers_can_be_learned_from(tmp_path: Path) -> None:
    """Both answers are frequent; a file to predict has no answer."""
    customers(tmp_path / "a.csv", 500, 1, answers=True)
    customers(tmp_path / "b.csv", 5, 2, answers=False)
    lines = (tmp_path / "a.csv").read_text().splitlines()
    assert 100 < sum(line.endswith("yes") for line in lines) < 300
    assert len(lines) == 501
    assert "churned" not in (tmp_path / "b.csv").read_text()


def test_the_page_has_times_and_the_end_of_what_was_printed() -> None:
    """A command without output is only in the table; long lines and long outputs are cut, and the page says so."""
    told = page([Done("git clone", 1.2, ()), Done("make demo", 60, ["x" * 500, *"abcdefghijklmnop"])], {"on": "2026"})
    assert "| `make demo` | 60 s |" in told
    assert "| all | 61 s |" in told
    assert told.count("$ ") == 1
    assert f"({17 - KEPT} lines are left out here)\n" in told
    assert "x" * WIDE not in told


def test_a_command_that_fails_ends_the_page(tmp_path: Path) -> None:
    """With its last words."""
    with pytest.raises(RuntimeError, match=r"ls nothing ended with \d: .*nothing"):
        run("ls nothing", tmp_path)
