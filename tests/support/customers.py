"""A file of customers as somebody has it: an id, an address, a leak, words for missing cells, and who left."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping, Sequence

HEADER = (
    "customerID",
    "email",
    "tenure",
    "Contract",
    "MonthlyCharges",
    "TotalCharges",
    "Country",
    "refund",
    "signup",
    "churn",
)


def customers(rows: int, seed: int = 1) -> list[dict[str, object]]:
    """So many rows; who is new and pays monthly leaves more often, and only who left gets a refund."""
    drawn = random.Random(seed)
    return [_customer(drawn, number, rows) for number in range(rows)]


def _customer(drawn: random.Random, number: int, rows: int) -> dict[str, object]:
    tenure, charges = drawn.randint(0, 72), round(drawn.uniform(18, 120), 2)
    contract = drawn.choice(("Month-to-month", "One year", "Two year"))
    left = drawn.random() < 0.75 - 0.01 * tenure - 0.3 * (contract != "Month-to-month")
    day = 28 * number // rows
    values = (
        f"{seed_of(number)}-KX", f"p{number}@mail.example", tenure, contract, charges,
        "?" if tenure == 0 else round(tenure * charges, 2), "US", round(drawn.uniform(5, 90), 1) if left else 0.0,
        f"2024-01-{day + 1:02d}", "Yes" if left else "No",
    )  # fmt: skip
    return dict(zip(HEADER, values, strict=True))


def seed_of(number: int) -> str:
    """A number that names a customer and says nothing."""
    return f"{number * 7919 % 100_003:05d}"


def as_csv(rows: Sequence[Mapping[str, object]], without: Sequence[str] = (), delimiter: str = ",") -> str:
    """The rows as CSV text."""
    sink = io.StringIO()
    names = [name for name in rows[0] if name not in without]
    writer = csv.DictWriter(sink, names, delimiter=delimiter, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue()
