"""A large window is cut into shards, scored by an engine, and committed when every shard is scored.

Each call goes as far as it can; a message or the timer comes again until the commit is there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.errors import Quarantined
from shared.core.ledger import Outcome, State
from shared.core.paths import predictions_folder
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.datasets.rejects import Rejects, check_failed
from shared.prediction.shard import ScoredShard, Shard, ShardWork
from shared.prediction.sharding.attempts import go_on, scored_shards
from shared.prediction.sharding.planning import ShardPlan, plan_shards
from shared.prediction.short_history import CODE as SHORT_HISTORY
from shared.prediction.window import Commit, CommittedFile
from shared.prediction.window_inputs import ignored_columns
from shared.prediction.window_plan import WindowPlan
from shared.serving.deployed_model import DeployedModel, load_deployed
from shared.serving.ports import Provenance
from shared.serving.prediction_rows import first_id
from shared.serving.strange_values import NOTHING, StrangeValues, refuse_unknown_column
from shared.training.unlearned.unknown_values import written

if TYPE_CHECKING:
    from shared.prediction.ports import PredictionPorts


def score_in_shards(
    ports: PredictionPorts, scenario: Scenario, plan: WindowPlan, plan_sha: str, is_late: Callable[[], bool]
) -> Commit | Outcome:
    """The commit of the window, or how far it is; Quarantined like a window that is scored in one piece."""
    shards = plan_shards(ports, scenario, plan, is_late)
    if shards is None:
        return Outcome(State.WAITING, "The window is being cut into shards.")
    window = _LargeWindow(ports, scenario, plan, plan_sha, shards, load_deployed(ports, plan.deployment))
    scored = scored_shards(ports, plan.scenario, plan.window, plan.base)
    if missing := window.missing(scored):
        go_on(ports, scenario, plan, missing, window.work)
        scored = scored_shards(ports, plan.scenario, plan.window, plan.base)
    if missing := window.missing(scored):
        done = len(shards.shards) - len(missing)
        return Outcome(State.WAITING, f"{done} of {counted(len(shards.shards), 'shard is', 'shards are')} scored.")
    return window.commit([scored[one.number] for one in shards.shards])


@dataclass(frozen=True, slots=True)
class _LargeWindow:
    """A window that is cut, and the model that scores it."""

    ports: PredictionPorts
    scenario: Scenario
    plan: WindowPlan
    plan_sha: str
    shards: ShardPlan
    deployed: DeployedModel

    def missing(self, scored: Mapping[int, ScoredShard]) -> list[Shard]:
        """The shards that are not scored yet."""
        return [shard for shard in self.shards.shards if shard.number not in scored]

    def work(self, attempt: int, missing: Sequence[Shard]) -> ShardWork:
        """The description of an attempt."""
        model, plan = self.deployed.model, self.plan
        return ShardWork(
            scenario=plan.scenario,
            window=plan.window,
            ordinal=plan.ordinal,
            attempt=attempt,
            plan_sha256=self.plan_sha,
            first_id=first_id(plan.ordinal),
            onnx=model.onnx_path,
            manifest=model.manifest_path,
            provenance=Provenance(model.run, model.id, model.sha256, model.dataset, plan.planned_at),
            shards=tuple(missing),
            at=self.ports.core.clock(),
            base=plan.base if plan.corrects else "",
        )

    def commit(self, scored: Sequence[ScoredShard]) -> Commit:
        """The commit of all shards, when the window as a whole may be committed."""
        strange = self._judged(scored)
        short = sum(one.short for one in scored)
        files = tuple(CommittedFile(one.path, one.sha256, one.rows, one.failed_rows, one.first_row) for one in scored)
        model, plan = self.deployed.model, self.plan
        return Commit(
            scenario=plan.scenario,
            window=plan.window,
            ordinal=plan.ordinal,
            path=predictions_folder(plan.scenario, plan.base),
            sha256=hashlib.sha256("".join(one.sha256 for one in files).encode()).hexdigest(),
            rows=sum(one.rows for one in files),
            failed_rows=sum(one.failed_rows for one in files),
            plan_sha256=self.plan_sha,
            model=model.id,
            model_sha256=model.sha256,
            run=model.run,
            dataset=model.dataset,
            scored_at=plan.planned_at,
            unknown_values=strange.unknown_text,
            far_values=strange.far_text,
            rejected_rows=written({**self._rejects().counts, **({SHORT_HISTORY: short} if short else {})}),
            ignored_columns=", ".join(ignored_columns(self.ports, self.scenario, plan.inputs)),
            shards=files,
        )

    def _rejects(self) -> Rejects:
        return Rejects(self.scenario.tolerated, list(self.shards.rejects), self.shards.read)

    def _judged(self, scored: Sequence[ScoredShard]) -> StrangeValues:
        """What is strange in the window; Quarantined when too many rows failed, or a column is not known at all."""
        failed = sum(one.failed_rows for one in scored)
        firsts = [one.first_failed for one in scored if one.first_failed]
        check_failed(self.scenario, self.plan.window, failed, firsts)
        self._rejects().check(self.scenario.batch.table, failed)
        if not sum(one.rows for one in scored) and not failed:
            sentence = f"Window {self.plan.window}: no row has rows enough before it; accepted: longer histories."
            raise Quarantined(SHORT_HISTORY, sentence, table=self.scenario.batch.table)
        strange = NOTHING
        for one in scored:
            strange = strange.and_also(one.strange)
        refuse_unknown_column(self.scenario, strange, self.deployed.loaded.contract, f"Window {self.plan.window}")
        return strange
