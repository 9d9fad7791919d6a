"""The declaration of a scenario: tables and their contracts, the target, the split, metrics, and how it is scored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from shared.core.declaration.check import check_declaration
from shared.core.declaration.decision import Decision
from shared.core.errors import Missing
from shared.core.policies import Arrival, BadRows, Feedback, Monitoring, Retention, RetrainPolicy
from shared.core.wording import did_you_mean

# Words that stand for a missing cell in files and messages, unless a column declares them as values of its own.
MISSING_NUMBERS = ("", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "null", "NULL", "None", "<NA>")
MISSING_TEXTS = ("", "N/A", "n/a", "#N/A", "NaN", "nan", "null", "NULL", "<NA>")
Kind = Literal["float", "int", "text", "time"]
Task = Literal["binary", "multiclass", "multilabel", "regression"]
Extra = Literal["refuse", "ignore", "carry"]
Arrives = Literal["with_drop", "carried", "later"]

# A mapping of table name to a pandas DataFrame in, one DataFrame out. Typed loosely: pandas is not imported here.
Assemble = Callable[[Mapping[str, Any]], Any]
# (rows, seed, options) -> table name to pyarrow Table.
Generate = Callable[[int, int, "GeneratorOptions"], Mapping[str, Any]]
# A mapping of table name to Arrow table in, numbers by name out.
Statistics = Callable[[Mapping[str, Any]], Mapping[str, float]]
# A mapping of table name to Arrow table in, for each label its most characteristic words out.
Words = Callable[[Mapping[str, Any]], Mapping[str, list[str]]]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. `nulls` allows missing cells; `optional` allows the whole column to be absent.

    `missing`: words that stand for a missing cell, besides the empty one; by default those of its kind.
    `identifies`: its values only name rows, differ from file to file, and are never compared.
    `may_be_constant`: whether all rows of a labelled drop may hold one value. By default an input of the model may
    not; code that derives inputs from other columns declares False for those that it measures by.
    `ahead_hours`: how far a time may lie ahead of our clock; without it as far as it likes.
    `accepted`: categories that a person accepted although no drop that was learned from holds them.
    """

    name: str
    kind: Kind
    nulls: bool = False
    optional: bool = False
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str, ...] = ()
    missing: tuple[str, ...] | None = None
    identifies: bool = False
    may_be_constant: bool | None = None
    ahead_hours: float | None = None
    accepted: tuple[str, ...] = ()

    @property
    def missing_words(self) -> tuple[str, ...]:
        """Every word that stands for a missing cell of this column."""
        usual = MISSING_TEXTS if self.kind == "text" else MISSING_NUMBERS
        words = usual if self.missing is None else ("", *self.missing)
        return tuple(word for word in words if word not in self.values)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a drop. `key` columns identify a row and may not repeat within one dataset version.

    With `min_rows` 0 a file may hold the names of the columns and no rows. In a `sparse` table a column that may have
    missing cells may have nothing else: a window of telemetry can be so short that a sensor has no value in it.
    `arrives`: rows come `with_drop`; a `carried` table stands until a drop brings newer rows of it; what comes `later`
    may come in another drop than the rows it belongs to. A drop in which more than the share `repeated` of the rows
    repeat another row is refused; rows with a key never repeat.
    `extra`: a file with a column that is not declared is refused, the column is ignored and told, or of a scoring file
    carried beside the prediction as text. `ignored` columns are declared elsewhere: they are not read, and told.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    min_rows: int = 2
    sparse: bool = False
    arrives: Arrives = "with_drop"
    repeated: float = 0.3
    extra: Extra = "refuse"
    ignored: tuple[str, ...] = ()

    @property
    def carries(self) -> bool:
        """Whether columns that are not declared are carried beside the prediction."""
        return self.extra == "carry"

    @property
    def naming(self) -> frozenset[str]:
        """The columns whose values name rows: the key, and those that are declared so."""
        return frozenset((*self.key, *(column.name for column in self.columns if column.identifies)))

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when there is none."""
        return {column.name: column for column in self.columns}[name]

    def without(self, *names: str) -> Table:
        """The same table with these columns taken out (a scoring file has no target)."""
        kept = tuple(column for column in self.columns if column.name not in names)
        # A column that is accepted beside labelled rows stays one that is carried beside predictions.
        ignored = names if self.carries else (*self.ignored, *names)
        return Table(self.name, kept, self.key, min_rows=1, extra=self.extra, ignored=ignored)

    @property
    def labelled(self) -> Table:
        """The same table in a labelled drop, where no prediction is there to carry a column beside."""
        return replace(self, extra="refuse") if self.carries else self


@dataclass(frozen=True, slots=True)
class History:
    """What a dataset version holds: `append` all drops, or `replace` every table by its newest drop.

    A window keeps the newest `days` by the time column, the newest `drops`, or as many of the newest drops as hold
    `rows` rows; 0: without that limit. A drop leaves as a whole. A table that is carried never leaves.
    """

    keep: Literal["append", "replace"] = "append"
    days: float = 0.0
    drops: int = 0
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Split:
    """How rows are held back: `validation` and, of a time split, `test` are shares of all rows.

    `random`: a salted hash of the entity, the key or the inputs decides for good who judges, about a tenth. `time`
    orders by the time column (else row order) and leaves `gap` rows out.

    `gap_hours` leaves out, by the time column, every row less than so many hours before the next part begins.
    `given`: the feature frame decides; `column` is true in the rows of the test part, validation rows are drawn.
    """

    kind: Literal["random", "time", "given"]
    validation: float = 0.15
    test: float = 0.15
    gap: int = 0
    gap_hours: float = 0.0
    column: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """The least value of a metric that a model must reach on the declared split to serve at all."""

    metric: str
    minimum: float


@dataclass(frozen=True, slots=True)
class Gate:
    """How a new model must compare with the one that serves, on rows that neither learned from.

    `not_inferior`: the 95 % interval of the difference lies above -`margin`. `superior`: it lies above 0. Without a
    margin: 0.01 of a share (AUC, accuracy, F1, average precision, R²), and 2 % of the champion's value of an error.
    """

    rule: Literal["not_inferior", "superior"] = "not_inferior"
    margin: float | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """How predictions are made in batches.

    `drops`: each scoring drop is one window. `telemetry`: a window is what was ingested since the last one.
    `lag_seconds` is how long telemetry may take to show up: younger rows wait for the next window.
    `table` holds the rows to predict; `others` are tables the feature code needs beside it, in the same drop.
    `report` names columns of the feature frame that are written beside each prediction.
    `stream` is a table of an Azure Data Explorer database; each row's `payload` is one message of telemetry.
    `label_hours`: labels that come without rows are about the telemetry since the labels before, of at most so many
    hours; it becomes training data with them. 0: telemetry does not.
    `shard_by` is a column of `table`: feature code computes the rows of one of its values from rows of the same value
    alone, so a large window may be divided by it. Without one a window of several tables is scored in one piece.
    """

    source: Literal["drops", "telemetry"]
    table: str
    schedule: str
    report: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    max_windows_per_run: int = 8
    error_threshold: int = 0
    lag_seconds: float = 0.0
    stream: str = ""
    label_hours: float = 0.0
    shard_by: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """A feature selection that is reported and not applied: which columns of `pool` it would keep.

    Columns with more than `most_missing` of their cells empty are dropped; of the others it proposes the `keep` that
    say most about the target.
    """

    pool: tuple[str, ...]
    keep: int
    most_missing: float = 0.5


@dataclass(frozen=True, slots=True)
class Live:
    """Raw readings as requests: `hours` of them in a row per entity are kept, and predicted when all are there.

    `key` and `time` are columns of `table`; `known` is the table that lists the entities there are.
    """

    table: str
    key: str
    time: str
    known: str
    hours: int


@dataclass(frozen=True, slots=True)
class GeneratorOptions:
    """What a generator plants on purpose: a drift, rows that break the contract, a delay of the labels."""

    drift: float = 0.0
    bad_rows: int = 0
    label_delay: int = 0


@dataclass(frozen=True, slots=True)
class Scenario:
    """One machine-learning problem, declared once and served by the same engine as all others.

    What `labels` are depends on the task. binary and multiclass: the values of `target`, in the order of the model's
    probability columns. multilabel: the names of the 0/1 columns to predict, each on its own; `target` is empty.
    regression: the name of the number to predict alone, the same as `target`.
    """

    name: str
    title: str
    tables: tuple[Table, ...]
    label_table: str
    target: str
    numeric: tuple[str, ...]
    categorical: tuple[str, ...] = ()
    text: str = ""
    task: Task = "binary"
    labels: tuple[str, ...] = ("0", "1")
    entity: tuple[str, ...] = ()
    time: str = ""
    history: History = History()
    arrival: Arrival = field(default_factory=Arrival)
    bad_rows: BadRows = field(default_factory=BadRows)
    leakage: tuple[str, ...] = ()
    split: Split = Split("random")
    metric: str = "auc"
    bar: Bar = Bar("auc", 0.6)
    gate: Gate = Gate()
    # From which probability a label is predicted, and for which labels another rule holds.
    decision: Decision = field(default_factory=Decision)
    label_decisions: tuple[tuple[str, Decision], ...] = ()
    candidates: tuple[str, ...] = ("lightgbm", "logistic", "forest", "extra_trees", "boosting")
    batch: Batch = Batch("drops", "", "0 */5 * * * *")
    request_fields: tuple[str, ...] = ()
    # Columns of the feature frame whose slices a model is also judged on: a mean may hide where it fails.
    slices: tuple[str, ...] = ()
    selection: Selection | None = None
    # Inputs about a person: never kept with answered requests (of a text only its size), never shown in a reason.
    personal: tuple[str, ...] = ()
    # Whether raw readings may be sent in real time instead of features.
    live: Live | None = None
    # The share by which a statistic may differ from the baseline's without a warning.
    band: float = 0.05
    # The most a statistic may be in any dataset, whatever the baseline says.
    limits: tuple[tuple[str, float], ...] = ()
    monitoring: Monitoring = field(default_factory=Monitoring)
    retrain: RetrainPolicy = field(default_factory=RetrainPolicy)
    feedback: Feedback = field(default_factory=Feedback)
    retention: Retention = field(default_factory=Retention)
    statistics: Statistics | None = field(default=None, compare=False, repr=False)
    # Kept in the profile and its history for people to read; never used to judge.
    words: Words | None = field(default=None, compare=False, repr=False)
    assemble: Assemble | None = field(default=None, compare=False, repr=False)
    generate: Generate | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Misconfigured with the first thing in the declaration that cannot be meant."""
        check_declaration(self)
        for decision in (self.decision, *dict(self.label_decisions).values()):
            decision.check_fits(self.name, self.task, len(self.labels))

    def table(self, name: str) -> Table:
        """The table of that name; KeyError when there is none."""
        return {table.name: table for table in self.tables}[name]

    def decision_of(self, label: str) -> Decision:
        """The rule by which the label is predicted."""
        return dict(self.label_decisions).get(label, self.decision)

    @property
    def features(self) -> tuple[str, ...]:
        """The model's inputs in order: numbers, categories, text; columns that leak the label are left out."""
        names = (*self.numeric, *self.categorical, *((self.text,) if self.text else ()))
        return tuple(name for name in names if name not in self.leakage)

    @property
    def accepted_fields(self) -> tuple[str, ...]:
        """What a request may bring, whether the model takes it or not: the declared fields and every declared input."""
        return tuple(dict.fromkeys((*self.request_fields, *self.features)))

    @property
    def targets(self) -> tuple[str, ...]:
        """The columns that hold the labels."""
        return self.labels if self.task == "multilabel" else (self.target,)

    @property
    def scoring_tables(self) -> tuple[Table, ...]:
        """The tables of a scoring drop, without labels; the tables beside the rows to predict may be empty."""
        return (self.scoring_table, *(replace(self.table(name), min_rows=0) for name in self.batch.others))

    @property
    def tolerated(self) -> BadRows:
        """How many rows of a window may be bad, by whichever declaration allows more."""
        return replace(self.bad_rows, rows=max(self.bad_rows.rows, self.batch.error_threshold))

    @property
    def carries(self) -> bool:
        """Whether columns that nobody declared lie beside the predictions: of rows that no feature code changes."""
        return self.assemble is None and len(self.scoring_tables) == 1 and self.scoring_table.carries

    @property
    def scoring_table(self) -> Table:
        """The table of unlabelled rows: the batch table, without the targets where they stand in the same table."""
        table = self.table(self.batch.table).without(*self.targets)
        return replace(table, sparse=self.batch.source == "telemetry")


Scenarios = Mapping[str, Scenario]


def with_quiet(scenarios: Scenarios, seconds: float) -> Scenarios:
    """The scenarios, where those that declare no quiet time and no marker wait for so many seconds."""
    return {name: _with_quiet(scenario, seconds) for name, scenario in scenarios.items()}


def _with_quiet(scenario: Scenario, seconds: float) -> Scenario:
    arrival = scenario.arrival
    if arrival.quiet_seconds is not None or arrival.marker:
        return scenario
    return replace(scenario, arrival=replace(arrival, quiet_seconds=seconds))


def find_scenario(scenarios: Scenarios, name: str) -> Scenario:
    """The scenario of that name; Missing names those there are."""
    try:
        return scenarios[name]
    except KeyError:
        raise Missing(f"There is {no_scenario(scenarios, name)}.") from None


def no_scenario(scenarios: Scenarios, name: str) -> str:
    """What a sentence says of a name that no scenario has."""
    hint = did_you_mean(name[:80], scenarios)
    return f"no scenario {name[:80]!r}{hint}; known: {', '.join(sorted(scenarios)) or 'none'}"
