"""Real data in increments, week by week: what each model learned, what the gate said, and what the last one is worth.

    python bench/weeks.py [--data ../shared/data] [--profile demo] [--only bank_marketing]

It plays the real functions with a clock that is moved by a week (machines: by a month), and writes docs/weeks.md.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from local.host.events.blob_event import blob_created
from local.story.function_app import FunctionApp
from local.story.inline_trainer import InlineTrainer
from local.story.story_clock import StoryClock
from model_training.scenarios import SCENARIOS
from model_training.text.tables import divide
from shared.bootstrap import build_ports
from shared.core.errors import Fault
from shared.release.gate.comparison import lead
from shared.release.gate.contestants import Contestant, fresh_part, load_contestant
from shared.release.gate.judging_rows import read_judging_rows
from shared.training.model import Model

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "weeks.md"
Files = Mapping[str, bytes]
SEED = 1


@dataclass(frozen=True, slots=True)
class Week:
    """What one increment led to; the empty text where a step was not reached."""

    number: int
    rows: int
    new: int
    model: str
    fresh: str
    value: str
    champion: str
    interval: str
    verdict: str
    serving: str


class Plant:
    """One home with the real functions, on a clock that is moved by hand."""

    def __init__(self, home: Path, name: str, profile: str) -> None:
        settings = {"MLOPS_HOME": str(home), "TRAINING_PROFILE": profile, "TRAINER_URL": "none:", "APPROVALS": "none"}
        self.home, self.name, self.clock = home, name, StoryClock()
        built = build_ports({**settings, "LOG_SAMPLE": "0", "QUIET_SECONDS": "0"}, {name: SCENARIOS[name]}, self.clock)
        trainer = InlineTrainer(home, lambda *_: None)
        self.ports = replace(built, training=replace(built.training, trainer=trainer))
        self.app = FunctionApp(self.ports, home, self.clock, trainer, lambda: None)

    def drop(self, drop: str, files: Files) -> None:
        """Land the files of a drop, and let the functions and one round of timers do what follows."""
        events = []
        for table, content in files.items():
            path = f"incoming/{self.name}/{drop}/{table}.csv"
            blob, _ = self.ports.core.lake.put(path, content, if_absent=False)
            made = blob_created(
                path, blob.etag, blob.size, 0, self.clock().timestamp(), container=self.ports.core.container
            )
            events.append(json.dumps(made))
        self.app.process(*events)
        self.app.timers()

    def serving(self) -> Model | None:
        """The model in service."""
        current = self.ports.release.deployments.current(self.name)
        return None if current is None else self.ports.training.registry.find(current.model, current.version)

    def newest(self) -> Model | None:
        """The model that was registered last."""
        models = self.ports.training.registry.list(self.name)
        return models[-1] if models else None

    def contestant(self, model: Model) -> Contestant:
        """The model, loaded."""
        return load_contestant(self.ports, SCENARIOS[self.name], model)


def weeks(plant: Plant, increments: Sequence[Files], days: int) -> Iterator[Week]:
    """Every increment in turn."""
    rows = 0
    seen: Model | None = None
    for number, files in enumerate(increments, 1):
        plant.drop(f"week-{number:02}", files)
        versions = plant.ports.datasets.versions.list(plant.name)
        now = versions[-1].rows if versions else 0
        newest, serving = plant.newest(), plant.serving()
        trained = newest if newest is not None and newest != seen else None
        yield Week(number, now, now - rows, *_judged(plant, trained), serving.id if serving else "")
        rows, seen = now, newest
        plant.clock.wait(days=days)


def _judged(plant: Plant, model: Model | None) -> tuple[str, str, str, str, str, str]:
    """Model, fresh rows, score, champion's score, interval and verdict, as the gate's report has them."""
    if model is None:
        return "", "", "", "", "", "not trained"
    verdict = plant.ports.release.deployments.verdict(model)
    if verdict is None:
        return model.id, "", "", "", "", "not judged"
    check = next((one for one in verdict.checks if one.name == "champion"), None)
    if check is None or not isinstance(check.value, float) or not isinstance(check.threshold, float):
        value = model.metrics.get(SCENARIOS[plant.name].metric)
        failed = next((one.name for one in verdict.checks if one.verdict not in ("pass", "skip")), "")
        shown = "" if value is None else f"{value:.4f}"
        return model.id, "", shown, "", "", f"{verdict.state} {failed}".strip()
    interval = check.reason.partition(" %: ")[2].partition(")")[0]
    fresh = check.reason.rpartition(" judging rows are fresh")[0].rpartition(" of ")[0].rpartition(" ")[2]
    return model.id, fresh, f"{check.value:.4f}", f"{check.threshold:.4f}", interval, verdict.state


def bank(data: Path) -> list[Files]:
    """The calls in the order of the file, in ten increments."""
    return [
        {"clients": _csv(part)} for part in _slices(pd.read_csv(data / "bank_marketing/bankmarketing_train.csv"), 10)
    ]


def sensors(data: Path) -> list[Files]:
    """The batches in the order of their numbers, in ten increments."""
    folder = data / "iiot_quality"
    quality, readings = pd.read_csv(folder / "batch-quality-data.csv"), pd.read_csv(folder / "simulateddata.csv")
    places = zip(_slices(readings, 10), _slices(quality, 10), strict=True)
    return [{"sensors": _csv(one), "quality": _csv(other)} for one, other in places]


def newsgroups(data: Path) -> list[Files]:
    """The posts in a seeded order, in four increments."""
    import pyarrow as pa

    posts = pd.read_csv(data / "newsgroups/newsgroups4_train.csv").sample(frac=1, random_state=SEED)
    parts = [divide(pa.Table.from_pandas(part, preserve_index=False)) for part in _slices(posts, 4)]
    return [{name: _csv(table.to_pandas()) for name, table in tables.items()} for tables in parts]


def machines(data: Path) -> list[Files]:
    """Machines 1 to 20 month by month; a month's failures come one drop later, the machines once."""
    folder = data / "predictive_maintenance"
    names = ("telemetry", "maint", "failures", "errors", "machines")
    tables = {name: pd.read_csv(folder / f"PdM_{name}.csv") for name in names}
    once = tables.pop("machines")
    months = {name: table["datetime"].str[:7] for name, table in tables.items()}
    order = sorted(months["telemetry"].unique())
    made: list[Files] = []
    for place, month in enumerate(order):
        files = {name: _csv(tables[name][months[name] == month]) for name in ("telemetry", "errors")}
        upkeep = months["maint"] <= month if place == 0 else months["maint"] == month
        files["maint"] = _csv(tables["maint"][upkeep])
        if place == 0:
            files["machines"] = _csv(once)
        else:
            files["failures"] = _csv(tables["failures"][months["failures"] == order[place - 1]])
        made.append(files)
    return made


