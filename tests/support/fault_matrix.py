"""The 76 faults that the system must survive, and which tests show each: `@pytest.mark.fault(number, …)`.

With `--faults` a run prints each row with its tests and writes the same to `build/faults.md`.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[2] / "build" / "faults.md"
PROPERTY = "faults"

ROWS = {
    1: "the same event many times, also at once",
    2: "two event ids for one version of a file",
    3: "events in another order",
    4: "an event that comes 23 hours late",
    5: "a delete before or after a create",
    6: "5 000 events, one of them malformed",
    7: "foreign topics, types, versions and fields",
    8: "both event schemas, object or array, base64",
    9: "a handshake of an attacker",
    10: "an event for a temporary or own file",
    11: "new metadata, the same bytes",
    12: "an event at the start of a copy; a file of no bytes",
    13: "a registered file is renamed",
    14: "a handler that takes longer than 30 seconds",
    15: "an event that was dead-lettered",
    16: "a poison message",
    17: "a model event before the registry shows the version",
    18: "a model event that never comes",
    19: "a kill between any two steps",
    20: "a second kill during recovery",
    21: "a kill during an upload",
    22: "a kill after the commit, before its answer",
    23: "a worker paused past its lease",
    24: "a host that is recycled; a function past its time",
    25: "one item that crashes every time",
    26: "503, 429 and busy services",
    27: "a lost answer to a conditional write",
    28: "a short or torn download",
    29: "a file that changes between look and read",
    30: "a file that is deleted between event and read",
    31: "a lease that nobody releases",
    32: "an incomplete listing",
    33: "a torn write",
    34: "a full disk",
    35: "flipped bits in a stored file",
    36: "no container, no role",
    37: "a wrong clock on the client",
    38: "a deadlock",
    39: "a connection lost in the middle of a load",
    40: "a connection lost at the commit",
    41: "a database that moves or throttles",
    42: "a long lock, a slow statement",
    43: "a missing table or column, a user who may only read",
    44: "values that no database takes",
    45: "two writers of one window",
    46: "a migration while the app runs",
    47: "a timer that fires twice, or not for three days",
    48: "a timer after a start, or past due",
    49: "a change to or from daylight saving time",
    50: "a clock that jumps, a leap day, the end of a year",
    51: "rows that come after their window",
    52: "an empty file, a header alone",
    53: "other encodings",
    54: "ragged rows",
    55: "quotes and line ends",
    56: "columns in another order, twice, absent, too many",
    57: "very many columns, very long cells",
    58: "numbers that are none",
    59: "unknown categories, values out of range",
    60: "repeated keys",
    61: "a type that changes in the file",
    62: "damaged Parquet",
    63: "a file that unfolds",
    64: "poisoned training data",
    65: "a model file that is not what was registered",
    66: "a model with other inputs or answers",
    67: "a model that is an attack",
    68: "a registry that is away",
    69: "a model whose native code crashes",
    70: "hostile bodies",
    71: "bodies that are too large or too slow",
    72: "missing, wrong and old keys",
    73: "abuse of an approval",
    74: "promotions and rollbacks at once",
    75: "one idempotency key for two bodies",
    76: "forged events and hostile names",
}


def pytest_addoption(parser: Any) -> None:
    """`--faults` prints the table of faults at the end of the run."""
    parser.addoption("--faults", action="store_true", help="print which tests show each fault of the matrix")


def rows_of(item: Any) -> list[int]:
    """The faults that a test is marked with."""
    return [number for mark in item.iter_markers("fault") for number in mark.args]


def remember(items: list[Any]) -> None:
    """Leave each test's rows in its report, which also comes from another process."""
    for item in items:
        if rows := rows_of(item):
            item.user_properties.append((PROPERTY, rows))


def summary(reporter: Any) -> None:
    """Print the table and write it, when it was asked for."""
    if not reporter.config.getoption("faults"):
        return
    lines = list(table(reporter.stats))
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    reporter.section(f"faults: tests passed by row (build/{FILE.name})")
    for line in lines:
        reporter.write_line(line)


def table(stats: dict[str, list[Any]]) -> list[str]:
    """A line per row in Markdown: its tests, how many of them ran and how many passed; no test is said as such."""
    passed, others, names = defaultdict(int), defaultdict(int), defaultdict(set)
    for outcome in ("passed", "skipped", "failed", "error"):
        for report in stats.get(outcome, []):
            if outcome == "passed" and report.when != "call":
                continue
            for number in dict(getattr(report, "user_properties", ())).get(PROPERTY, ()):
                (passed if outcome == "passed" else others)[number] += 1
                names[number].add(report.nodeid.partition("[")[0].rpartition("::")[2].removeprefix("test_"))
    head = ["| row | fault | passed | of | tests |", "|---|---|---|---|---|"]
    return head + [
        f"| {number} | {title} | {passed[number]} | {passed[number] + others[number]} | "
        f"{', '.join(sorted(names[number])) or 'NONE RAN'} |"
        for number, title in ROWS.items()
    ]
