// Dataset versions, their statistics over time with the band around the baseline, and the drift report.

import { text } from "./dashboard-api.js";
import { accept } from "./dashboard-dialog.js";
import { chart } from "./dashboard-charts.js";
import { badge, card, choose, empty, facts, fault, h, link, moment as instant, num, short, table, when } from "./dashboard-dom.js";
import { spark } from "./dashboard-svg.js";

const WORDS = { mean: "mean", std: "standard deviation", null_share: "share of missing cells", distinct: "distinct values", mean_length: "mean length", average_word_length: "average word length" };

const ORDER = Object.keys(WORDS);

export function datasets(data, tools) {
  if (!data.total) return [card("No dataset yet", {}, empty(`Nothing has been registered for ${data.scenario}.`, "Drop labelled data; a file that keeps its contract becomes a dataset version:", `mlops drop ${data.scenario} FILE --wait`))];
  return [versions(data, tools), detail(data, tools), statistics(data, tools)];
}

function versions(data, tools) {
  const columns = [
    { head: "Version", cell: (one) => [link(tools.href("datasets", { dataset: one.id }), one.id, { class: "mono" }), data.baseline?.dataset === one.id ? [" ", badge("accepted", "baseline")] : null] },
    { head: "Registered", cell: (one) => when(one.at) },
    { head: "Rows", num: true, cell: (one) => num(one.rows) },
    { head: "Tables", cell: (one) => one.tables.map((each) => `${each.name} ${num(each.rows)}`).join(", ") },
    { head: "Drop", cell: (one) => h("span", { class: "small muted" }, drop(one.sources)) },
    { head: "Warnings", num: true, cell: (one) => warnings(data.history.find((each) => each.dataset === one.id), data.baseline) },
  ];
  return card("Versions", { note: data.total > data.versions.length ? `The newest ${data.versions.length} of ${num(data.total)}.` : null }, table("Dataset versions", columns, data.versions, { on: (one) => one.id === data.dataset?.id, tall: true }));
}

// Without any baseline the one warning says just that.
const warnings = (one, baseline) => (one ? (one.warnings === 1 && !baseline ? badge("hint", "no baseline") : one.warnings ? badge("waiting", num(one.warnings)) : badge("done", "0")) : h("span", { class: "muted" }, "–"));
const drop = (sources) => [...new Set(sources.map((one) => one.split("/")[2]))].join(", ");

function detail(data, tools) {
  const one = data.dataset;
  const moved = one.drift.filter((each) => each.drifted);
  const paper = one.report && h("button", { type: "button", id: "report", onclick: (event) => open(data.scenario, one.id, event.currentTarget) }, "Open the drift report");
  const description = [
    facts([["Content", h("code", { title: one.digest }, short(one.digest))], ["Judged by", one.judged_by ? `baseline ${one.judged_by.number}` : "no baseline"], ...(one.verdicts ?? []).map((each) => [`${each.part.replace("_", " ")} rows`, each.reason]), ["Drifted columns", one.drift.length ? `${moved.length} of ${one.drift.length}` : "–"],
      ["Models trained on it", one.models.length ? one.models.map((model, at) => [at ? ", " : "", link(tools.href("models", { version: model.version }), model.id)]) : "–"]]),
    h("div", { class: "gap" }),
    one.warnings.length ? h("ul", { class: "list" }, one.warnings.map((warning) => h("li", {}, badge(warning.code === "no_baseline" ? "hint" : "waiting", warning.code.replaceAll("_", " ")), h("span", { class: "what" }, [warning.table, warning.column].filter(Boolean).join(" · ")), h("span"), h("p", { class: "why" }, warning.sentence)))) : h("p", { class: "muted" }, one.judged_by ? "Nothing unusual: every statistic lies inside its band, no column drifted." : "Nothing was compared."),
  ];
  return card(`Version ${one.id}`, { extra: [link(tools.href("lineage", { of: one.id }), "Lineage", { class: "button" }), data.baseline?.dataset === one.id ? null : accept(data.scenario, one.id, tools), paper] }, description);
}

async function open(scenario, dataset, opener) {
  const dialog = h("dialog", { class: "wide", "aria-label": `Report of dataset ${dataset}` });
  const close = h("button", { type: "button", onclick: () => dialog.close() }, "Close");
  const body = h("div", { class: "body" }, h("div", { class: "buttons" }, h("h2", {}, `Report of ${dataset}`), close));
  dialog.append(body);
  dialog.addEventListener("close", () => { dialog.remove(); opener.focus(); });
  document.body.append(dialog);
  dialog.showModal();
  try {
    const page = await text("report.html", { scenario, dataset });
    body.append(h("iframe", { class: "paper", sandbox: "", title: `Report of dataset ${dataset}`, srcdoc: page }));
  } catch (error) {
    body.append(fault(error.message));
  }
}

