// Two model versions beside each other: metrics with intervals, curves, candidates, slices, inputs; metrics over versions.

import { chart } from "./dashboard-charts.js";
import { badge, card, choose, empty, fault, h, link, num, plural, table, when } from "./dashboard-dom.js";
import { interval, sample, square } from "./dashboard-svg.js";

const words = (name) => name.replaceAll("_", " ");

export function compare(data, tools) {
  if (data.versions.length < 2) return [card("Nothing to compare yet", {}, empty(`${data.scenario} has ${plural(data.versions.length, "model version")}.`, "A second one follows the next dataset version, or a training by hand:", `mlops train ${data.scenario}`))];
  const [a, b] = [data.a, data.b];
  return [
    [...new Set([...a.problems, ...b.problems])].map(fault), pair(data, a, b, tools), metrics(a, b),
    h("div", { class: "cols" }, curves("ROC", a, b, tools, (judged, label) => judged.roc?.[label] && { x: judged.roc[label].false, y: judged.roc[label].true }, "false positives", "true positives", true),
      curves("Precision and recall", a, b, tools, (judged, label) => judged.precision_recall?.[label] && { x: judged.precision_recall[label].recall, y: judged.precision_recall[label].precision }, "recall", "precision", false),
      curves("Calibration", a, b, tools, calibrated, "predicted probability", "share that was true", true)),
    trend(data, tools), h("div", { class: "cols" }, candidates(a, b), inputs(a, b, tools)), slices(a, b),
  ].flat().filter(Boolean);
}

function pair(data, a, b, tools) {
  const options = data.versions.map((one) => [one.version, `${one.id}${one.serving ? " (serves)" : ""}`]);
  const side = (key, one) => h("div", { class: "env" }, h("div", { class: "buttons" }, sample(key === "a" ? 0 : 1), choose(key.toUpperCase(), options, one.version, (version) => tools.ask({ [key]: version }), `${key}-choice`), badge(one.state), one.serving ? badge("serving") : null),
    h("p", { class: "small muted" }, [one.algorithm, " on dataset ", link(tools.href("datasets", { dataset: one.dataset }), one.dataset, { class: "mono" }), ", ", when(one.at)]));
  const same = a.dataset === b.dataset;
  const note = a.version === b.version ? "Both sides are the same version." : same ? "Both learned from one dataset and were judged on its same rows." : "They learned from different datasets, and each was judged on rows held back from its own: compare with care. The gate judges both on the same rows.";
  return card("Which two", { note, extra: h("button", { type: "button", id: "swap", onclick: () => tools.ask({ a: b.version, b: a.version }) }, "⇄ Swap") }, h("div", { class: "envs" }, side("a", a), side("b", b)));
}

function metrics(a, b) {
  const [left, right] = [a.evaluation?.metrics ?? {}, b.evaluation?.metrics ?? {}];
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  if (!names.length) return card("Metrics", {}, empty("Neither version has an evaluation."));
  const columns = [
    { head: "Metric", cell: (name) => h("b", {}, words(name)) },
    { head: a.id, num: true, cell: (name) => ranged(left[name]) }, { head: b.id, num: true, cell: (name) => ranged(right[name]) },
    { head: "B − A", num: true, cell: (name) => difference(left[name]?.value, right[name]?.value) },
    { head: "95 % intervals", cell: (name) => interval([left[name], right[name]].map((one) => one && { value: one.value, low: one.interval?.[0], high: one.interval?.[1] })) },
    { head: "Baseline A, B", num: true, cell: (name) => `${num(left[name]?.baseline)}, ${num(right[name]?.baseline)}` },
  ];
  return card("Metrics", { note: "On the held-back part. Intervals that do not overlap differ by more than chance." }, table("Metrics", columns, names));
}
const ranged = (one) => (one ? [num(one.value, 4), one.interval ? [h("br"), h("span", { class: "small muted" }, `${num(one.interval[0])} – ${num(one.interval[1])}`)] : null] : "–");
const difference = (from, to) => (from === undefined || to === undefined || from === null || to === null ? "–" : `${to > from ? "+" : to < from ? "−" : "±"}${num(Math.abs(to - from), 3)}`);

const known = (judged) => (judged?.task === "binary" ? [judged.labels[1]] : judged?.labels ?? []);

function curves(title, a, b, tools, find, xLabel, yLabel, diagonal) {
  const labels = known(b.evaluation ?? a.evaluation).filter((label) => [a, b].some((one) => one.evaluation && find(one.evaluation, label)));
  if (!labels.length) return null;
  const label = labels.includes(tools.asked.label) ? tools.asked.label : labels.at(-1);
  const drawn = [a, b].map((one) => ({ label: one.id, ...(one.evaluation ? find(one.evaluation, label) : null) })).map((one) => ({ ...one, x: one.x ?? [], y: one.y ?? [] }));
  const control = labels.length > 1 ? choose("Label", labels, label, (value) => tools.ask({ label: value }), `label-${title.split(" ")[0].toLowerCase()}`) : h("span", { class: "small muted" }, `label ${label}`);
  return card(title, { width: 4, extra: control }, square({ label: `${title} of ${a.id} and ${b.id}`, xLabel, yLabel, curves: drawn, diagonal }));
}

function calibrated(judged, label) {
  const bins = judged.calibration?.labels?.[label]?.bins?.filter((bin) => bin.rows);
  return bins && { x: bins.map((bin) => bin.probability), y: bins.map((bin) => bin.share) };
}

