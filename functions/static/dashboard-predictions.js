// Answers by window, a window's rows, one batch in detail, and a sensor over time split by prediction.

import { download, json, text } from "./dashboard-api.js";
import { SERIES, chart } from "./dashboard-charts.js";
import { badge, card, choose, empty, facts, fault, h, link, moment, named, num, plural, share, table, when } from "./dashboard-dom.js";
import { confusion, histogram } from "./dashboard-svg.js";

/** The window that is shown, in words. */
const whole = (data) => `Window ${called(data.windows.find((one) => one.window === data.window) ?? { window: data.window, source: "" })}`;
const PROVENANCE = new Set(["window", "run_id", "model_sha256", "dataset", "scored_at", "model"]);

export function predictions(data, tools) {
  if (!data.windows.length) return [card("No predictions yet", {}, empty(`No window of ${data.scenario} has been predicted.`, "Drop unlabelled rows; they become a window as soon as a model serves:", `mlops predict ${data.scenario} FILE --wait`))];
  return [byWindow(data, tools), overTime(data, tools), chances(data), compared(data, tools), batch(data), rows(data, tools)].filter(Boolean);
}

function byWindow(data, tools) {
  const answers = [...new Set(data.windows.flatMap((one) => one.answers.map((each) => each.answer)))].sort(new Intl.Collator("en", { numeric: true }).compare);
  const numeric = data.task === "regression";
  const row = (one) => h("div", { class: "row" }, h("span", {}, link(tools.href("predictions", { window: one.window }), timed(one), { "aria-current": one.window === data.window ? "true" : null, title: `${one.window}, ${one.model}` }), h("span", { class: "small muted", title: one.source }, ` ${named.drop(one.source)}`), version(one)),
    numeric ? h("span", {}, `mean ${num(one.answers[0]?.mean, 4)}`) : bar(one, answers), h("span", { class: "num small" }, num(one.rows), one.failed_rows ? h("span", { title: "rows that failed" }, ` (${num(one.failed_rows)} ✕)`) : null));
  const columns = [{ head: "Window", cell: (one) => h("span", { class: "nowrap", title: one.window }, called(one), version(one)) }, { head: "Predicted", cell: (one) => when(one.at) }, { head: "Model", cell: (one) => one.model }, { head: "Rows", num: true, cell: (one) => num(one.rows) },
    ...(numeric ? [] : answers.map((answer) => ({ head: answer, num: true, cell: (one) => num(one.answers.find((each) => each.answer === answer)?.rows ?? 0) })))];
  return card("Answers by window", { note: `The newest ${plural(data.windows.length, "window")}; choose one to see its rows. The last column counts rows.` }, h("div", { class: "stack" }, data.windows.map(row)), numeric ? null : key(answers),
    h("details", {}, h("summary", {}, "Numbers"), table("Answers by window", columns, data.windows)));
}

/** A window by its time and the drop that it was made of. */
const called = (one) => [timed(one), named.drop(one.source)].filter(Boolean).join(" · ");
/** The window's time: that in its id, else when it was predicted. */
const timed = (one) => (/^\d{8}T/.test(one.window) || !one.at ? named.window(one.window) : one.at.slice(0, 16).replace("T", " "));

/** Whether a window corrects another one, or was itself corrected. */
function version(one) {
  const title = one.corrects ? `version ${one.version} of ${one.corrects}` : "the first version";
  const marks = [one.corrects ? badge("correction", `version ${one.version}`) : null, one.superseded ? badge("superseded", "corrected since") : null];
  return marks.filter(Boolean).length ? h("span", { title }, " ", marks) : null;
}

/** Predicted against true: asked for apart, because joining late labels may take a while. */
function compared(data, tools) {
  const place = card("Prediction against actual", { note: `${whole(data)}, its newest rows.` }, h("p", { class: "muted" }, "Loading …"));
  json("actuals", { scenario: data.scenario, window: data.window }).then((actuals) => place.lastChild.replaceWith(verdict(actuals, tools)), (error) => place.lastChild.replaceWith(fault(error.message)));
  return place;
}

