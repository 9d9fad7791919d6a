"""What requests for training look like, and the answers: read by it, written by it, and described by it."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Annotated, Any, Literal, TypedDict

from msgspec import UNSET, Meta, Struct, UnsetType, defstruct

from shared.training.options.run_options import ACCEPTED, MOST_CONCURRENT, MOST_MINUTES, MOST_TRIALS
from shared.training.options.training_profile import PROFILES, Profile
from shared.training.recurrence import LARGEST, YEARS
from shared.training.schedule import State

PRINTABLE = "a printable text of at most 200 characters"
_DATASET = Meta(min_length=1, max_length=200, description="a text of 1 to 200 characters")
_INPUT = Meta(min_length=1, max_length=200)
_INPUTS = Meta(min_length=1, max_length=1000, description="a list of names of inputs that the scenario declares")
_NAME = Meta(
    pattern="^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$",
    description="1 to 100 letters, digits, '_', '.' and '-', a letter or digit first",
)
# Examples that everybody takes; `read_start` takes more, and says what is wrong with the others.
_START = Meta(
    description=f"ISO 8601 in UTC, to the second, of the years {YEARS[0]} to {YEARS[1] - 1}; at once without.",
    extra_json_schema={
        "type": "string",
        "pattern": "^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$",
    },
)


def _whole(name: str, most: int) -> Meta:
    return Meta(ge=1, le=most, multiple_of=1, description=ACCEPTED[name])


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """The dataset version, the newest without it; how thoroughly, as the settings say without it; and the options."""

    dataset: Annotated[str, _DATASET] | UnsetType = UNSET
    profile: Annotated[Profile, Meta(description=" or ".join(PROFILES))] | UnsetType = UNSET
    inputs: Annotated[list[Annotated[str, _INPUT]], _INPUTS] | UnsetType = UNSET
    minutes: Annotated[float, Meta(gt=0, le=MOST_MINUTES, description=ACCEPTED["minutes"])] | UnsetType = UNSET
    trials: Annotated[float, _whole("trials", MOST_TRIALS)] | UnsetType = UNSET
    patience: Annotated[float, _whole("patience", MOST_TRIALS)] | UnsetType = UNSET
    metric_reached: Annotated[float, Meta(description=ACCEPTED["metric_reached"])] | UnsetType = UNSET
    concurrency: Annotated[float, _whole("concurrency", MOST_CONCURRENT)] | UnsetType = UNSET


class SubmissionBody(Struct, frozen=True, forbid_unknown_fields=True, rename="pascal", kw_only=True):
    """A request for a training run."""

    experiment_name: Annotated[
        str, Meta(max_length=200, description=PRINTABLE, extra_json_schema={"pattern": "^[ -~]*$"})
    ] = ""
    parameter_assignments: Parameters = Parameters()


# Each word has its own longest interval. JSON knows one kind of number: 2.0 is 2.
_EVERY = [
    defstruct(
        f"Every{word}",
        [
            ("interval", Annotated[float, Meta(ge=1, le=most, multiple_of=1, description=f"1 to {most}")]),
            ("start_time", Annotated[Any, _START], UNSET),
        ],
        tag_field="Frequency",
        tag=word,
        rename="pascal",
        frozen=True,
        forbid_unknown_fields=True,
    )
    for word, most in LARGEST.items()
]
_EXAMPLE = f'{{"Frequency": "Week", "Interval": 1}}, with {", ".join(LARGEST)}'


class ScheduleBody(SubmissionBody, frozen=True, kw_only=True):
    """A request for a schedule of training runs."""

    name: Annotated[str, _NAME]
    recurrence: Annotated[reduce(or_, _EVERY), Meta(description=_EXAMPLE)]  # type: ignore[valid-type]  # made above


class RunAnswer(TypedDict):
    """A training run and how it stands."""

    Id: str
    Status: Literal["requested", "running", "completed", "failed", "cancelled"]
    Reason: str
    Dataset: str
    Profile: str
    Options: dict[str, Any]
    CreatedAt: str
    UpdatedAt: str


class SubmittedAnswer(RunAnswer):
    """A requested training run, and where its state is."""

    StatusUrl: str


class RunsAnswer(TypedDict):
    """The training runs of a scenario."""

    Runs: list[RunAnswer]


class RecurrenceAnswer(TypedDict):
    """The recurrence of a schedule, and its start."""

    Frequency: Annotated[str, Meta(extra_json_schema={"enum": list(LARGEST)})]
    Interval: int
    StartTime: str


class ScheduleAnswer(TypedDict):
    """A schedule, when it is due, and its last run."""

    Id: Annotated[str, _NAME]
    Name: Annotated[str, _NAME]
    Status: State
    ExperimentName: str
    ParameterAssignments: dict[str, Any]
    Recurrence: RecurrenceAnswer
    NextDue: str | None
    LastDue: str | None
    LastOutcome: str
    LastRun: RunAnswer | None
    CreatedAt: str
    StoppedAt: str | None


class SchedulesAnswer(TypedDict):
    """The schedules of a scenario."""

    Schedules: list[ScheduleAnswer]
