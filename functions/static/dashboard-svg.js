// Pictures that uPlot does not draw: curves in a square, matrices, bars, small lines.

import { h, num, plural, s, share } from "./dashboard-dom.js";

const DASHES = ["", "6 3", "2 2", "8 2 2 2", "4 2", "1 2"];
const stroke = (index) => `var(--s${(index % 6) + 1})`;

/** Curves from (0,0) to (1,1): {label, x, y}. `diagonal` draws what chance or truth would give. */
export function square({ label, xLabel, yLabel, curves, diagonal = true, dots = false }) {
  const [left, top, size] = [56, 8, 220];
  const px = (value) => left + value * size;
  const py = (value) => top + (1 - value) * size;
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  const grid = ticks.map((tick) => s("g", {}, s("line", { class: "axis", x1: px(tick), x2: px(tick), y1: py(0), y2: py(1) }), s("line", { class: "axis", x1: px(0), x2: px(1), y1: py(tick), y2: py(tick) }),
    s("text", { x: px(tick), y: py(0) + 14, "text-anchor": "middle" }, tick), s("text", { x: left - 6, y: py(tick) + 4, "text-anchor": "end" }, tick)));
  const path = (curve, index) => s("polyline", { points: curve.x.map((x, at) => `${px(x).toFixed(1)},${py(curve.y[at]).toFixed(1)}`).join(" "), fill: "none", stroke: stroke(index), "stroke-width": 2, "stroke-dasharray": DASHES[index % 6] });
  const marks = (curve, index) => curve.x.map((x, at) => s("circle", { cx: px(x), cy: py(curve.y[at]), r: 3.5, fill: index % 2 ? "var(--surface)" : stroke(index), stroke: stroke(index), "stroke-width": 1.5 }, s("title", {}, curve.titles?.[at] ?? "")));
  const whiskers = (curve, index) => (curve.low ? curve.x.map((x, at) => s("line", { x1: px(x), x2: px(x), y1: py(curve.low[at]), y2: py(curve.high[at]), stroke: stroke(index), "stroke-width": 1 })) : []);
  const body = s("svg", { viewBox: "0 0 288 272", width: 340, role: "img", "aria-label": label }, grid, diagonal && s("line", { class: "diag", x1: px(0), y1: py(0), x2: px(1), y2: py(1) }),
    curves.map(path), dots ? curves.map((one, index) => [whiskers(one, index), marks(one, index)]) : [],
    s("text", { x: px(0.5), y: 268, "text-anchor": "middle" }, xLabel), s("text", { x: 12, y: py(0.5), "text-anchor": "middle", transform: `rotate(-90 12 ${py(0.5)})` }, yLabel));
  return h("figure", { class: "figure" }, body, curves.length > 1 || curves[0]?.note ? h("ul", { class: "legend" }, curves.map((one, index) => h("li", {}, sample(index), one.label, one.note ? ` · ${one.note}` : ""))) : null);
}

export const sample = (index) => s("svg", { width: 20, height: 8, "aria-hidden": "true" }, s("line", { x1: 0, x2: 20, y1: 4, y2: 4, stroke: stroke(index), "stroke-width": 2, "stroke-dasharray": DASHES[index % 6] }));

/** Values with their intervals, one line for each under the other, on one scale of their own: {value, low, high} or nothing. */
export function interval(values) {
  const known = values.filter(Boolean);
  if (!known.length) return h("span", { class: "muted" }, "–");
  const ends = known.flatMap((one) => [one.low ?? one.value, one.high ?? one.value, one.value]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const x = (value) => 6 + (148 * (value - low)) / (high - low || 1);
  const rows = values.map((one, index) => {
    if (!one) return null;
    const y = 7 + index * 12;
    return s("g", {}, one.low !== undefined && one.low !== null && s("line", { x1: x(one.low), x2: x(one.high), y1: y, y2: y, stroke: stroke(index), "stroke-width": 2, "stroke-dasharray": DASHES[index % 6] }),
      s("circle", { cx: x(one.value), cy: y, r: 4, fill: index % 2 ? "var(--surface)" : stroke(index), stroke: stroke(index), "stroke-width": 1.5 }));
  });
  return s("svg", { viewBox: "0 0 160 26", width: 160, height: 26, "aria-hidden": "true" }, rows);
}

/** Rows are what was true, columns what was predicted. */
export function confusion(labels, matrix) {
  const total = (row) => row.reduce((sum, one) => sum + one, 0);
  const tint = (value) => ({ background: `rgba(var(--heat), ${(0.05 + 0.36 * value).toFixed(2)})` });
  return h("div", {}, h("p", { class: "small muted" }, "Rows: true. Columns: predicted. Below each count its share of the row."), h("table", { class: "heat matrix" }, h("caption", { class: "sr" }, "Confusion"),
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, h("span", { class: "sr" }, "true")), labels.map((one) => h("th", { scope: "col" }, one)))),
    h("tbody", {}, matrix.map((row, at) => h("tr", {}, h("th", { scope: "row" }, labels[at]), row.map((one) => h("td", { style: tint(one / (total(row) || 1)) }, h("b", {}, num(one)), h("br"), h("span", { class: "small" }, share(one / (total(row) || 1), 0)))))))));
}