function verdict(actuals, tools) {
  if (!actuals.labelled.length) return empty("No label of this window is known yet.", "Labels may come late; they are joined with what was predicted as soon as they do:", `mlops actuals ${actuals.scenario} FILE`);
  const head = facts([["Labels known", `${num(actuals.labelled.length)} of ${plural(actuals.rows, "row")}, ${share(actuals.labelled.length / actuals.rows)}`], actuals.task === "regression" ? null : ["Prediction came true", `${num(actuals.agreed)}, ${share(actuals.agreed / actuals.labelled.length)}`]]);
  const order = actuals.labelled.map((_, at) => at + 1);
  if (actuals.task === "regression") return h("div", {}, head, chart({ label: "Predicted and true number by row", x: order, series: [{ label: "true", values: actuals.labelled.map((one) => one.actual) }, { label: "predicted", values: actuals.labelled.map((one) => one.prediction) }], points: true }));
  const kinds = [...new Set(actuals.labelled.map((one) => String(one.actual)))].sort();
  const drawn = actuals.labelled[0].probability === null ? null : chart({ label: "Probability by batch, split by what turned out to be true", x: order, series: kinds.map((kind) => ({ label: `truly ${kind}`, values: actuals.labelled.map((one) => (String(one.actual) === kind ? one.probability : null)) })), points: true, height: 200 });
  const names = [...new Set([...actuals.labelled.map((one) => String(one.prediction)), ...kinds])].sort();
  const matrix = names.map((actual) => names.map((predicted) => actuals.labelled.filter((one) => String(one.actual) === actual && String(one.prediction) === predicted).length));
  const wrong = actuals.labelled.filter((one) => String(one.actual) !== String(one.prediction));
  const columns = [{ head: "Row", cell: (one) => link(tools.href("predictions", { window: actuals.window, entity: one.entity_key }), one.entity_key) }, { head: "Predicted", cell: (one) => String(one.prediction) }, { head: "Probability", num: true, cell: (one) => num(one.probability) }, { head: "True", cell: (one) => String(one.actual) }];
  return h("div", { class: "stack" }, head, drawn, names.length <= 12 ? h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Confusion" }, confusion(names, matrix)) : null,
    wrong.length ? h("details", {}, h("summary", {}, `${plural(wrong.length, "row")} that did not come true`), table("Rows that did not come true", columns, wrong.slice(0, 200), { tall: true })) : null);
}

const BINS = 20;
const tone = (at) => `var(${SERIES[at % SERIES.length]})`;
function bar(one, answers) {
  const part = (answer, at) => {
    const found = one.answers.find((each) => each.answer === answer);
    if (!found) return null;
    const size = found.rows / one.rows;
    return h("span", { style: { width: `${100 * size}%`, background: tone(at) }, title: `${answer}: ${plural(found.rows, "row")}, ${share(size)}` }, size > 0.14 ? `${answer} · ${share(size, 0)}` : size > 0.05 ? answer.slice(0, 3) : "");
  };
  return h("div", { class: "bar", role: "img", "aria-label": one.answers.map((each) => `${each.answer} ${share(each.rows / one.rows, 0)}`).join(", ") }, answers.map(part));
}
const key = (answers) => h("ul", { class: "legend" }, answers.map((answer, at) => h("li", {}, h("span", { "aria-hidden": "true", style: { display: "inline-block", width: "10px", height: "10px", "border-radius": "2px", "margin-right": "6px", background: tone(at) } }), answer)));

function overTime(data, tools) {
  const drawn = data.series;
  if (!drawn?.value.length) return null;
  const options = [...data.drawable, "probability"];
  const control = choose("Column", options, drawn.column, (column) => tools.ask({ column }), "column-choice");
  const seconds = drawn.at ? drawn.at.map(epoch) : null;
  const order = drawn.value.map((_, at) => at);
  if (seconds) order.sort((a, b) => seconds[a] - seconds[b]);
  const x = order.map((at) => (seconds ? seconds[at] : at + 1));
  const kinds = data.task === "regression" ? [""] : [...new Set(drawn.prediction.map(String))].sort();
  const series = kinds.map((kind) => ({ label: kind === "" ? drawn.column : `predicted ${kind}`, values: order.map((at) => (kind === "" || String(drawn.prediction[at]) === kind ? drawn.value[at] : null)) }));
  const name = `${drawn.column} over ${seconds ? "time" : "the rows"} of ${data.window}, split by prediction`;
  const means = kinds.length > 1 ? facts(series.map((one) => [one.label, `mean ${num(mean(one.values), 4)} in ${plural(one.values.filter((value) => value !== null).length, "row")}`])) : null;
  return card(`${drawn.column} over ${seconds ? "time" : "the rows"}, split by prediction`, { extra: control, note: `${whole(data)}${drawn.value.length >= drawn.most ? `, its last ${num(drawn.most)} rows` : ""}${seconds ? "; times are UTC" : ""}.` }, chart({ label: name, x, series, time: Boolean(seconds), points: true, height: 260 }), h("div", { class: "gap" }), means);
}
const epoch = (value) => (typeof value === "number" ? (value > 1e11 ? value / 1000 : value) : Date.parse(value.endsWith("Z") || value.includes("+") ? value : `${value}Z`) / 1000);
const mean = (values) => {
  const known = values.filter((value) => value !== null);
  return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
};