function statistics(data, tools) {
  if (!data.history.length) return card("Statistics over time", {}, empty("The history has no profile yet.", "Every retraining adds one."));
  const newest = data.history.at(-1);
  const own = Object.keys(newest.statistics ?? {});
  const told = (table) => Object.keys(newest.tables[table].columns).filter((name) => !data.named.includes(name)).length;
  const places = [...Object.keys(newest.tables).sort((a, b) => told(b) - told(a)), ...(own.length ? ["whole dataset"] : [])];
  const place = places.includes(tools.asked.table) ? tools.asked.table : places[0];
  const kinds = place === "whole dataset" ? ["value"] : [...new Set(Object.values(newest.tables[place].columns).flatMap((column) => Object.keys(column)))].filter((name) => name in WORDS).sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
  const kind = kinds.includes(tools.asked.statistic) ? tools.asked.statistic : kinds[0];
  const lines = place === "whole dataset" ? own.map((name) => whole(data, name)) : columns(data, place, kind);
  const plain = lines.filter((one) => !data.named.includes(one.name));
  const chosen = lines.find((one) => one.name === tools.asked.column) ?? plain.find((one) => one.outside) ?? plain[0] ?? lines[0];
  const controls = h("div", { class: "buttons" }, places.length > 1 ? choose("Table", places, place, (value) => tools.ask({ table: value, column: "" }), "table-choice") : null, kinds.length > 1 ? choose("Statistic", kinds.map((name) => [name, WORDS[name]]), kind, (value) => tools.ask({ statistic: value }), "statistic-choice") : null);
  const note = data.baseline ? `The shaded band is ±${num(data.band * 100)} % of baseline ${data.baseline.number} (accepted by ${data.baseline.accepted_by}); ▲ marks a newest value outside it.` : `No baseline has been accepted, so no band is drawn; a version above can be accepted, the first one is offered: ${data.offered_baseline ?? "–"}.`;
  return card("Statistics over time", { extra: controls, note: data.baseline_problem || note }, chosen ? large(data, chosen, place, kind) : null, h("div", { class: "gap" }),
    h("div", { class: "sparks" }, lines.map((one) => small(one, chosen, tools))));
}

function columns(data, place, kind) {
  const names = Object.keys(data.history.at(-1).tables[place].columns).filter((name) => data.history.some((one) => one.tables[place]?.columns[name]?.[kind] !== undefined));
  const natural = new Intl.Collator("en", { numeric: true });
  return names.sort(natural.compare).map((name) => lined(data, name, data.history.map((one) => one.tables[place]?.columns[name]?.[kind] ?? null), data.baseline?.tables?.[place]?.columns?.[name]?.[kind], name === data.time && kind === "mean"));
}
const whole = (data, name) => lined(data, name, data.history.map((one) => one.statistics?.[name] ?? null), data.baseline?.statistics?.[name]);

function lined(data, name, values, baseline, times = false) {
  const half = Math.abs(baseline ?? 0) * data.band;
  const band = baseline === undefined || baseline === null ? null : { low: baseline - half, high: baseline + half, label: `baseline ±${num(data.band * 100)} %` };
  const last = values.at(-1);
  return { name, values, times, band, outside: band !== null && last !== null && (last < band.low - 1e-12 || last > band.high + 1e-12) };
}

/** A value of a line; the mean of the column of times is a moment. */
const tell = (one, value, digits) => (one.times && value > 1e9 ? instant(value).slice(0, 16) : num(value, digits));

const small = (one, chosen, tools) => h("button", { class: "spark", type: "button", id: `spark-${one.name}`, "aria-pressed": String(one === chosen), onclick: () => tools.ask({ column: one.name }) },
  h("span", { class: "head" }, h("span", { title: one.name }, one.name), h("span", { class: "small" }, one.outside ? h("span", { title: "outside the band" }, "▲ ") : null, tell(one, one.values.at(-1)))), spark(one.values, one.band));

function large(data, one, place, kind) {
  const words = `${one.name}: ${WORDS[kind] ?? "value"}`;
  const labels = data.history.map((each) => moment(each.dataset));
  const drawn = chart({ label: `${words} over ${data.history.length} dataset versions, newest ${tell(one, one.values.at(-1), 4)}`, x: one.values.map((_, at) => at), series: [{ label: words, values: one.values }], band: one.band, labels, height: 220, times: one.times });
  const numbers = h("details", {}, h("summary", {}, "Numbers"), table(words, [{ head: "Dataset", cell: (at) => h("span", { class: "mono" }, data.history[at].dataset) }, { head: WORDS[kind] ?? "value", num: true, cell: (at) => tell(one, one.values[at], 5) }], one.values.map((_, at) => at)));
  return h("div", {}, h("h3", {}, place === "whole dataset" ? words : `${place} · ${words}`), drawn, numbers);
}

/** `20261120T155717Z-…` as `11-20 15:57`. */
const moment = (id) => id.replace(/^\d{4}(\d{2})(\d{2})T(\d{2})(\d{2}).*$/, "$1-$2 $3:$4");