def _slices(table: pd.DataFrame, parts: int) -> list[pd.DataFrame]:
    return [table.iloc[rows] for rows in np.array_split(np.arange(len(table)), parts)]


def _csv(table: pd.DataFrame) -> bytes:
    sink = io.StringIO()
    table.to_csv(sink, index=False)
    return sink.getvalue().encode()


SOURCES: Mapping[str, tuple[Callable[[Path], list[Files]], int]] = {
    "bank_marketing": (bank, 7),
    "iiot_quality": (sensors, 7),
    "predictive_maintenance": (machines, 30),
    "text_classification": (newsgroups, 7),
}


def main() -> None:
    """Play every scenario and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="the folder of real data")
    parser.add_argument("--profile", default="demo", help="default or demo")
    parser.add_argument("--only", default="", help="one scenario, printed instead of written")
    chosen = parser.parse_args()
    names = [chosen.only] if chosen.only else list(SOURCES)
    parts = [section(name, chosen.data, chosen.profile) for name in names]
    if chosen.only:
        print(*parts, sep="\n")
    else:
        PAGE.write_text("\n".join([_head(chosen.profile), *parts]))


def section(name: str, data: Path, profile: str) -> str:
    """The table of a scenario's weeks, and the last model beside one that was trained on everything at once."""
    source, days = SOURCES[name]
    increments = source(data)
    with tempfile.TemporaryDirectory() as home:
        plant = Plant(Path(home) / "weeks", name, profile)
        lines = []
        for week in weeks(plant, increments, days):
            print(name, week, file=sys.stderr, flush=True)
            lines.append(_line(week))
        once = Plant(Path(home) / "once", name, profile)
        once.drop("everything", _together(increments))
        beside = "\n\n".join(_beside(plant, once))
    return "\n".join([f"## {name}\n", _COLUMNS, *lines, "", beside, ""])


_COLUMNS = (
    "| week | rows (new) | model | fresh rows | score | champion's | difference | verdict | serving |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def _line(week: Week) -> str:
    facts = (week.model, week.fresh, week.value, week.champion, week.interval, week.verdict, week.serving)
    return f"| {week.number} | {week.rows} ({week.new}) | " + " | ".join(facts) + " |"


def _together(increments: Sequence[Files]) -> Files:
    """All rows of each table as one file."""
    names = dict.fromkeys(name for files in increments for name in files)
    whole = {}
    for name in names:
        parts = [files[name] for files in increments if name in files]
        whole[name] = parts[0] + b"".join(part.partition(b"\n")[2] for part in parts[1:])
    return whole


def _beside(plant: Plant, once: Plant) -> Iterator[str]:
    """The model that serves in the end, and the newest one, each beside the model of all rows at once."""
    last, newest, whole = plant.serving(), plant.newest(), once.newest()
    if whole is None or newest is None:
        yield "There is no model to compare with one that learned everything at once."
        return
    if last is not None:
        yield _compared("The model that serves in the end", plant, last, once, whole)
    if newest != last:
        yield _compared("The model of the last increment", plant, newest, once, whole)


def _compared(what: str, plant: Plant, model: Model, once: Plant, whole: Model) -> str:
    scenario, other = SCENARIOS[plant.name], once.contestant(whole)
    rows = read_judging_rows(once.ports, scenario, whole, other.manifest)
    one = plant.contestant(model)
    fresh, note = fresh_part(one, other, rows)
    beside = f"{what}, `{model.id}`, beside one trained on everything at once"
    try:
        found = lead(scenario, fresh, one.answers(fresh), other.answers(fresh))
    except (ValueError, Fault) as error:
        return f"{beside}: cannot be compared: {error}. {note}"
    low, high = found.gain
    word = "not worse" if low >= -found.margin else "worse" if high < -found.margin else "not shown to be as good"
    return f"{beside}: {found.metric} {found.value:.4f} against {found.other:.4f}, {found.difference}: {word}. {note}"


def _head(profile: str) -> str:
    return f"""# Weeks on real data

This page is for data scientists who want to see the loop learn from increments.

`python bench/weeks.py` wrote this page with the `{profile}` profile. The real files come in increments, each a week
after the one before (machines: a month, with a month's failures one drop later). Every increment plays the functions as
they are deployed. *Score* and *champion's* are the metric of the gate on the fresh rows, from which neither learned.
"""


if __name__ == "__main__":
    main()
