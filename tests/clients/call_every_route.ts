// Calls every route with the client that was generated into ./made; prints the statuses of the answers.
import { readFileSync } from "node:fs";
import { createClient } from "./made/client";
import * as api from "./made/sdk.gen";
import type { ScorePointsRequest } from "./made/types.gen";

const facts = JSON.parse(readFileSync(process.argv[2], "utf8"));
const clients = Object.fromEntries(
  Object.entries(facts.keys).map(([scope, key]) => [
    scope,
    createClient({ baseUrl: facts.url, auth: () => key as string }),
  ]),
);
const [score, operate, approve] = [clients.score, clients.operate, clients.approve];
const told: Record<string, [number, string]> = {};

async function call<T>(name: string, asked: Promise<{ data?: T; error?: unknown; response?: Response }>): Promise<T> {
  const { data, error, response } = await asked;
  if (data === undefined) throw new Error(`${name}: ${response?.status} ${JSON.stringify(error)}`);
  told[name] = [response!.status, typeof data];
  return data as T;
}

function same(found: unknown, wanted: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(wanted))
    throw new Error(`${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
}

const path = { scenario: "points" } as const;
const model = { model: "points" } as const;

async function main(): Promise<void> {
  const points: ScorePointsRequest = { Inputs: { data: [{ x: 0.4, color: "red" }] } };
  same((await call("score", api.scorePoints({ client: score, body: points }))).Results, ["yes"]);
  const marks = { Inputs: { data: [{ x: 0.4, z: 0.1 }] } };
  same((await call("scoreMarks", api.scoreMarks({ client: score, body: marks }))).Results, [["up"]]);
  const prices = { Inputs: { data: [{ x: 0.4, z: null }] } };
  same((await call("scorePrices", api.scorePrices({ client: score, body: prices }))).Results.length, 1);
  const labels = { data: [{ id: facts.entity as number, y: "yes" }] };
  same((await call("actuals", api.actualsPoints({ client: operate, body: labels }))).state, "done");
  const traced = await call("trace", api.trace({ client: operate, path: { ...path, prediction: facts.prediction } }));
  same([traced.deployment?.model, traced.window.rows > 0], ["points", true]);

  await call("v2_server", api.v2Server({ client: score }));
  same((await call("v2_live", api.v2Live({ client: score }))).live, true);
  same((await call("v2_ready", api.v2Ready({ client: score }))).ready, true);
  same((await call("v2_model", api.v2Model({ client: score, path: model }))).inputs[0].name, "x");
  same((await call("v2_model_ready", api.v2ModelReady({ client: score, path: model }))).ready, true);
  const inputs = [
    { name: "x", shape: [1, 1], datatype: "FP64", data: [0.4] },
    { name: "color", shape: [1, 1], datatype: "BYTES", data: ["red"] },
  ];
  same((await call("v2_infer", api.v2Infer({ client: score, path: model, body: { inputs } }))).outputs[0].data, ["yes"]);

  const parameters = { profile: "demo", trials: 3 } as const;
  const wanted = { ExperimentName: "a client", ParameterAssignments: parameters };
  const headers = { "idempotency-key": facts.name as string };
  const run = await call("pipeline_submit", api.pipelineSubmit({ client: operate, path, body: wanted, headers }));
  const runs = await call("pipeline_runs", api.pipelineRuns({ client: operate, path }));
  same(runs.Runs.some((one) => one.Id === run.Id), true);
  const one = { ...path, run: run.Id };
  same((await call("pipeline_run", api.pipelineRun({ client: operate, path: one }))).Status, "requested");
  await call("pipeline_cancel", api.pipelineCancel({ client: operate, path: one }));
  const Recurrence = { Frequency: "Week", Interval: 2 } as const;
  const weekly = { ...path, name: facts.name as string };
  const body = { Name: facts.name as string, Recurrence, ParameterAssignments: parameters };
  await call("pipeline_schedule_add", api.pipelineScheduleAdd({ client: operate, path, body }));
  same((await call("pipeline_schedules", api.pipelineSchedules({ client: operate, path }))).Schedules.length > 0, true);
  await call("pipeline_schedule", api.pipelineSchedule({ client: operate, path: weekly }));
  same((await call("pipeline_schedule_stop", api.pipelineScheduleStop({ client: operate, path: weekly }))).Status, "stopped");

  const baseline = { dataset: facts.dataset as string, by: "ada", reason: "looked at" };
  same((await call("baseline_accept", api.baselineAccept({ client: operate, path, body: baseline }))).dataset, facts.dataset);
  const work = { kind: "drop", key: facts.failed as string, by: "ada", reason: "only a trial" };
  await call("failure_acknowledge", api.failureAcknowledge({ client: operate, body: work }));
  await call("work_replay", api.workReplay({ client: operate, body: work }));

  await call("health", api.health({ client: operate }));
  same((await call("status", api.status({ client: operate }))).scenarios.points.model, "points:2");
  await call("dashboard", api.dashboard({ client: operate }));
  const query = { scenario: "points" } as const;
  await call("dashboard_page", api.dashboardPage({ client: operate, path: { page: "overview" }, query }));
  await call("docs", api.docs({ client: operate }));
  await call("static", api.static_({ client: operate, path: { file: "docs.css" } }));
  same((await call("openapi", api.openapi({ client: operate }))).openapi.startsWith("3.1"), true);

  same((await call("approvals", api.approvals({ client: approve }))).approvals.some((one) => one.id === facts.approval), true);
  const id = { id: facts.approval as string };
  const asked = await call("approval", api.approval({ client: approve, path: id }));
  const decision = { decision: "reject", by: "ada", reason: "only a trial", version: asked.version } as const;
  same((await call("approve", api.approve({ client: approve, path: id, body: decision }))).state, "rejected");
  await call("release_status", api.releaseStatus({ client: operate, path: { ...path, version: 1 } }));
  const back = { by: "ada", reason: "only a trial" };
  same((await call("rollback", api.rollback({ client: operate, path, body: back }))).version, 1);

  console.log(JSON.stringify(told));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
