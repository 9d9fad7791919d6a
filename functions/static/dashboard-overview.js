// Running work, waiting work, the latest failures, and the totals of the loop.

import { accept, acts } from "./dashboard-dialog.js";
import { decisions } from "./dashboard-releases.js";
import { badge, card, empty, fault, h, link, num, plural, standing, table, typed, when } from "./dashboard-dom.js";

export function overview(data, tools) {
  const calm = !data.scenarios.some((one) => one.totals.files);
  return [
    data.late_timers.length ? fault(`Nothing is swept. ${data.late_timers.join(" ")}`) : null,
    data.poison.length ? fault([`${plural(data.poison.length, "message")} failed five times and ${data.poison.length === 1 ? "waits" : "wait"} for somebody: `, link(tools.href("history", { why: "poison" }), "which")]) : null,
    card("The loop", { note: calm ? null : "All work since this installation began." }, loop(data.loop, tools), calm ? [h("div", { class: "gap" }), begin(data)] : null),
    h("div", { class: "cols" }, waiting(data, tools), failures(data, tools), running(data, tools), scheduled(data, tools)),
    scenarios(data, tools), hints(data, tools),
  ].filter(Boolean);
}

function loop(counts, tools) {
  const stages = [
    ["files", "files landed", "history"], ["datasets", "dataset versions", "datasets"], ["models", "models trained", "models"],
    ["generations", "generations served", "releases"], ["windows", "windows predicted", "predictions"], ["predictions", "prediction rows", "predictions"],
  ];
  const one = ([key, words, page]) => h("li", {}, h("a", { href: tools.href(page) }, h("b", {}, num(counts[key] ?? 0)), h("span", {}, words)));
  return h("div", { class: "loopwrap" }, h("ol", { class: "loop" }, stages.map(one)), h("div", { class: "loopback" }, h("span", {}, "drift and late labels decide whether to train again")));
}

const begin = (data) => empty("Nothing has landed yet.", "Drop labelled data and the rest is automatic:", `mlops drop ${data.scenarios[0]?.name ?? "SCENARIO"} FILE.csv --wait`);

const line = (one, tools, beside, below) => h("li", {}, badge(one.state), h("span", { class: "what" }, link(one.kind === "train" && one.scenario ? tools.href("runs", { scenario: one.scenario, run: one.key }) : tools.href("history", { why: one.key }), `${one.kind} ${trimmed(one.key)}`)), h("span", { class: "small muted" }, beside), h("p", { class: "why clamp", title: one.reason }, one.reason), below);
const trimmed = (key) => key.replace(/@.*$/, "").split("/").slice(-3).join("/");

function waiting(data, tools) {
  const items = data.waiting.map((one) => h("li", {}, badge("waiting", one.whom), h("span", { class: "what" }, link(one.page ? tools.href(one.page, { scenario: one.scenario }) : tools.href("history", { why: one.key }), one.kind === "approval" ? one.key : one.scenario ?? trimmed(one.key))), h("span", { class: "small muted" }, one.at ? when(one.at) : ""), h("p", { class: "why clamp", title: one.reason }, one.reason),
    one.approval ? decisions(one.approval, tools) : null));
  return card("Waiting work", { width: 6, extra: items.length ? badge("waiting", num(items.length)) : null }, items.length ? h("ul", { class: "list" }, items) : empty("Nothing is waiting."));
}

function failures(data, tools) {
  const items = data.failures.map((one, at) => line(one, tools, when(one.at), remedies(one, at, tools)));
  return card("Failed or refused", { width: 6, note: items.length ? "What came right since, or was acknowledged, is in History only." : null }, items.length ? h("ul", { class: "list" }, items) : empty("Nothing that failed, was refused or quarantined is open."));
}

