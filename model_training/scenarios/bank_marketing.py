"""Will the client subscribe to a term deposit? One table, one row per call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.core.policies import Feedback
from shared.core.scenario import Bar, Batch, Column, GeneratorOptions, Scenario, Split, Table


def _generate(rows: int, seed: int, options: GeneratorOptions) -> Mapping[str, Any]:
    from model_training.generators import bank_marketing

    return bank_marketing.generate(rows, seed, options)


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# A drop may hold the calls of one day, of one economy, or to people who were never called before.
CLIENTS = Table(
    "clients",
    (
        Column("age", "int", minimum=10, maximum=120),
        Column("job", "text"),
        Column("marital", "text"),
        Column("education", "text"),
        Column("default", "text"),
        Column("housing", "text"),
        Column("loan", "text"),
        Column("contact", "text", may_be_constant=True),
        # Declared, because a drop may hold the calls of a month that no drop had before.
        Column("month", "text", values=_MONTHS, may_be_constant=True),
        Column("day_of_week", "text", values=_DAYS, may_be_constant=True),
        Column("duration", "int", minimum=0),
        Column("campaign", "int", minimum=0),
        Column("pdays", "int", minimum=-1, maximum=9_999, may_be_constant=True),
        Column("previous", "int", minimum=0, may_be_constant=True),
        Column("poutcome", "text", may_be_constant=True),
        Column("emp.var.rate", "float", minimum=-20, maximum=20, may_be_constant=True),
        Column("cons.price.idx", "float", minimum=0, maximum=1_000, may_be_constant=True),
        Column("cons.conf.idx", "float", minimum=-200, maximum=200, may_be_constant=True),
        Column("euribor3m", "float", minimum=-10, maximum=50, may_be_constant=True),
        Column("nr.employed", "float", minimum=0, may_be_constant=True),
        Column("y", "text", values=("no", "yes")),
    ),
    # A list of clients has ids of its own: they lie beside the predictions.
    extra="carry",
)
_INPUTS = tuple(column.name for column in CLIENTS.columns if column.name != "y")

SCENARIO = Scenario(
    name="bank_marketing",
    title="Will the client subscribe?",
    tables=(CLIENTS,),
    label_table="clients",
    target="y",
    numeric=tuple(name for name in _INPUTS if CLIENTS.column(name).kind != "text"),
    categorical=tuple(name for name in _INPUTS if CLIENTS.column(name).kind == "text"),
    labels=("no", "yes"),
    # Known only after the call, when the answer is known too.
    leakage=("duration",),
    split=Split("random"),
    bar=Bar("auc", 0.70),
    batch=Batch("drops", "clients", "0 */5 * * * *", report=("age", "job", "month", "contact")),
    request_fields=_INPUTS,
    personal=("age", "job", "marital", "education"),
    slices=("job", "age", "contact", "poutcome"),
    # A client is called on account of a prediction, and only then gives an answer.
    feedback=Feedback(labels_depend_on_decision=True),
    generate=_generate,
)
