"""The table of contracts tells what happened, not what should have."""

from __future__ import annotations

from dataclasses import dataclass, field

from contract_table import collect, long_table, short_table


@dataclass
class Report:
    """What pytest tells about a test."""

    nodeid: str
    when: str = "call"
    user_properties: list[tuple[str, str]] = field(default_factory=list)


def of(case: str, adapter: str, when: str = "call") -> Report:
    """A report of one case of the lake's contract."""
    return Report(f"tests/contracts/test_lake_contract.py::TestLake::test_{case}", when, [("adapter", adapter)])


def test_each_adapter_has_its_line_and_each_case_its_cell() -> None:
    """A failure of one parameter is the case's; what did not run is a dash."""
    results = collect(
        {
            "passed": [
                of("it_opens[azurite]", "azurite"),
                of("it_opens[folder]", "folder"),
                of("it_opens[folder]", "folder", "setup"),
                of("names[a-folder]", "folder"),
                Report("tests/test_story.py::test_it"),
            ],
            "failed": [of("names[b-folder]", "folder")],
            "skipped": [of("it_closes[azurite]", "azurite", "setup")],
        }
    )
    assert list(short_table(results)) == [
        "lake           azurite              1 of 2, 1 skipped",
        "lake           folder               1 of 2, 1 FAILED",
    ]
    assert list(long_table(results))[4:] == [
        "| case | azurite | folder |",
        "|---|---|---|",
        "| it closes | skipped | - |",
        "| it opens | ✓ | ✓ |",
        "| names | - | FAILED x 2 |",
    ]
