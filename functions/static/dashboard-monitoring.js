// Drift by feature and window, quality against late labels, breaches with their cause, and retrain decisions.

import { card, empty, h, link, num, scroll } from "./dashboard-dom.js";
import { heat } from "./dashboard-svg.js";

export function monitoring(data, tools) {
  return [drift(data, tools)];
}

const natural = new Intl.Collator("en", { numeric: true });

function drift(data, tools) {
  const cells = new Map(data.datasets.cells.map((one) => [`${one.feature}\n${one.at}`, one]));
  const rows = [...new Set(data.datasets.cells.map((one) => one.feature))].sort(natural.compare);
  if (!rows.length) return card("Drift of datasets against the baseline", {}, empty("Nothing has been compared yet.", "Accept a baseline; every later dataset version is compared with it:", `mlops baseline accept ${data.scenario} DATASET`));
  const columns = data.datasets.columns.filter((one) => data.datasets.cells.some((cell) => cell.at === one.id));
  const worst = rows.filter((row) => data.datasets.cells.some((cell) => cell.feature === row && cell.drifted));
  const picture = heat({
    label: "Drift of datasets", rows: [...worst, ...rows.filter((row) => !worst.includes(row))], columns: columns.map((one) => ({ id: one.id, title: one.id, head: link(tools.href("datasets", { dataset: one.id }), one.id.replace(/^\d{4}(\d{2})(\d{2})T(\d{2})(\d{2}).*$/, "$1-$2 $3:$4")) })),
    cell: (row, column) => cells.get(`${row}\n${column.id}`), told: (one) => `${one.feature}: ${one.test ?? "not compared"} ${num(one.value)} (drift beyond ${num(one.critical)})`,
  });
  return card("Drift of datasets against the baseline", { note: "Each number is the largest distance as a multiple of what counts as drift: 1.0 is the limit, ▲ and an outline mark drift." }, scroll("Drift by feature and dataset", picture));
}
