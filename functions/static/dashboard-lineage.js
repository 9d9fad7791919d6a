// Lineage as a graph: files, datasets, runs, models, releases, windows, rows, from left to right (or down, where it is narrow).

import { badge, card, empty, fault, h, link, named, s } from "./dashboard-dom.js";

const COLUMNS = [["Files", ["file"]], ["Dataset", ["dataset"]], ["Run", ["run"]], ["Model", ["model"]], ["Release, inputs", ["release", "input"]], ["Window", ["window"]], ["Row", ["prediction"]]];
const PAGES = {
  file: (one) => ["history", { why: one.of }], input: (one) => ["history", { why: one.of }], dataset: (one) => ["datasets", { dataset: one.name }], run: (one) => ["runs", { run: one.name }],
  model: (one) => ["models", { version: one.name.split(":")[1] }], release: () => ["releases", {}], window: (one) => ["predictions", { window: one.of }], prediction: null,
};
const NAMES = { file: named.file, input: named.file, window: named.window, dataset: named.window, run: (name) => name.split("-").at(-1) };

export function lineage(data, tools) {
  return [card("What came from what", { note: "From a prediction id, a window, a model, a dataset version or a file's path, in both directions. A name leads to its own graph." }, search(data, tools), h("div", { class: "gap" }), drawn(data, tools))];
}

function search(data, tools) {
  const offered = Object.values(data.offered).flat();
  const field = h("input", { id: "of", type: "search", value: data.of, size: 44, list: "offered", "aria-label": "Row, window, model, dataset or file", placeholder: "prediction id, window, model:version, dataset or path" });
  const ask = (event) => { event.preventDefault(); tools.ask({ of: field.value.trim() }); };
  return h("form", { class: "buttons", role: "search", onsubmit: ask }, field, h("datalist", { id: "offered" }, offered.map((one) => h("option", { value: one }))), h("button", { class: "primary", type: "submit" }, "Show"));
}

function drawn(data, tools) {
  if (data.problem) return fault(data.problem);
  if (!data.nodes.length) return empty(`Nothing of ${data.scenario} can be traced yet.`, "Drop labelled data and the rest is automatic:", `mlops drop ${data.scenario} FILE --wait`);
  const wires = s("svg", { class: "wires", "aria-hidden": "true" });
  const columns = COLUMNS.map(([head, kinds]) => [head, data.nodes.filter((one) => kinds.includes(one.kind))]).filter(([, nodes]) => nodes.length);
  const graph = h("div", { class: "graph", style: { "--columns": String(columns.length) } }, wires, columns.map(([head, nodes]) => h("section", { "aria-label": head }, h("h3", {}, head), h("ul", {}, nodes.map((one) => node(one, data, tools))))));
  const again = new ResizeObserver(() => (graph.isConnected ? wire(graph, wires, data.edges) : again.disconnect()));
  again.observe(graph);
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Lineage of ${data.of}` }, graph);
}

function node(one, data, tools) {
  const [page, asked] = PAGES[one.kind] && !/^and /.test(one.name) ? PAGES[one.kind](one) : one.kind === "window" ? ["predictions", {}] : [];
  const scenario = one.scenario || data.scenario;
  const name = (NAMES[one.kind] ?? String)(one.name);
  const title = one.of && one.of !== data.of ? link(tools.href("lineage", { of: one.of, scenario }), name, { title: one.name }) : h("span", { title: one.name }, name);
  const open = page ? link(tools.href(page, { ...asked, scenario }), "open", { class: "small", "aria-label": `Open ${one.name}` }) : null;
  return h("li", { class: `node${one.target ? " target" : ""}`, "data-node": one.id, "aria-current": one.target ? "true" : null }, h("b", { class: "breakable" }, title), one.detail ? h("span", { class: "small muted clamp", title: one.detail }, one.detail) : null, h("span", { class: "buttons" }, one.state ? badge(one.state) : null, open));
}

/** Curves between the boxes: from the right side to the left, or from below to above where columns are stacked. */
function wire(graph, wires, edges) {
  const place = graph.getBoundingClientRect();
  const boxes = new Map([...graph.querySelectorAll("[data-node]")].map((element) => [element.dataset.node, element.getBoundingClientRect()]));
  const target = graph.querySelector(".target")?.dataset.node;
  wires.setAttribute("width", graph.scrollWidth);
  wires.setAttribute("height", graph.scrollHeight);
  wires.replaceChildren(...edges.filter(([from, to]) => boxes.has(from) && boxes.has(to)).map(([from, to]) => {
    const [a, b] = [boxes.get(from), boxes.get(to)];
    const aside = b.left > a.right;
    const [x1, y1, x2, y2] = aside ? [a.right, a.top + a.height / 2, b.left, b.top + b.height / 2] : [a.left + 24, a.bottom, b.left + 24, b.top];
    const [px, py, qx, qy] = [x1 - place.left, y1 - place.top, x2 - place.left, y2 - place.top];
    const bend = aside ? (qx - px) / 2 : (qy - py) / 2;
    const path = aside ? `M${px} ${py}C${px + bend} ${py} ${qx - bend} ${qy} ${qx} ${qy}` : `M${px} ${py}C${px} ${py + bend} ${qx} ${qy - bend} ${qx} ${qy}`;
    return s("path", { d: path, class: from === target || to === target ? "near" : null });
  }));
}