function remedies(one, at, tools) {
  const what = `${one.kind} ${trimmed(one.key)}`;
  const again = one.replayable ? acts(`replay-${at}`, "↻ Try again …", tools, { title: `Try ${what} again`, body: h("p", {}, "It is taken up as if it had just arrived: useful when what it failed for is mended. A file that breaks its contract needs a corrected file instead."), say: "Try again", route: "replays", extra: { kind: one.kind, key: one.key }, done: "It was tried again." }) : null;
  const seen = acts(`acknowledge-${at}`, "✓ Acknowledge …", tools, { title: `Acknowledge ${what}`, body: h("p", {}, "It leaves this page and stays in History. If the same fails once more, it is shown again."), say: "Acknowledge", route: "acknowledgements", extra: { kind: one.kind, key: one.key }, done: "Acknowledged." });
  return h("div", { class: "buttons whole" }, again, seen);
}

function hints(data, tools) {
  if (!data.hints.length) return null;
  const item = (one) => h("li", {}, badge("hint", one.kind === "data" ? "no data" : "no baseline"), h("span", { class: "what" }, link(tools.href("datasets", { scenario: one.scenario }), one.scenario)), one.dataset ? accept(one.scenario, one.dataset, tools) : null, h("p", { class: "why" }, one.reason, one.dataset ? [" ", h("span", { class: "mono" }, one.dataset)] : null, one.command ? [" ", typed(one.command)] : null));
  return card("Hints", { note: "Nothing waits for these." }, h("ul", { class: "list" }, data.hints.map(item)));
}

function running(data, tools) {
  if (!data.running.length) return null;
  return card("Runs now", { width: 12, extra: badge("running", num(data.running.length)) }, h("ul", { class: "list" }, data.running.map((one) => line(one, tools, ["since ", when(one.at)]))));
}

function scheduled(data, tools) {
  if (!data.scheduled.length) return null;
  const item = (one) => h("li", {}, badge("waiting", one.often), h("span", { class: "what" }, link(tools.href("history", { why: one.key }), one.key)), h("span", { class: "small muted" }, ["next ", when(one.due)]), h("p", { class: "why" }, one.reason || "Nothing was due yet."));
  return card("Scheduled training", { width: 12 }, h("ul", { class: "list" }, data.scheduled.map(item)));
}

function scenarios(data, tools) {
  const none = () => h("span", { class: "muted" }, "–");
  const columns = [
    { head: "Scenario", cell: (one) => [h("b", {}, link(tools.href("releases", { scenario: one.name }), one.name)), h("br"), h("span", { class: "small muted" }, one.title)] },
    { head: "Serves", cell: (one) => (one.serving ? [link(tools.href("models", { scenario: one.name }), one.serving.model, { class: "nowrap" }), h("br"), h("span", { class: "small muted nowrap" }, `generation ${one.serving.generation}`), one.serving.override ? [" ", badge("override")] : null] : none()) },
    { head: "Challenger", cell: (one) => (one.challenger ? [link(tools.href("releases", { scenario: one.name }), one.challenger.model, { class: "nowrap" }), h("br"), standing(one.challenger)] : none()) },
    { head: "Newest dataset", cell: (one) => (one.dataset ? [link(tools.href("datasets", { scenario: one.name }), plural(one.dataset.rows, "row"), { class: "nowrap" }), h("br"), h("span", { class: "small muted" }, when(one.dataset.at))] : none()) },
    { head: "Newest run", cell: (one) => (one.run ? [badge(one.run.state), h("br"), h("span", { class: "small muted" }, when(one.run.at))] : none()) },
    { head: "Newest window", cell: (one) => (one.predicted ? [link(tools.href("predictions", { scenario: one.name }), plural(one.predicted.rows, "row"), { class: "nowrap" }), h("br"), h("span", { class: "small muted" }, when(one.predicted.at))] : none()) },
    { head: "Open windows", num: true, cell: (one) => num(one.totals.open_windows) },
    { head: "Predictions", num: true, cell: (one) => [num(one.totals.predictions), one.totals.failed_rows ? [h("br"), h("span", { class: "small" }, `${num(one.totals.failed_rows)} failed`)] : null] },
  ];
  return card("Scenarios", {}, table("Scenarios", columns, data.scenarios));
}
