"""The gate's champion comparison: both models answer rows that neither learned from, as a whole and slice by slice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.core.scenario import Scenario
from shared.release.gate.comparison import LEAST_ROWS, decide, independent, lead, too_few
from shared.release.gate.judging_rows import JudgingRows, fresh_rows, read_judging_rows
from shared.release.gate.slices import LEAST_ROWS as LEAST_REFERENCE
from shared.release.gate.slices import worst_slice
from shared.release.gate.usefulness import usefulness_check
from shared.release.verdict import Check
from shared.serving.ports import LoadedModel
from shared.training.learned_rows import LearnedRows, read_learned
from shared.training.metrics import at_decisions
from shared.training.model import Model
from shared.training.stored_models import find_graph, read_model

if TYPE_CHECKING:
    import numpy as np

    from shared.release.ports import ReleasePorts


@dataclass(frozen=True, slots=True)
class Contestant:
    """A model version, loaded, with what it learned from: None when it was made before that was written down."""

    scenario: Scenario
    model: Model
    loaded: LoadedModel
    manifest: Mapping[str, Any]
    learned: LearnedRows | None

    def answers(self, rows: JudgingRows) -> np.ndarray:
        """What it answers to each row (rows, columns), at its served decisions where the metric judges those."""
        answers = self.loaded.score_matrix(self.loaded.encode(rows.table))
        return at_decisions(self.scenario.task, self.scenario.metric, answers, self.loaded.thresholds)


@dataclass(frozen=True, slots=True)
class NoChampion:
    """Why there is no champion to compare with; `fails` when there should be one."""

    reason: str
    fails: bool = False


def compare_with_champion(
    ports: ReleasePorts, scenario: Scenario, model: Model, loaded: LoadedModel, manifest: Mapping[str, Any]
) -> Iterator[Check]:
    """The checks `useful`, `champion`, `reference` and `slices`.

    Without a champion the slices are held against the scenario's bar.
    """
    champion = load_champion(ports, scenario, model)
    if "holdout" not in manifest:
        reason = "The model has no rows to be judged on."
        yield from (Check(name, "skip", None, None, reason) for name in ("useful", "champion", "reference", "slices"))
        return
    rows = read_judging_rows(ports, scenario, model, manifest)
    challenger = Contestant(scenario, model, loaded, manifest, read_learned(ports, model, manifest))
    yield usefulness_check(scenario, rows, challenger.answers(rows))
    if isinstance(champion, NoChampion):
        yield Check("champion", "fail" if champion.fails else "skip", None, None, champion.reason)
        yield Check("reference", "skip", None, None, champion.reason)
        yield worst_slice(scenario, rows, challenger.answers(rows), None)
        return
    reference = None
    if "keys" in champion.manifest.get("holdout", {}):
        reference = read_judging_rows(ports, scenario, champion.model, champion.manifest)
    yield from compare(challenger, champion, rows, reference)


def load_champion(ports: ReleasePorts, scenario: Scenario, model: Model) -> Contestant | NoChampion:
    """The champion that serves the scenario, or why there is none for this version to be compared with."""
    current = ports.release.deployments.current(scenario.name)
    if current is None:
        return NoChampion("Nothing is deployed yet: there is no champion to compare with.")
    if current.version == model.version:
        return NoChampion("The champion is this very version.")
    if current.sha256 in model.digests:
        reason = f"Nothing new: the champion {current.model_id} has the very same graph, byte for byte."
        return NoChampion(reason, fails=True)
    champion = find_graph(ports, current.model, current.version, current.sha256)
    if champion is None:
        return NoChampion(f"The champion {current.model_id} is not in the registry as it serves.", fails=True)
    onnx, manifest = read_model(ports, champion)
    loaded = ports.serving.scoring.load(onnx, manifest)
    return Contestant(scenario, champion, loaded, manifest, read_learned(ports, champion, manifest))


def compare(
    challenger: Contestant, champion: Contestant, rows: JudgingRows, reference: JudgingRows | None
) -> Iterator[Check]:
    """The checks `champion`, `reference` and `slices` of two models.

    `rows` are the challenger's judging rows, `reference` the champion's own where those have keys.
    """
    fresh, note = fresh_part(challenger, champion, rows)
    if len(fresh.actual):
        yield _champion_check(challenger, champion, fresh, note)
    else:
        yield Check("champion", "undecided", 0, LEAST_ROWS, f"Too little to tell: {note}")
    yield _reference_check(challenger, champion, reference)
    if len(fresh.actual):
        yield worst_slice(challenger.scenario, fresh, challenger.answers(fresh), champion.answers(fresh))
    else:
        yield Check("slices", "skip", None, None, note)


def fresh_part(challenger: Contestant, champion: Contestant, rows: JudgingRows) -> tuple[JudgingRows, str]:
    """The rows that neither model learned from, and how many they are; all rows where nobody knows."""
    if rows.keys is None or challenger.learned is None or champion.learned is None:
        older = champion if champion.learned is None else challenger
        note = f"{older.model.id} does not name the rows it learned from: all judging rows count, it may know some."
        return rows, note
    fresh = rows.take(fresh_rows(challenger.scenario, rows, (challenger.learned, champion.learned)))
    note = f"{len(fresh.actual)} of {len(rows.actual)} judging rows are fresh: neither model learned from them."
    return fresh, note


def _champion_check(challenger: Contestant, champion: Contestant, rows: JudgingRows, note: str) -> Check:
    scenario = challenger.scenario
    missing = too_few(*independent(scenario, rows))
    try:
        found = lead(scenario, rows, challenger.answers(rows), champion.answers(rows))
    except ValueError as error:
        reason = f"Too little to tell against the champion {champion.model.id}: {missing or error}. {note}"
        return Check("champion", "undecided", None, None, reason)
    verdict, why = decide(scenario, found)
    facts = f"{found.metric} {found.value:.4f} against {found.other:.4f} of the champion {champion.model.id}"
    return Check("champion", verdict, found.value, found.other, f"{why} {facts}, {found.difference}. {note}")


def _reference_check(challenger: Contestant, champion: Contestant, rows: JudgingRows | None) -> Check:
    """The champion's own judging rows that neither learned from: they can only object."""
    if rows is None or challenger.learned is None or champion.learned is None:
        reason = f"{champion.model.id} or the challenger does not name the rows it learned from."
        return Check("reference", "skip", None, None, reason)
    scenario = challenger.scenario
    rows = rows.take(fresh_rows(scenario, rows, (champion.learned, challenger.learned)))
    count = f"{len(rows.actual)} judging rows of {champion.model.id} that neither learned from"
    if len(rows.actual) < LEAST_REFERENCE or not set(challenger.loaded.contract.names) <= set(rows.table.column_names):
        return Check("reference", "skip", None, None, f"There are {count}: too few to object.")
    try:
        found = lead(scenario, rows, challenger.answers(rows), champion.answers(rows))
    except ValueError as error:
        return Check("reference", "skip", None, None, f"There are {count}, but {error}.")
    facts = f"{found.metric} {found.value:.4f} against {found.other:.4f} on {count}, {found.difference}"
    if found.gain[1] < -found.margin:
        return Check("reference", "trade_off", found.value, found.other, f"Worse on the champion's rows: {facts}.")
    return Check("reference", "pass", found.value, found.other, f"No objection: {facts}.")
