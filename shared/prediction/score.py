"""Score a window once in effect: pinned plan, content-addressed Parquet, commit put-if-absent, one SQL transaction.

The lake leads: from `_COMMIT.json` on the window's predictions count. Any worker may repeat any step.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from shared.core.errors import Missing, Quarantined, Superseded, Transient
from shared.core.ledger import Outcome, State
from shared.core.paths import Landing, commit_path, landing, plan_path, predictions_folder
from shared.core.redaction import redact
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.datasets.rejects import Rejects
from shared.prediction.commits import read_commit, sha256_of
from shared.prediction.delta_follower import follow
from shared.prediction.plans import pin_plan, read_plan
from shared.prediction.reject_files import write_rejects
from shared.prediction.scoring_drops import drop_files
from shared.prediction.sharding.loading import load_into_sql
from shared.prediction.sharding.size import in_shards
from shared.prediction.short_history import CODE as SHORT_HISTORY
from shared.prediction.window import Commit, Window, WindowState, input_key, split_input
from shared.prediction.window_inputs import ignored_columns, scored_features, stream_rows
from shared.prediction.window_plan import CorrectionNote, WindowPlan
from shared.serving.deployed_model import DeployedModel, load_deployed
from shared.serving.ports import BatchJob, BatchResult, Provenance
from shared.serving.prediction_rows import first_id
from shared.serving.strange_values import told
from shared.training.unlearned.unknown_values import written

if TYPE_CHECKING:
    from shared.prediction.ports import PredictionPorts


def score_window(ports: PredictionPorts, scenario_name: str, window_id: str) -> Outcome:
    """How the window ended: committed with its rows, or quarantined with the reason; a large one may wait for more."""
    scenario, window = _window(ports, scenario_name, window_id)
    ends = ports.core.clock() + ports.prediction.sharding.budget
    try:
        commit = _commit(ports, scenario, window, lambda: ports.core.clock() >= ends)
    except (Quarantined, Superseded, Missing) as fault:
        redacted = redact(fault, scenario) if isinstance(fault, Quarantined) else fault
        read = _read(ports, window)
        ports.prediction.windows.close(scenario.name, window.id, WindowState.QUARANTINED, redacted.reason, read)
        raise redacted from None
    if isinstance(commit, Outcome):
        return commit
    if not load_into_sql(ports, scenario, commit, lambda: ports.core.clock() >= ends):
        return Outcome(
            State.WAITING,
            f"{counted(commit.rows, 'row is', 'rows are')} predicted; their shards are being loaded into SQL.",
        )
    follow(ports, scenario, commit.window)
    ports.prediction.windows.close(scenario.name, window.id, WindowState.COMMITTED, "")
    strange = told(commit.unknown_values, commit.far_values, commit.rejected_rows, commit.ignored_columns)
    reason = f"{commit.sentence} {strange}".strip()
    origin = {"model": commit.model, "run": commit.run, "dataset": commit.dataset}
    return Outcome(State.DONE, reason, {"rows": commit.rows, "sha256": commit.sha256, "path": commit.path, **origin})


def _read(ports: PredictionPorts, window: Window) -> tuple[str, ...]:
    """The versions of files that the plan names, else those that were there when the window was taken up.

    A planner may have added a newer one since: another window will predict it.
    """
    if ports.core.lake.stat(plan_path(window.scenario, window.id)) is None:
        return window.inputs
    return read_plan(ports, window.scenario, window.id).inputs


def _window(ports: PredictionPorts, scenario_name: str, window_id: str) -> tuple[Scenario, Window]:
    scenario = ports.core.scenarios.get(scenario_name)
    window = ports.prediction.windows.find(scenario_name, window_id) if scenario else None
    if scenario is None or window is None:
        raise Missing(f"There is no window {window_id} of {scenario_name}.")
    return scenario, window


def _commit(
    ports: PredictionPorts, scenario: Scenario, window: Window, is_late: Callable[[], bool]
) -> Commit | Outcome:
    """The window's commit in the lake; made now when there is none, or how far it is."""
    path = commit_path(scenario.name, window.id)
    if ports.core.lake.stat(path) is None:
        made = _score(ports, scenario, window, is_late)
        if isinstance(made, Outcome):
            return made
        ports.core.lake.put(path, made.to_bytes())
    # Another worker may have been faster: the commit in the lake is the one that counts.
    return read_commit(ports, path)


def _score(ports: PredictionPorts, scenario: Scenario, window: Window, is_late: Callable[[], bool]) -> Commit | Outcome:
    plan, plan_sha = pin_plan(ports, scenario.name, window.id, lambda: _plan(ports, scenario, window))
    if plan.in_shards is not None:
        from shared.prediction.sharding.large_window import score_in_shards

        return score_in_shards(ports, scenario, plan, plan_sha, is_late)
    return score_plan(ports, scenario, plan, plan_sha, predictions_folder(scenario.name, plan.base))


