"""How each port's contract went on each adapter: a short table at the end of every run, the long one in a file.

A contract suite takes its adapters as parameters of a fixture named in ADAPTER_FIXTURES; the table finds the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ADAPTER_FIXTURES = ("lake", "engine", "stores", "source", "target", "delta")
PROPERTY = "adapter"
FILE = Path(__file__).resolve().parents[2] / "build" / "contracts.md"
_SUITE = "_contract.py::"
_WORSE = ("passed", "skipped", "failed", "error")
_SIGNS = {"passed": "✓", "skipped": "skipped", "failed": "FAILED", "error": "FAILED"}

Results = dict[str, dict[str, dict[str, tuple[str, int]]]]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print cases passed of cases run, by port and adapter, and write every case to `build/contracts.md`."""
    results = collect(terminalreporter.stats)
    if not results:
        return
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text("\n".join(long_table(results)) + "\n", encoding="utf-8")
    terminalreporter.section(f"contracts: cases passed by adapter (every case: build/{FILE.name})")
    for line in short_table(results):
        terminalreporter.write_line(line)


def collect(stats: dict[str, list[Any]]) -> Results:
    """Port → case → adapter → the worst outcome of its parameters, and how many there were."""
    results: Results = defaultdict(lambda: defaultdict(dict))
    for outcome in _WORSE:
        for report in stats.get(outcome, []):
            nodeid = str(getattr(report, "nodeid", ""))
            if _SUITE in nodeid and (report.when == "call" or outcome != "passed"):
                port, case = _port_and_case(nodeid)
                adapter = dict(report.user_properties).get(PROPERTY) or "-"
                count = results[port][case].get(adapter, ("", 0))[1]
                results[port][case][adapter] = (outcome, count + 1)
    return results


def short_table(results: Results) -> Iterator[str]:
    """One line per port and adapter."""
    for port, cases in sorted(results.items()):
        for adapter in _adapters(cases):
            of_this = [one[adapter][0] for one in cases.values() if adapter in one]
            yield f"{port:<14} {adapter:<18} {of_this.count('passed'):>3} of {len(of_this)}{_remark(of_this)}"


def long_table(results: Results) -> Iterator[str]:
    """A table per port in Markdown: a line per case, a column per adapter."""
    yield "# Contracts: case by adapter"
    for port, cases in sorted(results.items()):
        adapters = _adapters(cases)
        yield from ("", f"## {port}", "", f"| case | {' | '.join(adapters)} |", f"|---|{'---|' * len(adapters)}")
        for case, found in sorted(cases.items()):
            cells = [_cell(*found[adapter]) if adapter in found else "-" for adapter in adapters]
            yield f"| {case} | {' | '.join(cells)} |"


def _port_and_case(nodeid: str) -> tuple[str, str]:
    file, _, name = nodeid.partition("::")
    port = Path(file).stem.removeprefix("test_").removesuffix("_contract")
    case = name.rpartition("::")[2].partition("[")[0].removeprefix("test_").replace("_", " ")
    return port, case


def _adapters(cases: dict[str, dict[str, tuple[str, int]]]) -> list[str]:
    return sorted({adapter for found in cases.values() for adapter in found})


def _cell(outcome: str, count: int) -> str:
    return _SIGNS[outcome] + (f" x {count}" if count > 1 else "")


def _remark(outcomes: list[str]) -> str:
    left_out, failed = outcomes.count("skipped"), outcomes.count("failed") + outcomes.count("error")
    return (f", {left_out} skipped" if left_out else "") + (f", {failed} FAILED" if failed else "")
