"""An undecided challenger is judged again when its judging rows have grown: the same model, more rows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.errors import Missing
from shared.core.scenario import Scenario
from shared.datasets.feature_frame import feature_frame, given_roles, judges_by_hash
from shared.datasets.version_rows import tables_to_learn
from shared.release.gate.champion import make_contest
from shared.release.gate.contestants import Contestant, load_contestant
from shared.release.gate.gate import Occasion, checks_alone, judge_contest
from shared.release.gate.judging_rows import JudgingRows, as_judging_rows, fresh_rows
from shared.release.gate.trial_rows import newest_trial_rows, with_trial_rows
from shared.release.verdict import Verdict
from shared.training.fingerprints import Fingerprints, fingerprints
from shared.training.learn_only import learn_only_identities
from shared.training.model import Model

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from shared.release.ports import ReleasePorts

# So much must the fresh rows have grown before another look is spent on them.
GROWTH = 1.25
_SEP = "+"


@dataclass(frozen=True, slots=True)
class TooFewMore:
    """Why a challenger is not judged again yet: that dataset version has so many fresh rows, and so many are needed."""

    dataset: str
    rows: int
    needed: int


def judge_grown(ports: ReleasePorts, scenario: Scenario, model: Model, earlier: Verdict) -> Verdict | TooFewMore:
    """The next judgement of the model, on the judging rows of the newest dataset version.

    A look that was taken before a crash is gone on with, on the rows that it was taken for.
    """
    number, generation = earlier.number + 1, earlier.generation or 0
    dataset = _begun(ports, model, generation, number) or newest_rows(ports, model)
    challenger = load_contestant(ports, scenario, model)
    contest = make_contest(ports, challenger, grown_rows(ports, challenger, dataset))
    found, needed = len(contest.fresh.actual), least_rows(earlier)
    if found < needed and not _begun(ports, model, generation, number):
        return TooFewMore(dataset, found, needed)
    return judge_contest(ports, contest, checks_alone(earlier), Occasion(generation, number, dataset))


def least_rows(earlier: Verdict) -> int:
    """How many fresh rows a further judgement takes."""
    return max(1, math.ceil(GROWTH * earlier.judging.rows)) if earlier.judging else 1


def newest_rows(ports: ReleasePorts, model: Model) -> str:
    """The newest dataset version, and after a plus the newest labels of the model's trial; empty without a version."""
    newest = "".join(ports.datasets.versions.ids(model.name)[-1:])
    return _SEP.join(filter(None, (newest, newest_trial_rows(ports, model)))) if newest else ""


def grown_rows(ports: ReleasePorts, challenger: Contestant, named: str) -> JudgingRows:
    """The judging rows of that name that the model has not learned from; Missing when nobody knows which."""
    import numpy as np

    dataset, _, trial = named.partition(_SEP)
    scenario, learned = challenger.scenario, challenger.learned
    if learned is None:
        raise Missing(
            f"{challenger.model.id} does not name the rows it learned from: it is not judged on further ones."
        )
    version = ports.datasets.versions.find(scenario.name, dataset)
    if version is None:
        raise Missing(f"There is no dataset version {dataset[:80]!r} of {scenario.name}.")
    opened, names = ports.core.lake.open, challenger.loaded.contract.names
    frame = feature_frame(tables_to_learn(opened, scenario, version.tables, names), scenario)
    prints = fingerprints(scenario, frame)
    learners = learn_only_identities(opened, scenario, version.tables)
    rows = as_judging_rows(scenario, names, frame)
    rows = rows.take(np.flatnonzero(_judges(scenario, frame, prints) & ~np.isin(prints.identity, learners)))
    rows = with_trial_rows(ports, challenger, rows, trial) if trial else rows
    return rows.take(_behind_gap(scenario, fresh_rows(scenario, rows, (learned,)), rows))


def _judges(scenario: Scenario, frame: pa.Table, prints: Fingerprints) -> np.ndarray:
    """Whether each row may judge (rows,); of a time split all, until it is known what was learned."""
    import numpy as np

    if scenario.split.kind == "random":
        return judges_by_hash(prints.identity)
    if scenario.split.kind == "time":
        return np.ones(frame.num_rows, dtype=bool)
    given = given_roles(frame, scenario)
    return np.zeros(frame.num_rows, dtype=bool) if given is None else given


def _behind_gap(scenario: Scenario, fresh: np.ndarray, rows: JudgingRows) -> np.ndarray:
    """Without the rows of the gap that follows what the model learned; only rows in order of time have one."""
    in_time = scenario.split.kind == "time" and rows.keys is not None and "hours" in rows.keys.column_names
    return fresh[scenario.split.gap :] if in_time else fresh


def _begun(ports: ReleasePorts, model: Model, generation: int, number: int) -> str:
    """The dataset version of a look that this judgement took already; empty when it took none."""
    for look in ports.release.looks.list(model.name, generation):
        if (look.version, look.judgement) == (model.version, number):
            return look.dataset
    return ""
