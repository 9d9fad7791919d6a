// Lines and points on uPlot. Series differ by dash or by the shape of their points as well as by colour.

import { h, moment, num, s } from "./dashboard-dom.js";

const live = new Set();
const watcher = new ResizeObserver((entries) => {
  for (const entry of entries) {
    const chart = entry.target.chart;
    const width = Math.floor(entry.contentRect.width);
    if (chart && width > 40 && width !== chart.width) chart.setSize({ width, height: chart.height });
  }
});

/** Give back what charts of the page before hold. */
export function dispose() {
  for (const chart of live) chart.destroy();
  live.clear();
  watcher.disconnect();
}

export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
export const SERIES = ["--s1", "--s2", "--s3", "--s4", "--s5", "--s6"];
const DASHES = [undefined, [8, 4], [2, 3], [10, 3, 2, 3], [4, 2], [1, 2]];

/**
 * A chart in a figure. `x` are numbers (or seconds when `time`), `series` a list of {label, values, points}; `band` is
 * {low, high, label}, its limits numbers or one for each x. `points` true draws marks without a line.
 */
export function chart({ label, x, series, band, time = false, points = false, height = 240, labels, digits = 4, zero = false, top, times = false }) {
  const place = h("div", { class: "plot" });
  const readout = h("figcaption", { "aria-hidden": "true" }, "\u00a0");
  const figure = h("figure", { class: "figure", role: "group", "aria-label": label }, readout, h("div", { role: "img", "aria-label": label }, place), legend(series, band, points));
  requestAnimationFrame(() => {
    if (!place.isConnected) return;
    const drawn = new uPlot(options({ place, x, series, band, time, points, height, labels, readout, digits, zero, top, times }), data(x, series, band), place);
    place.chart = drawn;
    live.add(drawn);
    watcher.observe(place);
  });
  return figure;
}

function data(x, series, band) {
  const edge = (limit) => (Array.isArray(limit) ? limit : x.map(() => limit));
  const limits = band ? [edge(band.high), edge(band.low)] : [];
  return [x, ...series.map((one) => one.values), ...limits];
}

function options({ place, x, series, band, time, points, height, labels, readout, digits, zero, top, times }) {
  const ink = colour("--muted");
  const grid = { stroke: colour("--line"), width: 1 };
  const axis = { stroke: ink, grid, ticks: { ...grid, size: 4 }, font: "11px system-ui, sans-serif" };
  const lines = series.map((one, index) => styled(one, index, points, x.length));
  const edge = { stroke: colour("--strong"), width: 1, dash: [4, 4], points: { show: false } };
  const count = series.length;
  return {
    width: Math.max(place.clientWidth, 200), height, padding: [8, labels ? 44 : 16, 0, 0], legend: { show: false },
    cursor: { drag: { x: true, y: false }, points: { size: 7 } },
    scales: { x: { time, range: x.length === 1 ? (_, low) => [low - 1, low + 1] : undefined }, ...(top ? { y: { range: [0, top] } } : zero ? { y: { range: (_, __, high) => [0, high > 0 ? high * 1.08 : 1] } } : {}) },
    axes: [
      { ...axis, size: time ? 44 : 32, space: 64, ...(labels ? { incrs: [1, 2, 5, 10, 20, 50, 100] } : {}), values: labels ? (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? labels[tick] ?? "" : "")) : time ? clock : (_, ticks) => ticks.map((tick) => num(tick)) },
      { ...axis, size: times ? 84 : 56, values: (_, ticks) => ticks.map((tick) => (times ? moment(tick).slice(0, 10) : num(tick, digits))) },
    ],
    series: [{}, ...lines, ...(band ? [edge, edge] : [])],
    bands: band ? [{ series: [count + 1, count + 2], fill: colour("--band") }] : [],
    hooks: { setCursor: [(chart) => tell(chart, readout, series, labels, time)] },
  };
}

/** Moments on an axis, in UTC: the hour, and the day where it begins. */
function clock(_, ticks, __, ___, step) {
  let day = "";
  return ticks.map((tick) => {
    const [date, hour] = new Date(tick * 1000).toISOString().split("T");
    const fresh = date !== day;
    day = date;
    return step >= 86400 ? date : `${hour.slice(0, step < 60 ? 8 : 5)}${fresh ? `\n${date}` : ""}`;
  });
}

function styled(one, index, points, count) {
  const stroke = colour(SERIES[index % SERIES.length]);
  const dots = { show: true, size: points ? 6 - (index % 2) : 5, stroke, width: 1.5, fill: index % 2 ? colour("--surface") : stroke };
  if (points) return { label: one.label, stroke, width: 0, paths: () => null, points: dots };
  return { label: one.label, stroke, width: 1.75, dash: DASHES[index % DASHES.length], spanGaps: false, points: { ...dots, show: count <= 60 } };
}

function tell(chart, readout, series, labels, time) {
  const at = chart.cursor.idx;
  if (at === null || at === undefined) {
    readout.textContent = "\u00a0";
    return;
  }
  const x = chart.data[0][at];
  const where = labels ? labels[x] ?? x : time ? new Date(x * 1000).toISOString().slice(0, 16).replace("T", " ") : num(x);
  const values = series.map((one) => (one.values[at] === null || one.values[at] === undefined ? null : `${one.label} ${num(one.values[at], 4)}`)).filter(Boolean);
  readout.textContent = `${where} · ${values.join(" · ")}`;
}

function legend(series, band, points) {
  if (series.length < 2 && !band) return null;
  const mark = (index) => {
    const stroke = `var(${SERIES[index % SERIES.length]})`;
    const shape = points
      ? s("circle", { cx: 8, cy: 5, r: 3.5, stroke, "stroke-width": 1.5, fill: index % 2 ? "none" : stroke })
      : s("line", { x1: 0, x2: 16, y1: 5, y2: 5, stroke, "stroke-width": 2, "stroke-dasharray": (DASHES[index % DASHES.length] ?? []).join(" ") });
    return s("svg", { width: 16, height: 10, "aria-hidden": "true" }, shape);
  };
  const items = series.map((one, index) => h("li", {}, mark(index), one.label));
  if (band) items.push(h("li", {}, s("svg", { width: 16, height: 10, "aria-hidden": "true" }, s("rect", { width: 16, height: 10, fill: "var(--band)", stroke: "var(--strong)", "stroke-dasharray": "3 2" })), band.label));
  return h("ul", { class: "legend" }, items);
}