/** How sure the model was, by what it predicted. */
function chances(data) {
  const drawn = data.series;
  const known = (drawn?.probability ?? []).map((value, at) => [value, String(drawn.prediction[at])]).filter(([value]) => value !== null);
  if (data.task === "regression" || !known.length) return null;
  const kinds = [...new Set(known.map(([, kind]) => kind))].sort(new Intl.Collator("en", { numeric: true }).compare);
  const counts = kinds.map((kind) => ({ label: `predicted ${kind}`, counts: Array.from({ length: BINS }, (_, bin) => known.filter(([value, of]) => of === kind && Math.min(BINS - 1, Math.floor(value * BINS)) === bin).length) }));
  return card("Probabilities", { note: `${whole(data)}, ${plural(known.length, "row")}. Two hills at the ends: the model is sure; one in the middle: it is not.` }, histogram({ label: `Histogram of the probability of ${plural(known.length, "row")}`, series: counts }));
}

function batch(data) {
  if (!data.batch?.rows.length) return null;
  const first = data.batch.rows[0];
  const sensors = data.drawable.filter((name) => first[name] !== undefined);
  if (!sensors.length) return null;
  const middle = data.batch.means;
  const columns = [{ head: "Column", cell: (name) => h("b", {}, name) }, { head: "Value", num: true, cell: (name) => num(first[name], 5) }, { head: "Mean of the window", num: true, cell: (name) => num(middle?.[name]?.mean, 5) },
    { head: "Distance", cell: (name) => distance(first[name], middle?.[name]) }];
  return card(`Sensor values of ${data.entity.join(", ")} ${first.entity_key}`, { note: `Predicted ${first.prediction}${first.probability === null ? "" : ` with probability ${num(first.probability)}`}; the distance is in standard deviations of the window.` }, table("Sensor values", columns, sensors, { tall: true }));
}
function distance(value, statistics) {
  if (!statistics?.std || value === null) return "–";
  const far = (value - statistics.mean) / statistics.std;
  return Math.abs(far) >= 2 ? badge("once", `${far.toFixed(1)} σ`) : h("span", { class: "muted" }, `${far.toFixed(1)} σ`);
}

function rows(data, tools) {
  const page = data.page;
  const shown = data.columns.filter((one) => !PROVENANCE.has(one.name));
  const columns = shown.map((column) => ({ head: column.name, num: column.kind !== "text" && column.kind !== "time", cell: (row) => (column.name === "prediction_id" ? link(tools.href("lineage", { of: row.prediction_id }), String(row.prediction_id), { title: "Where this prediction comes from" }) : column.name === "entity_key" ? link(tools.href("predictions", { ...tools.asked, entity: row.entity_key, window: data.window, before: "" }), String(row[column.name])) : column.name === data.time ? moment(row[column.name]) : column.kind === "float" ? num(row[column.name], 4) : String(row[column.name] ?? "–")) }));
  const kinds = data.task === "regression" ? [] : [["", "every answer"], ...[...new Set(data.windows.flatMap((one) => one.answers.map((each) => each.answer)))].sort().map((one) => [one, one])];
  const entity = h("input", { id: "entity", type: "search", value: tools.asked.entity ?? "", size: 14, placeholder: data.entity.join(", "), "aria-label": `Find ${data.entity.join(", ") || "a row"}` });
  const find = (event) => { event.preventDefault(); tools.ask({ entity: entity.value.trim(), window: data.window, before: "" }); };
  const save = async () => {
    const asked = { scenario: data.scenario, window: data.window, prediction: tools.asked.prediction, entity: tools.asked.entity };
    try {
      download(`${data.scenario}-${data.window}.csv`, await text("rows.csv", asked), "text/csv");
    } catch (error) {
      tools.announce(error.message);
    }
  };
  const controls = h("div", { class: "buttons" }, choose("Window", [...(data.windows.some((one) => one.window === data.window) ? [] : [[data.window, named.window(data.window)]]), ...data.windows.map((one) => [one.window, called(one)])], data.window, (window) => tools.ask({ window, before: "", entity: "" }), "window-choice"),
    kinds.length ? choose("Answer", kinds, tools.asked.prediction ?? "", (prediction) => tools.ask({ prediction, before: "", window: data.window }), "answer-choice") : null,
    h("form", { class: "buttons", role: "search", onsubmit: find }, entity, h("button", { type: "submit" }, "Find")), h("button", { type: "button", disabled: tools.frozen, onclick: save }, "⇩ CSV"));
  const pager = h("div", { class: "buttons" }, tools.asked.before ? h("button", { type: "button", id: "newest", onclick: () => tools.ask({ before: "" }) }, "⇤ First rows") : null, page.next ? h("button", { type: "button", id: "older", onclick: () => tools.ask({ before: page.next, window: data.window }) }, "Next rows →") : h("span", { class: "small muted" }, "No more rows."));
  return card("Rows", {}, controls, h("div", { class: "gap" }), page.rows.length ? table("Prediction rows", columns, page.rows, { tall: true }) : empty("No row fits.", "Choose another window or answer."), h("div", { class: "gap" }), pager);
}
