"""The pages are short enough to read, say who needs them, and are all found from one door."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
DOOR = DOCS / "README.md"
PAGES = sorted(page for page in DOCS.glob("*.md") if page != DOOR)
FRONT = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
EVERYTHING = [*FRONT, DOOR, *PAGES, ROOT / "bench" / "README.md"]
LONGEST_CELL, LONGEST_PARAGRAPH = 25, 80
KINDS = ["Tutorial", "How-to", "Reference", "Explanation"]
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_ITEM = re.compile(r"(?:[*+-]|\d+\.) ")
_LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)\s]*)?\)")


def name(page: Path) -> str:
    """The path of the page within the repository."""
    return page.relative_to(ROOT).as_posix()


def cells(text: str) -> Iterator[str]:
    """Yield every cell of every table."""
    for line in _FENCE.sub("", text).splitlines():
        if line.startswith("|"):
            yield from (cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|")))


def paragraphs(text: str) -> Iterator[str]:
    """Yield every paragraph and every list item; headings, tables and code are neither."""
    current: list[str] = []
    for line in [*_FENCE.sub("", text).splitlines(), ""]:
        ends = not line.strip() or line.startswith(("#", "|")) or (line.startswith("    ") and not current)
        if current and (ends or _ITEM.match(line.strip())):
            yield " ".join(current)
            current = []
        if not ends:
            current.append(line.strip())


def words(text: str) -> int:
    """Count the words; code between backticks counts as one."""
    return len(re.sub(r"`[^`]+`", "code", text).split())


@pytest.mark.parametrize("page", EVERYTHING, ids=name)
def test_cells_and_paragraphs_are_short(page: Path) -> None:
    """A cell has at most 25 words and a paragraph at most 80; what is longer becomes a list."""
    text = page.read_text()
    assert [cell for cell in cells(text) if words(cell) > LONGEST_CELL] == []
    assert [paragraph for paragraph in paragraphs(text) if words(paragraph) > LONGEST_PARAGRAPH] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_opens_with_its_reader(page: Path) -> None:
    """The first paragraph is one sentence that says for whom the page is."""
    first = next(paragraphs(page.read_text()))
    assert re.fullmatch(r"This page is for .{10,}[^.]\.", first), first
    assert ". " not in first, first


def test_the_door_leads_to_every_page_once() -> None:
    """docs/README.md sorts all pages by what a reader wants."""
    text = DOOR.read_text()
    assert re.findall(r"^## ([\w-]+)", text, re.MULTILINE) == KINDS
    entries = re.findall(r"^\* \[[^\]]+\]\(([\w-]+\.md)\): .+\.$", text, re.MULTILINE)
    assert sorted(entries) == sorted({page.name for page in PAGES})


@pytest.mark.parametrize("page", EVERYTHING, ids=name)
def test_relative_links_lead_to_files(page: Path) -> None:
    """No page links to a file that does not exist."""
    assert [link for link in _LINK.findall(page.read_text()) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize(("page", "lines"), [("README.md", 120), ("CONTRIBUTING.md", 80), ("SECURITY.md", 80)])
def test_the_front_pages_stay_short(page: str, lines: int) -> None:
    """A stranger reads them to the end."""
    assert len((ROOT / page).read_text().splitlines()) < lines


def test_the_measures_measure() -> None:
    """A long cell and a long paragraph are found; code, headings and list items are told apart."""
    text = "# Title\n\none two\nthree\n* four\n* five\n\n```\nsix\n```\n\n    seven\n\n| `a b c` d | e |\n"
    assert list(paragraphs(text)) == ["one two three", "* four", "* five"]
    assert list(cells(text)) == ["`a b c` d", "e"]
    assert words("`a b c` d") == 2
