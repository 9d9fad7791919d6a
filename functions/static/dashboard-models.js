// Model versions: candidates, curves, errors by class and slice, what a model looks at, its card.

import { text } from "./dashboard-api.js";
import { chart } from "./dashboard-charts.js";
import { badge, card, empty, facts, fault, h, link, num, plural, share, short, table, when } from "./dashboard-dom.js";
import { bars, confusion, square } from "./dashboard-svg.js";

export function models(data, tools) {
  if (!data.model) return [card("No model yet", {}, empty(`No model of ${data.scenario} has been registered.`, "A model follows every new dataset version by itself; train again by hand with:", `mlops train ${data.scenario}`))];
  const model = data.model;
  const judged = model.evaluation;
  return [
    model.problems.map(fault),
    versions(data, tools),
    head(data, model, tools),
    h("div", { class: "cols" }, leaderboard(model), judged && judged.confusion ? card("Confusion", { width: 5, note: `On the held-back part, ${split(judged)}.` }, h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Confusion matrix" }, confusion(judged.labels, judged.confusion))) : null),
    judged ? h("div", { class: "cols" }, roc(judged), calibration(judged), residuals(judged), importance(judged), slices(judged), thresholds(judged)) : model.problems.length ? null : card("Evaluation", {}, empty("This version has no evaluation.json.", "It was registered by an earlier version of the code; its card and metrics are above.")),
  ].flat().filter(Boolean);
}

const split = (judged) => `split by ${judged.split === "time" ? "time" : judged.split}, ${plural(judged.rows?.test, "row")}`;

function versions(data, tools) {
  const columns = [
    { head: "Version", cell: (one) => link(tools.href("models", { version: one.version }), one.id, { class: "nowrap" }) },
    { head: "State", cell: (one) => [badge(one.state), one.serving ? [" ", badge("serving")] : null] },
    { head: `${data.metric} (${data.split})`, num: true, cell: (one) => num(one.score, 4) },
    { head: "Dataset", cell: (one) => link(tools.href("datasets", { dataset: one.dataset }), one.dataset, { class: "mono" }) },
    { head: "Registered", cell: (one) => when(one.at) },
  ];
  const other = data.versions.find((one) => one.version !== data.model.version);
  const beside = other ? link(tools.href("compare", tools.frozen ? {} : data.model.serving ? { a: data.model.version } : { b: data.model.version }), "⇄ Compare", { class: "button", id: "compare" }) : null;
  return card("Versions", { extra: beside, note: `Judged by ${data.metric} on a split by ${data.split}; the bar is ${data.bar.metric} ${num(data.bar.minimum)}.` }, table("Model versions", columns, data.versions, { on: (one) => one.version === data.model.version, tall: true }));
}

function head(data, model, tools) {
  const metrics = Object.entries(model.evaluation?.metrics ?? {});
  const open = model.card && h("button", { type: "button", id: "card", onclick: (event) => paper(data.scenario, model, event.currentTarget) }, "Open the model card");
  const one = ([name, metric]) => [name.replaceAll("_", " "), [num(metric.value, 4), h("div", { class: "small muted" }, [metric.interval ? `95 %: ${num(metric.interval[0])} – ${num(metric.interval[1])}` : null, h("br"), `baseline ${num(metric.baseline)}`])]];
  const seconds = Object.values(model.resources).reduce((sum, step) => sum + (step.seconds ?? 0), 0);
  return card(model.id, { extra: [model.serving ? badge("serving") : badge(model.state), link(tools.href("lineage", { of: model.id }), "Lineage", { class: "button" }), open] },
    metrics.length ? facts(metrics.map(one), true) : null, h("div", { class: "gap" }),
    facts([["Algorithm", model.algorithm], ["Dataset", link(tools.href("datasets", { dataset: model.dataset }), model.dataset, { class: "mono" })], ["Content", h("code", { title: model.sha256 }, short(model.sha256))], ["Refit", model.refit?.sha256 ? [h("code", { title: model.refit.sha256 }, short(model.refit.sha256)), model.graph === "refit" ? " serves after a pass" : " does not serve"] : "–"], ["Code", h("code", {}, model.code ?? "–")],
      ["Training took", seconds ? `${num(seconds)} s, ${num(Math.max(...Object.values(model.resources).map((step) => step.peak_mb ?? 0)), 3)} MB` : "–"], ["Newest row learned from", model.learned?.newest ? when(model.learned.newest) : "–"], ["Gate", model.gate ? link(tools.href("releases", { version: model.version }), { passed: "✓ passed", refused: "✕ refused", undecided: "? undecided", trade_off: "⇄ trade-off" }[model.gate.verdict]) : "not judged"]]),
    model.evaluation?.limits?.length ? [h("div", { class: "gap" }), h("h3", {}, "Known limits"), h("ul", {}, model.evaluation.limits.map((limit) => h("li", {}, limit)))] : null);
}

async function paper(scenario, model, opener) {
  const dialog = h("dialog", { class: "wide", "aria-label": `Card of ${model.id}` });
  const body = h("div", { class: "body" }, h("div", { class: "buttons" }, h("h2", {}, `Card of ${model.id}`), h("button", { type: "button", onclick: () => dialog.close() }, "Close")));
  dialog.append(body);
  dialog.addEventListener("close", () => { dialog.remove(); opener.focus(); });
  document.body.append(dialog);
  dialog.showModal();
  try {
    body.append(h("iframe", { class: "paper", sandbox: "", title: `Card of ${model.id}`, srcdoc: await text("card.html", { scenario, version: model.version }) }));
  } catch (error) {
    body.append(fault(error.message));
  }
}

function leaderboard(model) {
  const columns = [
    { head: "#", num: true, cell: (one) => one.rank },
    { head: "Candidate", cell: (one) => [one.name, one.name === model.algorithm ? [" ", badge("accepted", "chosen")] : null] },
    { head: "Score", num: true, cell: (one) => num(one.score, 4) },
    { head: "Seconds", num: true, cell: (one) => num(one.seconds) },
    { head: "Rows", num: true, cell: (one) => num(one.fitted_rows) },
    { head: "Deployable", cell: (one) => (one.deployable ? badge("pass", "yes") : [badge("skip", "no"), h("span", { class: "small muted" }, ` ${one.reason}`)]) },
  ];
  const rows = model.candidates.map((one, at) => ({ ...one, rank: at + 1 }));
  return card("Candidates", { width: model.evaluation?.confusion ? 7 : 12, note: "Scores on the validation part; the chosen one is judged once more on unseen test rows." }, rows.length ? table("Candidates", columns, rows, { on: (one) => one.name === model.algorithm, tall: true }) : empty("No candidates were recorded."));
}

function roc(judged) {
  if (!judged.roc || !Object.keys(judged.roc).length) return null;
  const names = judged.labels.length === 2 && judged.task === "binary" ? [judged.labels[1]] : Object.keys(judged.roc);
  const curves = names.map((name) => ({ label: name, x: judged.roc[name].false, y: judged.roc[name].true, note: `AUC ${num(area(judged.roc[name]), 4)}` }));
  return card("ROC", { width: 4, note: "Above the dashed line is better than chance." }, square({ label: `ROC: ${curves.map((one) => `${one.label} ${one.note}`).join(", ")}`, xLabel: "false positives", yLabel: "true positives", curves }));
}
const area = (curve) => curve.false.slice(1).reduce((sum, x, at) => sum + ((x - curve.false[at]) * (curve.true[at + 1] + curve.true[at])) / 2, 0);

function calibration(judged) {
  const labels = Object.entries(judged.calibration?.labels ?? {});
  if (!labels.length) return null;
  const curves = labels.map(([label, calibration]) => {
    const bins = calibration.bins.filter((bin) => bin.rows);
    return { label, x: bins.map((bin) => bin.probability), y: bins.map((bin) => bin.share), low: bins.map((bin) => bin.interval?.[0] ?? bin.share), high: bins.map((bin) => bin.interval?.[1] ?? bin.share),
      titles: bins.map((bin) => `${plural(bin.rows, "row")}: predicted ${share(bin.probability)}, true ${share(bin.share)}`), note: `off by ${share(calibration.error)} on average` };
  });
  return card("Calibration", { width: 4, note: "On the dashed line a probability of 30 % comes true in 30 % of the rows." }, square({ label: `Calibration: ${curves.map((one) => `${one.label} ${one.note}`).join(", ")}`, xLabel: "predicted probability", yLabel: "share that was true", curves, dots: true }));
}

function residuals(judged) {
  const points = judged.residuals?.points;
  if (!points?.length) return null;
  const sorted = [...points].sort((a, b) => a[0] - b[0]);
  return card("True against predicted", { width: 8, note: `Mean error ${num(judged.residuals.mean)}; ${plural(sorted.length, "row")} drawn at random.` }, chart({ label: "True number against predicted number", x: sorted.map((one) => one[0]), series: [{ label: "true", values: sorted.map((one) => one[1]) }], points: true }));
}

function importance(judged) {
  if (!judged.importance?.length && Object.keys(judged.words ?? {}).length) return words(judged.words);
  if (!judged.importance?.length) return judged.unexplained ? card("Important inputs", { width: 4 }, h("p", { class: "muted" }, judged.unexplained)) : null;
  const items = judged.importance.map((one) => ({ name: one.input, value: one.loss, low: one.from, high: one.to }));
  const describe = (one) => num(one.value, 2);
  return card("Important inputs", { width: 4, note: `How much ${judged.metric} gets worse when an input is shuffled; the line is the range over repeats.` }, bars(items.slice(0, 12), { describe }), items.length > 12 ? h("details", {}, h("summary", {}, plural(items.length - 12, "more input")), bars(items.slice(12), { describe })) : null);
}

function words(labels) {
  const list = Object.entries(labels).map(([label, found]) => [h("h3", {}, label), h("p", { class: "muted" }, found.map((one) => one.word).join(", "))]);
  return card("Important inputs", { width: 4, note: "The words that speak most for each class, heaviest first." }, h("div", { class: "stack" }, list));
}

function slices(judged) {
  if (!judged.slices?.length) return null;
  const overall = judged.metrics[judged.metric]?.value;
  const columns = [
    { head: "Slice", cell: (one) => [h("span", { class: "muted" }, `${one.column} = `), one.value] },
    { head: "Rows", num: true, cell: (one) => num(one.rows) },
    { head: judged.metric, num: true, cell: (one) => num(one.score, 4) },
    { head: "95 %", num: true, cell: (one) => (one.interval ? `${num(one.interval[0])} – ${num(one.interval[1])}` : "–") },
    { head: "Verdict", cell: (one) => (!one.interval ? badge("unknown", "too few rows") : one.interval[1] < overall ? badge("fail", "worse") : badge("stable", "as overall")) },
  ];
  return card("Slices", { width: 7, note: `A mean may hide where a model fails: a slice is worse when its whole interval lies below ${num(overall)}.` }, table("Slices", columns, judged.slices, { tall: true }));
}

function thresholds(judged) {
  const rows = Object.entries(judged.thresholds ?? {}).flatMap(([label, kinds]) => Object.entries(kinds).map(([kind, choice]) => ({ label, kind, threshold: choice?.threshold, ...choice?.test }))).filter((one) => one.threshold !== undefined);
  if (!rows.length) return null;
  const columns = [
    { head: "Label", cell: (one) => one.label }, { head: "Threshold", cell: (one) => `${one.kind.replaceAll("_", " ")}: ${num(one.threshold)}` },
    { head: "Precision", num: true, cell: (one) => share(one.precision) }, { head: "Recall", num: true, cell: (one) => share(one.recall) }, { head: "F1", num: true, cell: (one) => num(one.f1) }, { head: "Named", num: true, cell: (one) => share(one.named) },
  ];
  return card("Thresholds", { width: 5, note: "What another cut would give on the test part." }, table("Thresholds", columns, rows));
}
