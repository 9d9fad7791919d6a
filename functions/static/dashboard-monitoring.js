// Drift by feature and window, quality against late labels, breaches with their cause, and retrain decisions.

import { chart } from "./dashboard-charts.js";
import { badge, card, choose, empty, h, link, named, num, plural, scroll, share, table, when } from "./dashboard-dom.js";
import { heat } from "./dashboard-svg.js";

export function monitoring(data, tools) {
  return [breaches(data, tools), windows(data, tools), quality(data, tools), datasets(data, tools), h("div", { class: "cols" }, decisions(data), scorecards(data, tools)), timers(data)].filter(Boolean);
}

const natural = new Intl.Collator("en", { numeric: true });

/** Features by how often they drifted, then by name. */
function ordered(cells) {
  const often = new Map();
  for (const cell of cells) often.set(cell.feature, (often.get(cell.feature) ?? 0) + (cell.drifted ? 1 : 0));
  return [...often.keys()].sort((a, b) => often.get(b) - often.get(a) || natural.compare(a, b));
}

function picture(label, drift, columns) {
  const cells = new Map(drift.cells.map((one) => [`${one.feature}\n${one.at}`, one]));
  const place = scroll(label, heat({ label, rows: ordered(drift.cells), columns, cell: (row, column) => cells.get(`${row}\n${column.id}`),
    describe: (one) => `${one.feature}: ${one.test ?? "not compared"} ${num(one.value)}, drift beyond ${num(one.critical)}${one.verdict ? ` (${one.verdict})` : ""}${one.reason ? `. ${one.reason}` : ""}` }));
  // The newest stand at the right end: that is what one sees first.
  requestAnimationFrame(() => { place.scrollLeft = place.scrollWidth; });
  return place;
}

function windows(data, tools) {
  const drift = data.windows;
  const note = `Each number is the largest distance as a multiple of what counts as drift: 1.0 is the limit. ▲ and an outline mark drift; it is persistent when ${data.policy.k} of the last ${data.policy.n} windows have it.`;
  if (!drift.cells.length) return card("Drift by feature and window", {}, empty("No window has been monitored yet.", "The monitor's timer compares every predicted window with what the model was trained on; at once:", "mlops monitor run"));
  const control = drift.references.length > 1 ? choose("Compared with", drift.references, drift.reference, (reference) => tools.ask({ reference }), "reference-choice") : h("span", { class: "small muted" }, `compared with: ${drift.reference}`);
  const columns = drift.columns.map((one) => ({ id: one.id, title: `${one.id}, ${plural(one.rows, "row")}, ${one.source}`, head: link(tools.href("predictions", { window: one.id }), named.brief(one.id)) }));
  return card("Drift by feature and window", { extra: control, note }, picture("Drift by feature and window", drift, columns));
}

function datasets(data, tools) {
  const drift = data.datasets;
  if (!drift.cells.length) return card("Drift of datasets against the baseline", {}, empty("Nothing has been compared yet.", "Accept a baseline; every later dataset version is compared with it:", `mlops baseline accept ${data.scenario} DATASET --by WHO --reason WHY`));
  const columns = drift.columns.filter((one) => drift.cells.some((cell) => cell.at === one.id)).map((one) => ({ id: one.id, title: `${one.id}, ${plural(one.rows, "row")}`, head: link(tools.href("datasets", { dataset: one.id }), named.brief(one.id)) }));
  return card("Drift of datasets against the baseline", { note: "Labelled data as it landed, version by version. 1.0 is the limit; ▲ and an outline mark drift." }, picture("Drift of datasets", drift, columns));
}

function breaches(data, tools) {
  const open = data.breaches.filter((one) => one.state === "open");
  const one = (each) => h("li", {}, badge(each.state === "open" ? (each.action === "retrain" ? "running" : each.action) : "closed", each.state === "open" ? each.cause.replaceAll("_", " ") : `${each.cause.replaceAll("_", " ")}, over`), h("span", { class: "what" }, [each.table, each.column].filter(Boolean).join(" · ")), h("span", { class: "small muted" }, "since ", when(each.first_seen)),
    h("p", { class: "why" }, each.sentence, ` Seen in ${plural(each.windows, "window")}, last in `, link(tools.href("predictions", { window: each.last_window }), named.window(each.last_window), { title: each.last_window }), `. ${each.action === "retrain" ? "Learning again may help." : "Learning from this data would not help."}`));
  return card("Breaches", { extra: open.length ? badge("open", `${open.length} open`) : badge("done", "none open") }, data.breaches.length ? h("ul", { class: "list" }, data.breaches.map(one)) : empty("There is no breach.", "A breach names its cause: schema or unit change, stuck sensor, null surge, volume drop, duplicate load, or real drift."));
}

