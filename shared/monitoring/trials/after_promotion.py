"""The trial after a promotion: the replaced champion answers the next windows hidden, and late labels compare the two.

A version whose loss is sure is rolled back by the sweep of releases.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from shared.core.claims import once
from shared.core.ledger import TERMINAL, Kind, State
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.monitoring.trials.before_promotion import can_try
from shared.monitoring.trials.compared_rows import ComparedRows, compared_metric, compared_rows
from shared.monitoring.trials.looks import TrialLook, keep_look, read_looks
from shared.prediction.hidden_scoring import score_hidden
from shared.release.aftercare.lost_trials import replaced_champion, trial_key
from shared.release.gate.comparison import independent, lead, too_few
from shared.release.gate.growth import GROWTH
from shared.release.look import LOOK_LEVEL, MOST_LOOKS

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts
    from shared.prediction.window import Commit
    from shared.serving.deployment import Deployment

# How many windows one round answers hidden: the next goes on.
PER_ROUND = 4


@dataclass(frozen=True, slots=True)
class Trial:
    """A generation that is tried, the champion that it replaced, and its first windows, at most `most` of them."""

    tried: Deployment
    champion: Deployment
    windows: Sequence[Commit]
    most: int


def current_trial(ports: MonitoringPorts, scenario: Scenario) -> Trial | None:
    """The trial of the generation that serves; None when it needs none or ended."""
    most = ports.release.policies.of(scenario.name).trial_windows
    current = ports.release.deployments.current(scenario.name)
    champion = replaced_champion(ports, current) if current and most and can_try(scenario) else None
    if current is None or champion is None:
        return None
    entry = ports.core.history.find(Kind.TRIAL, trial_key(current))
    if entry is not None and entry.state in TERMINAL:
        return None
    return Trial(current, champion, _windows(ports, current)[:most], most)


def _windows(ports: MonitoringPorts, current: Deployment) -> list[Commit]:
    """The windows that the generation predicted; a correction is no further window."""
    corrections = {correction.window for correction in ports.prediction.corrections.list(current.scenario)}
    commits = [one for one in ports.prediction.predictions.commits(current.scenario) if one.window not in corrections]
    return [one for one in commits if one.model == current.model_id and one.scored_at >= current.at]


def try_promotion(ports: MonitoringPorts, scenario: Scenario) -> None:
    """Answer the next windows hidden, and look at the trial when more labels have come."""
    trial = current_trial(ports, scenario)
    if trial is None or not trial.windows:
        return
    answered = _answer_hidden(ports, scenario, trial)
    newest = ports.monitoring.window_labels.newest(scenario)
    over = _is_over(ports, scenario, trial)
    told = f"{trial.tried.model_id} is tried beside {trial.champion.model_id}, hidden, on "
    told += f"{len(trial.windows)} of {counted(trial.most, 'window')}; label {newest} is the newest."
    entry = ports.core.history.find(Kind.TRIAL, trial_key(trial.tried))
    if not (answered or over) and entry is not None and entry.reason.startswith(told):
        return
    _look(ports, scenario, trial, told, over=over)


def _answer_hidden(ports: MonitoringPorts, scenario: Scenario, trial: Trial) -> int:
    """Answer the windows that are not yet; returns how many this call answered."""
    acted = 0
    for commit in trial.windows:
        if acted == PER_ROUND:
            break
        key = f"{scenario.name}/{commit.window}@{trial.champion.version}"
        answer = partial(score_hidden, ports, scenario, commit.window, trial.champion)
        acted += once(ports, Kind.TRIAL, key, "", answer).acted
    return acted


def _is_over(ports: MonitoringPorts, scenario: Scenario, trial: Trial) -> bool:
    """Whether all windows are there and their labels have had their time."""
    horizon = timedelta(hours=scenario.monitoring.horizon_hours)
    return len(trial.windows) == trial.most and ports.core.clock() >= trial.windows[-1].scored_at + horizon


def _look(ports: MonitoringPorts, scenario: Scenario, trial: Trial, told: str, *, over: bool) -> None:
    """Compare on the labels of now, when they have grown enough for a look, and say how the trial stands."""
    looks, judged_by = read_looks(ports, trial.tried), compared_metric(scenario)
    found = compared_rows(ports, judged_by, trial.windows, trial.champion)
    missing = "no window that both answered has labels enough yet"
    if found is not None:
        all_labelled = not found.unlabelled and len(trial.windows) == trial.most
        over = over or all_labelled
        missing = _missing(judged_by, found, looks, over=over)
        if not missing:
            looks = [*looks, keep_look(ports, trial.tried, _compare(ports, judged_by, trial, found, len(looks) + 1))]
    _tell(ports, trial, looks, f"{told} " + (f"No look yet: {missing}." if missing else ""), over=over)


def _missing(scenario: Scenario, found: ComparedRows, looks: Sequence[TrialLook], *, over: bool) -> str:
    """What a further look needs, or an empty text; the last one takes any further row."""
    if few := too_few(*independent(scenario, found.rows)):
        return few
    rows, last = len(found.rows.actual), looks[-1].rows if looks else 0
    needed = last + 1 if over else max(1, math.ceil(GROWTH * last))
    return "" if rows >= needed else f"{counted(rows, 'labelled row')}, {needed} are needed"


def _compare(ports: MonitoringPorts, scenario: Scenario, trial: Trial, found: ComparedRows, number: int) -> TrialLook:
    rows = len(found.rows.actual)
    about = (number, trial.tried.generation, rows)
    try:
        ahead = lead(scenario, found.rows, found.served, found.hidden, LOOK_LEVEL)
    except ValueError as error:
        return TrialLook(*about, "not lost", f"The labels cannot show the metric: {error}.", ports.core.clock())
    _, high = ahead.gain
    lost = high < -ahead.margin
    verdict = "Worse by more than" if lost else "Not shown to be worse by more than"
    reason = (
        f"{verdict} the margin of {ahead.margin:.4g} on {counted(rows, 'row')} with "
        f"late labels: {ahead.metric} {ahead.value:.4f} "
        f"against {ahead.other:.4f} of {trial.champion.model_id}, {ahead.difference}. Look {number} of {MOST_LOOKS}."
    )
    return TrialLook(*about, "lost" if lost else "not lost", reason, ports.core.clock())


def _tell(ports: MonitoringPorts, trial: Trial, looks: Sequence[TrialLook], told: str, *, over: bool) -> None:
    state, last = State.WAITING, looks[-1] if looks else None
    if last is not None and last.verdict == "lost":
        state, told = State.REFUSED, f"{trial.tried.model_id} lost its trial. {last.reason}"
    elif over or len(looks) >= MOST_LOOKS:
        found = last.reason if last else f"Too few labels came to compare it with {trial.champion.model_id}."
        state, told = State.DONE, f"The trial of {trial.tried.model_id} is over. {found}"
    elif last is not None:
        told = f"{told.strip()} {last.reason}"
    ports.core.ledger.note(Kind.TRIAL, trial_key(trial.tried), state, told.strip())