/** Horizontal bars: {name, value, low, high, describe}. Values may be negative only by noise; those are drawn as none. */
export function bars(items, { describe = (one) => num(one.value), least = 0 } = {}) {
  const most = Math.max(...items.map((one) => one.high ?? one.value), 1e-12);
  const at = (value) => `${(100 * Math.max(0, value - least)) / (most - least || 1)}%`;
  return h("ul", { class: "bars" }, items.map((one) => h("li", {}, h("span", { class: "name", title: one.name }, one.name),
    h("span", { class: "track", "aria-hidden": "true" }, h("span", { class: "fill", style: { width: at(one.value) } }),
      one.low !== undefined && one.low !== null && h("span", { class: "range", style: { left: at(one.low), width: `calc(${at(one.high)} - ${at(one.low)})` } })),
    h("span", { class: "num small" }, describe(one)))));
}

/** Counts in equal parts of 0 to 1, one bar for each, its series above each other: {label, counts}. */
export function histogram({ label, series }) {
  const count = series[0].counts.length;
  const totals = Array.from({ length: count }, (_, bin) => series.reduce((sum, one) => sum + one.counts[bin], 0));
  const most = Math.max(...totals, 1);
  const columns = totals.map((_, bin) => {
    let base = 100;
    return series.map((one, index) => {
      const tall = (98 * one.counts[bin]) / most;
      base -= tall;
      return tall ? s("rect", { x: bin + 0.04, y: base, width: 0.92, height: tall, fill: stroke(index) }, s("title", {}, `${(bin / count).toFixed(2)} to ${((bin + 1) / count).toFixed(2)}, ${one.label}: ${num(one.counts[bin])}`)) : null;
    });
  });
  const key = series.map((one, index) => h("li", {}, s("svg", { width: 10, height: 10, "aria-hidden": "true" }, s("rect", { width: 10, height: 10, rx: 2, fill: stroke(index) })), one.label));
  return h("figure", { class: "figure" }, h("figcaption", {}, `The highest bar: ${plural(most, "row")}`), s("svg", { viewBox: `0 0 ${count} 100`, preserveAspectRatio: "none", role: "img", "aria-label": label, class: "histogram" }, columns),
    h("div", { class: "scale small muted", "aria-hidden": "true" }, [0, 0.25, 0.5, 0.75, 1].map((tick) => h("span", {}, tick))), h("ul", { class: "legend" }, key));
}

/** A small line with its band; the last point is marked. */
export function spark(values, band) {
  const known = values.filter((value) => value !== null && value !== undefined);
  if (!known.length) return s("svg", { viewBox: "0 0 160 34", "aria-hidden": "true" });
  const all = band ? [...known, band.low, band.high] : known;
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = (high - low) * 0.12 || Math.abs(high) * 0.05 || 1;
  const y = (value) => 34 - ((value - low + room) / (high - low + 2 * room)) * 34;
  const x = (at) => (values.length === 1 ? 80 : 4 + (at * 152) / (values.length - 1));
  const points = values.map((value, at) => (value === null || value === undefined ? null : `${x(at).toFixed(1)},${y(value).toFixed(1)}`)).filter(Boolean);
  const last = values.length - 1;
  return s("svg", { viewBox: "0 0 160 34", preserveAspectRatio: "none", "aria-hidden": "true" },
    band && s("rect", { x: 0, width: 160, y: y(band.high), height: Math.max(1, y(band.low) - y(band.high)), fill: "var(--band)" }),
    s("polyline", { points: points.join(" "), fill: "none", stroke: "var(--s1)", "stroke-width": 1.5, "vector-effect": "non-scaling-stroke" }),
    values[last] !== null && values[last] !== undefined && s("circle", { cx: x(last), cy: y(values[last]), r: 2.5, fill: "var(--s1)" }));
}

/** A heat-map as a table: cells are {feature, at, share, ...}; what has drifted has a mark and an outline. */
export function heat({ label, rows, columns, cell, describe }) {
  const tint = (value) => (value === null || value === undefined ? {} : { background: `rgba(var(--heat), ${(0.04 + 0.38 * Math.min(1, value / 2)).toFixed(2)})` });
  const draw = (row, column) => {
    const one = cell(row, column);
    if (!one) return h("td", {}, h("span", { class: "muted" }, "·"));
    return h("td", { class: one.drifted ? "drifted" : null, style: tint(one.share), title: describe(one) }, one.share === null || one.share === undefined ? "?" : `${one.drifted ? "▲ " : ""}${one.share.toFixed(1)}`);
  };
  return h("table", { class: "heat" }, h("caption", { class: "sr" }, label), h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "feature"), columns.map((one) => h("th", { scope: "col", title: one.title ?? "" }, one.head)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, h("th", { scope: "row", title: row }, row), columns.map((column) => draw(row, column))))));
}