function quality(data, tools) {
  const rows = data.quality.filter((one) => one.metric === data.metric);
  if (!rows.length) return card("Quality against late labels", {}, empty("No quality is known yet.", "Labels that arrive late are joined with what was predicted:", `mlops actuals ${data.scenario} FILE`));
  const labels = rows.map((one) => named.brief(one.window, 12));
  const drawn = chart({ label: `${data.metric} by window, newest ${num(rows.at(-1).value, 4)}`, x: rows.map((_, at) => at), labels, series: [{ label: data.metric, values: rows.map((one) => one.value) }, { label: "promised on the holdout", values: rows.map((one) => one.expected) }], height: 220 });
  const known = chart({ label: `Share of rows with a label by window, newest ${share(rows.at(-1).coverage)}`, x: rows.map((_, at) => at), labels, series: [{ label: "% of rows with a label", values: rows.map((one) => (one.coverage === null ? null : 100 * one.coverage)) }], height: 110, top: 100 });
  const columns = [
    { head: "Window", cell: (one) => link(tools.href("predictions", { window: one.window }), named.window(one.window), { class: "breakable", title: one.window }) }, { head: data.metric, num: true, cell: (one) => num(one.value, 4) }, { head: "Promised", num: true, cell: (one) => num(one.expected, 4) },
    { head: "Labels", num: true, cell: (one) => [`${num(one.labelled)} of ${num(one.rows)}`, h("br"), h("span", { class: "small muted" }, share(one.coverage))] }, { head: "State", cell: (one) => [badge(one.state), one.revision > 1 ? h("span", { class: "small muted" }, ` restated ${one.revision - 1}×`) : null] },
    { head: "Verdict", cell: (one) => badge(one.verdict) }, { head: "Why", cell: (one) => h("p", { class: "reason" }, one.reason) },
  ];
  return card("Quality against late labels", { note: `No verdict below ${share(data.policy.coverage, 0)} of labels; a number is final when nothing more can change it.` }, drawn, h("h3", {}, "Rows with a label, in percent"), known, table("Quality by window", columns, [...rows].reverse(), { tall: true }));
}

function decisions(data) {
  const columns = [{ head: "When", cell: (one) => when(one.at) }, { head: "Decided", cell: (one) => badge(one.decided) }, { head: "Asked by", cell: (one) => one.reason.replaceAll("_", " ") }, { head: "Why", cell: (one) => h("p", { class: "reason" }, one.sentence) }];
  return card("Retrain decisions", { width: 7 }, data.decisions.length ? table("Retrain decisions", columns, data.decisions, { tall: true }) : empty("No retraining has been considered yet.", "This table lists every decision with its reason, also those not to train."));
}

function scorecards(data, tools) {
  const gain = (value) => (value === null ? h("span", { class: "muted" }, "not known yet") : `${value > 0 ? "+" : ""}${num(value)}`);
  const columns = [{ head: "№", num: true, cell: (one) => num(one.generation) }, { head: "Model", cell: (one) => link(tools.href("models", { version: one.model.split(":")[1] }), one.model, { class: "nowrap" }) }, { head: "Promised", num: true, cell: (one) => gain(one.predicted_gain) }, { head: "Came true", num: true, cell: (one) => gain(one.realised_gain) }, { head: "Data to prod", num: true, cell: (one) => (one.hours_to_production === null ? "–" : duration(one.hours_to_production)) }, { head: "Compute", num: true, cell: (one) => `${num(one.seconds)} s` }];
  return card("Scorecards", { width: 5, note: "The predicted and the realised gain of each promotion." }, data.scorecards.length ? table("Scorecards", columns, data.scorecards, { tall: true }) : empty("No scorecard yet.", "One is made after each promotion."));
}
const duration = (hours) => (hours < 1 ? `${num(Math.round(hours * 60))} min` : `${num(hours, 2)} h`);

function timers(data) {
  if (!data.timers.length) return null;
  const columns = [{ head: "Timer", cell: (one) => one.name }, { head: "Fired", num: true, cell: (one) => num(one.fired) }, { head: "Late", num: true, cell: (one) => (one.late ? badge("once", num(one.late)) : num(0)) }, { head: "Last", cell: (one) => when(one.last_at) }];
  return card("Timers", {}, table("Timers", columns, data.timers));
}
