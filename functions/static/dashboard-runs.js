// Training runs: which there were, how far the running one is, what its worker says, and how long they take.

import { chart } from "./dashboard-charts.js";
import { acts } from "./dashboard-dialog.js";
import { badge, card, empty, facts, h, lasted, link, num, plural, share, table, when } from "./dashboard-dom.js";
import { bars } from "./dashboard-svg.js";

export function runs(data, tools) {
  if (!data.total) return [card("No run yet", {}, empty(`Nothing of ${data.scenario} has been trained.`, "A run follows every new dataset version by itself; train again by hand with:", `mlops train ${data.scenario}`))];
  return [detail(data, tools), h("div", { class: "cols" }, durations(data), steps(data.run)), list(data, tools)];
}

function detail(data, tools) {
  const run = data.run;
  const cancel = run.open ? acts("cancel", "✕ Cancel …", tools, {
    title: "Cancel this run", body: h("p", {}, `${run.id} ends without a model. What it has worked out is kept: a new run of the same dataset begins where it was.`),
    say: "Cancel the run", route: `pipelines/${data.scenario}/runs/${run.id}/cancel`, done: "Cancelled.", anonymous: true,
  }, true) : null;
  const options = Object.entries(run.options).filter(([, value]) => value !== null && value !== undefined && String(value) !== "");
  return card(h("span", { class: "mono breakable" }, run.id), { extra: [badge(run.state), cancel] },
    run.open ? progress(run.progress) : h("p", { class: "reason" }, run.reason),
    h("div", { class: "gap" }),
    facts([["Dataset", link(tools.href("datasets", { dataset: run.dataset }), run.dataset, { class: "mono" })], ["Model", run.model ? link(tools.href("models", { version: run.version }), run.model) : "–"], [data.metric, num(run.score, 4)],
      ["Requested", when(run.at)], run.open ? null : ["Took", lasted(run.seconds)], ["Attempt", num(run.attempts)], ["Effort", run.profile], ...options.map(([name, value]) => [name, String(value)])]),
    log(run));
}

/** The step, and while candidates are tried the candidate, the best score so far and what is left. */
function progress(now) {
  if (!now) return h("p", { class: "muted" }, "The worker has not told how far it is.");
  const told = [now.candidate !== null && now.of !== null ? ["Candidate", `${num(now.candidate)} of ${num(now.of)}`] : null, now.best === null ? null : ["Best so far", num(now.best, 4)], now.seconds_left === null ? null : ["Left of this step", `at most ${lasted(now.seconds_left)}`]].filter(Boolean);
  return h("div", { class: "stack" }, h("div", { class: "buttons" }, h("progress", { value: now.done, max: 1, "aria-label": "Share of the run that is done" }), h("b", {}, share(now.done, 0))), h("p", {}, now.step), told.length ? facts(told, true) : null);
}

function log(run) {
  const place = run.log_place ? `The whole log: ${run.log_place}.` : "";
  if (!run.log.length) return run.log_place ? [h("div", { class: "gap" }), h("p", { class: "small muted" }, `No log can be read from here. ${place}`)] : null;
  const text = h("pre", { class: "log", id: "log", tabindex: "0", role: "region", "aria-label": "The end of the log" }, run.log.join("\n"));
  requestAnimationFrame(() => { text.scrollTop = text.scrollHeight; });
  return h("details", { id: "log-part", open: run.open || run.state === "failed" }, h("summary", {}, `Log: the last ${plural(run.log.length, "line")}`), text, h("p", { class: "small muted" }, place));
}

function durations(data) {
  const ended = data.runs.filter((one) => one.seconds !== null).reverse();
  if (ended.length < 2) return null;
  const unit = Math.max(...ended.map((one) => one.seconds)) >= 180 ? ["minutes", 60] : ["seconds", 1];
  const of = (state) => ended.map((one) => ((one.state === "completed") === state ? one.seconds / unit[1] : null));
  const series = [{ label: "completed", values: of(true) }, ...(ended.some((one) => one.state !== "completed") ? [{ label: "failed or cancelled", values: of(false) }] : [])];
  const x = ended.map((one) => Date.parse(one.at) / 1000);
  return card(`Duration of the runs, in ${unit[0]}`, { width: data.run.steps.length ? 8 : 12, note: "From the request to the end, so waiting for a machine is part of it; times are UTC." },
    chart({ label: `Duration of ${plural(ended.length, "run")} in ${unit[0]}`, x, series, time: true, points: true, height: 220, zero: true }));
}

function steps(run) {
  const known = run.steps.filter((one) => one.seconds !== null && one.seconds !== undefined);
  if (!known.length) return null;
  const most = Math.max(...known.map((one) => one.peak_mb ?? 0));
  return card("Steps", { width: 4, note: `How long each step worked${most ? `; the most memory was ${num(most, 3)} MB` : ""}.` },
    bars(known.map((one) => ({ name: one.name.replaceAll("_", " "), value: one.seconds })), { describe: (one) => lasted(one.value) }));
}

function list(data, tools) {
  const columns = [
    { head: "Run", cell: (one) => link(tools.href("runs", { run: one.id }), when(one.at), { title: one.id }) },
    { head: "State", cell: (one) => badge(one.state) },
    { head: "Took", num: true, cell: (one) => (one.seconds === null ? "–" : lasted(one.seconds)) },
    { head: "Dataset", cell: (one) => link(tools.href("datasets", { dataset: one.dataset }), one.dataset, { class: "mono nowrap" }) },
    { head: "Model", cell: (one) => (one.model ? link(tools.href("models", { version: one.version }), one.model, { class: "nowrap" }) : "–") },
    { head: data.metric, num: true, cell: (one) => num(one.score, 4) },
    { head: "Why", cell: (one) => h("p", { class: "reason clamp", title: one.reason }, one.reason) },
  ];
  return card("Runs", { note: data.total > data.runs.length ? `The newest ${data.runs.length} of ${num(data.total)}.` : null }, table("Training runs", columns, data.runs, { on: (one) => one.id === data.run.id, tall: true }));
}