function trend(data, tools) {
  const names = [...new Set(data.trend.flatMap((one) => Object.keys(one.metrics)))];
  if (data.trend.length < 2 || !names.length) return null;
  const name = names.includes(tools.asked.metric) ? tools.asked.metric : names.includes(data.metric) ? data.metric : names[0];
  const of = (pick) => data.trend.map((one) => pick(one.metrics[name]) ?? null);
  const control = names.length > 1 ? choose("Metric", names.map((one) => [one, words(one)]), name, (metric) => tools.ask({ metric }), "metric-choice") : null;
  const ranges = of((one) => one?.interval?.[0]).some((one) => one !== null);
  const band = ranges ? { low: of((one) => one?.interval?.[0]), high: of((one) => one?.interval?.[1]), label: "95 % interval" } : undefined;
  const drawn = chart({ label: `${words(name)} over ${plural(data.trend.length, "version")}, newest ${num(of((one) => one?.value).at(-1), 4)}`, x: data.trend.map((_, at) => at), labels: data.trend.map((one) => `v${one.version}`), series: [{ label: words(name), values: of((one) => one?.value) }], band, height: 220 });
  const columns = [{ head: "Version", cell: (one) => link(tools.href("models", { version: one.version }), one.id) }, { head: words(name), num: true, cell: (one) => ranged(one.metrics[name]) }, { head: "Registered", cell: (one) => when(one.at) }];
  return card("A metric over the versions", { extra: control, note: "Each version on the rows held back from its own dataset." }, drawn, h("details", {}, h("summary", {}, "Numbers"), table("Metric over versions", columns, [...data.trend].reverse(), { tall: true })));
}

function candidates(a, b) {
  const of = (side) => new Map(side.candidates.map((one) => [one.name, one]));
  const [left, right] = [of(a), of(b)];
  const names = [...new Set([...left.keys(), ...right.keys()])];
  if (!names.length) return null;
  const cell = (side, candidate, name) => (candidate ? [num(candidate.score, 4), h("br"), h("span", { class: "small muted" }, `${num(candidate.seconds)} s`), side.algorithm === name ? [" ", badge("accepted", "chosen")] : null] : "–");
  const columns = [{ head: "Candidate", cell: (name) => name }, { head: a.id, num: true, cell: (name) => cell(a, left.get(name), name) }, { head: b.id, num: true, cell: (name) => cell(b, right.get(name), name) }];
  return card("Candidates", { width: 5, note: "Scores on the validation part." }, table("Candidates of both", columns, names, { tall: true }));
}

function inputs(a, b, tools) {
  const [left, right] = [a, b].map((side) => new Map(side.inputs.map((one) => [one.name, one.kind])));
  const [weightA, weightB] = [a, b].map((side) => new Map((side.evaluation?.importance ?? []).map((one) => [one.input, one.loss])));
  const weight = (name) => Math.max(weightA.get(name) ?? 0, weightB.get(name) ?? 0);
  const names = [...new Set([...left.keys(), ...right.keys()])].sort((x, y) => weight(y) - weight(x));
  const only = names.filter((name) => left.has(name) !== right.has(name));
  const changed = names.filter((name) => left.has(name) && right.has(name) && left.get(name) !== right.get(name));
  const mark = (side, name, weights) => (side.has(name) ? [weights.has(name) ? num(weights.get(name), 2) : h("span", { class: "muted" }, "not known"), changed.includes(name) ? h("span", { class: "small muted" }, ` ${side.get(name)}`) : null] : badge("skip", "no input"));
  const note = `${only.length ? `${plural(only.length, "input")} of one only. ` : "Both take the same inputs. "}The numbers say how much the metric gets worse when an input is shuffled.`;
  const columns = [{ head: "Input", cell: (name) => h("span", { class: "breakable" }, name) }, { head: a.id, num: true, cell: (name) => mark(left, name, weightA) }, { head: b.id, num: true, cell: (name) => mark(right, name, weightB) }];
  return card("Inputs", { width: 7, note }, table("Inputs of both", columns, [...only, ...names.filter((name) => !only.includes(name))], { tall: true, on: (name) => only.includes(name) }));
}

function slices(a, b) {
  const key = (one) => `${one.column} = ${one.value}`;
  const of = (side) => new Map((side.evaluation?.slices ?? []).map((one) => [key(one), one]));
  const [left, right] = [of(a), of(b)];
  const both = [...left.keys()].filter((name) => right.has(name));
  const names = [...new Set([...both, ...left.keys(), ...right.keys()])];
  if (!names.length) return null;
  const range = (one) => one && one.score !== null && { value: one.score, low: one.interval?.[0], high: one.interval?.[1] };
  const shown = (one) => (one ? [num(one.score, 4), h("br"), h("span", { class: "small muted" }, plural(one.rows, "row"))] : "–");
  const columns = [
    { head: "Slice", cell: (name) => h("span", { class: "breakable" }, name) }, { head: a.id, num: true, cell: (name) => shown(left.get(name)) }, { head: b.id, num: true, cell: (name) => shown(right.get(name)) },
    { head: "B − A", num: true, cell: (name) => difference(left.get(name)?.score, right.get(name)?.score) }, { head: "95 % intervals", cell: (name) => interval([range(left.get(name)), range(right.get(name))]) },
  ];
  return card("Slices", {}, table("Slices of both", columns, names, { tall: true }));
}