def score_plan(ports: PredictionPorts, scenario: Scenario, plan: WindowPlan, plan_sha: str, folder: str) -> Commit:
    """Score the rows of the plan with its model into a file in that folder; the commit that would make it count."""
    deployed = load_deployed(ports, plan.deployment)
    rejects = Rejects(scenario.tolerated)
    with _job(ports, scenario, plan, deployed, rejects) as (job, short), tempfile.TemporaryFile() as out:
        result = _scored(ports, deployed, job, out, rejects)
        sha = sha256_of(out)
        ports.core.lake.put(f"{folder}{sha}.parquet", out)
    write_rejects(ports, scenario, plan.window, rejects.found)
    return Commit(
        scenario=scenario.name,
        window=plan.window,
        ordinal=plan.ordinal,
        path=f"{folder}{sha}.parquet",
        sha256=sha,
        rows=result.rows,
        failed_rows=result.failed_rows,
        plan_sha256=plan_sha,
        model=deployed.model.id,
        model_sha256=deployed.model.sha256,
        run=deployed.model.run,
        dataset=deployed.model.dataset,
        scored_at=plan.planned_at,
        unknown_values=result.strange.unknown_text,
        far_values=result.strange.far_text,
        rejected_rows=written({**rejects.counts, **({SHORT_HISTORY: short} if short else {})}),
        ignored_columns=", ".join(ignored_columns(ports, scenario, plan.inputs)),
    )


def _scored(
    ports: PredictionPorts, deployed: DeployedModel, job: BatchJob, out: BinaryIO, rejects: Rejects
) -> BatchResult:
    """What the model made of the rows; Quarantined with the first bad row where too many were set aside."""
    table = job.scenario.batch.table
    try:
        result = ports.serving.scoring.batch(deployed.loaded, job, out)
    except Quarantined:
        rejects.check(table)
        raise
    rejects.check(table, result.failed_rows)
    return result


def _plan(ports: PredictionPorts, scenario: Scenario, window: Window) -> WindowPlan:
    """The plan of a first version: its inputs and the champion. A correction names both itself."""
    now = ports.core.clock()
    correction = ports.prediction.corrections.find(scenario.name, window.id)
    if correction is not None:
        note = CorrectionNote(correction.base, correction.number, correction.by, correction.reason)
        inputs, deployment = correction.inputs, correction.deployment
        shards = in_shards(ports, scenario, inputs)
        return WindowPlan(window.scenario, window.id, window.ordinal, inputs, deployment, now, note, shards)
    current = ports.release.deployments.current(scenario.name)
    if current is None:
        raise Transient(f"No model is deployed for {scenario.name}.")
    inputs = _inputs(ports, scenario, window)
    shards = in_shards(ports, scenario, inputs)
    return WindowPlan(window.scenario, window.id, window.ordinal, inputs, current, now, in_shards=shards)


def _inputs(ports: PredictionPorts, scenario: Scenario, window: Window) -> tuple[str, ...]:
    """The window's own files; of several tables also the files of their drops that belong to an earlier window."""
    # A file that was touched since it was planned has two ETags; only the later one can be read.
    inputs = {split_input(key)[0]: key for key in window.inputs}
    if len(scenario.scoring_tables) > 1:
        places = [landing(path, ports.core.scenarios) for path in inputs]
        for drop in dict.fromkeys(where.drop for where in places if isinstance(where, Landing)):
            for blob in drop_files(ports, scenario, drop):
                inputs.setdefault(blob.path, input_key(blob))
    return tuple(inputs.values())


@contextmanager
def _job(
    ports: PredictionPorts, scenario: Scenario, plan: WindowPlan, deployed: DeployedModel, rejects: Rejects
) -> Iterator[tuple[BatchJob, int]]:
    """The rows to score, and how many lack history; the files they come from are closed, however far they were read."""
    provenance = Provenance(
        run_id=deployed.model.run,
        model=deployed.model.id,
        model_sha256=deployed.model.sha256,
        dataset=deployed.model.dataset,
        scored_at=plan.planned_at,
    )
    job = BatchJob(scenario, plan.window, first_id(plan.ordinal), provenance)
    if plan.in_shards is not None:
        from shared.prediction.sharding.planning import planned_shards
        from shared.prediction.sharding.shard_scoring import shard_job

        # A large window that another model answers hidden: its first shard is sample enough.
        with shard_job(ports.core.lake, job, planned_shards(ports, plan)[0]) as part:
            yield part
    elif scenario.assemble is None and len(scenario.scoring_tables) == 1:
        with closing(stream_rows(ports, scenario.scoring_table, plan.inputs, rejects)) as batches:
            yield replace(job, batches=batches), 0
    else:
        table, short = scored_features(ports, scenario, plan.inputs, rejects)
        yield replace(job, table=table), short
