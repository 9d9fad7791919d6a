// Elements, words and numbers. Text always goes in as text: nothing here reads markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, props, kids) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, one] of Object.entries(value)) element.style.setProperty(key, one);
    else if (name === "value") element.value = value;
    else element.setAttribute(name === "class" ? "class" : name, value === true ? "" : String(value));
  }
  element.append(...kids.flat(3).filter((kid) => kid !== null && kid !== undefined && kid !== false).map(asNode));
  return element;
}

const asNode = (kid) => (kid instanceof Node ? kid : document.createTextNode(String(kid)));

/** An HTML element. */
export const h = (tag, props, ...kids) => fill(document.createElement(tag), props, kids);
/** An SVG element. */
export const s = (tag, props, ...kids) => fill(document.createElementNS(SVG, tag), props, kids);

/** A number as people read it: whole ones with separators, others with `digits` significant digits. */
export function num(value, digits = 3) {
  if (value === null || value === undefined || value === "") return "–";
  const number = Number(value);
  if (!Number.isFinite(number)) return String(value);
  if (Number.isInteger(number) && Math.abs(number) < 1e15) return number.toLocaleString("en");
  const size = Math.abs(number);
  if (size >= 1000) return number.toLocaleString("en", { maximumFractionDigits: 0 });
  if (size < 0.0001) return number.toExponential(1);
  return String(Number(number.toPrecision(digits)));
}
export const share = (value, digits = 1) => (value === null || value === undefined ? "–" : `${(value * 100).toFixed(digits)} %`);
export const plural = (count, one, many = `${one}s`) => `${num(count)} ${count === 1 ? one : many}`;
export const short = (text, length = 12) => (text && text.length > length ? text.slice(0, length) : text ?? "–");

const STAMP = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})\d{2}Z(.*)$/;
/** Ids as people read them: the day and time, or the drop and file; the whole belongs into a title. */
export const named = {
  window: (id) => {
    const found = STAMP.exec(id ?? "");
    const later = /-v(\d+)$/.exec(found?.[6] ?? "");
    return found ? `${found[1]}-${found[2]}-${found[3]} ${found[4]}:${found[5]}${later ? ` v${later[1]}` : ""}` : id ?? "–";
  },
  /** In a narrow column: day and time, or the end of the drop's name, in which names of one kind differ. */
  brief: (id, length = 14) => {
    const found = STAMP.exec(id ?? "");
    const drop = (id ?? "–").replace(/-[0-9a-f]{8}(?=$|-v\d+$)/, "");
    return found ? `${found[2]}-${found[3]} ${found[4]}:${found[5]}` : drop.length > length ? `…${drop.slice(1 - length)}` : drop;
  },
  drop: (path) => (/^(scoring|incoming|actuals)\//.test(path ?? "") ? path.split("/").slice(2, -1).join("/") : ""),
  file: (path) => path.split("/").slice(2).join("/") || path,
};

/** Milliseconds or seconds since 1970, or a text, as a moment in UTC. */
export function moment(value) {
  if (typeof value !== "number") return String(value ?? "–");
  const at = new Date(value > 1e11 ? value : value * 1000);
  return Number.isNaN(at.getTime()) ? String(value) : at.toISOString().slice(0, 19).replace("T", " ");
}

/** Seconds as people say them. */
export function lasted(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 100) return `${num(seconds, seconds < 10 ? 2 : 3)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${num(minutes / 60, 3)} h`;
}

/** A moment: short for the eye, whole in its title. */
export function when(iso) {
  if (!iso) return h("span", { class: "muted" }, "–");
  const at = new Date(iso);
  const sameYear = at.getFullYear() === new Date().getFullYear();
  const day = at.toLocaleDateString("en-GB", { day: "numeric", month: "short", ...(sameYear ? {} : { year: "numeric" }) });
  const clock = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return h("time", { datetime: iso, title: iso, class: "nowrap" }, `${day}, ${clock}`);
}

const STATES = {
  done: ["good", "✓", "done"], completed: ["good", "✓", "completed"], committed: ["good", "✓", "committed"], accepted: ["good", "✓", "accepted"],
  pass: ["good", "✓", "pass"], approved: ["good", "✓", "approved"], full: ["good", "✓", "full"], serving: ["good", "●", "serves"], kept: ["good", "✓", "kept"],
  final: ["good", "✓", "final"], used: ["good", "✓", "used"], retrain: ["live", "↻", "retrain"], closed: ["", "✓", "closed"],
  failed: ["bad", "✕", "failed"], fail: ["bad", "✕", "fail"], quarantined: ["bad", "▲", "quarantined"], refused: ["bad", "⊘", "refused"], conflict: ["bad", "✕", "conflict"],
  rejected: ["bad", "⊘", "rejected"], rolled_back: ["bad", "↩", "rolled back"], fallen: ["bad", "▼", "fallen"], persistent: ["bad", "▲", "persistent"],
  waiting: ["warn", "◷", "waiting"], planned: ["warn", "◷", "planned"], queued: ["warn", "◷", "queued"], released: ["warn", "↻", "to be taken up"], open: ["warn", "◷", "open"], expired: ["warn", "◷", "expired"],
  undecided: ["warn", "?", "undecided"], trade_off: ["warn", "⇄", "trade-off"], override: ["warn", "!", "override"],
  provisional: ["warn", "◷", "provisional"], ask_person: ["warn", "?", "a person decides"], once: ["warn", "△", "once"], alert: ["warn", "!", "alert"], quarantine: ["bad", "▲", "quarantine"],
  in_progress: ["live", "↻", "in progress"], running: ["live", "↻", "running"], requested: ["live", "↻", "requested"], shadow: ["live", "◌", "shadow"], canary: ["live", "◔", "canary"],
  skip: ["", "–", "skip"], duplicate: ["", "=", "duplicate"], superseded: ["", "→", "superseded"], ignored: ["", "–", "ignored"], gone: ["", "–", "gone"], cancelled: ["", "⊘", "cancelled"], hint: ["", "i", "hint"],
  registered: ["", "○", "registered"], unknown: ["", "?", "no verdict"], stable: ["", "·", "stable"], not: ["", "–", "not retrained"], incomparable: ["", "?", "incomparable"],
};
/** A state as symbol and word. */
export function badge(state, words) {
  const [tone, symbol, text] = STATES[state] ?? ["", "·", String(state).replaceAll("_", " ")];
  return h("span", { class: `badge ${tone}` }, h("span", { "aria-hidden": "true" }, symbol), words ?? text);
}

/** How a challenger stands: its verdict, by which look, and whether people override. */
export const standing = (one) => h("span", {}, one.verdict ? badge(one.verdict === "passed" ? "pass" : one.verdict) : badge("waiting", "not judged"), one.look ? h("span", { class: "small muted nowrap" }, ` look ${one.look} of ${one.looks}`) : null, one.override ? [" ", badge("override", `override ${one.override}`)] : null);

/** A titled block; `extra` stands beside the title, `note` below it. */
export function card(title, { width = 12, extra, note } = {}, ...body) {
  return h("section", { class: `card w${width}` }, h("header", {}, h("h2", {}, title), extra, note && h("p", { class: "small" }, note)), ...body);
}
/** What to do next where there is nothing to show. */
export function empty(what, next, command) {
  return h("div", { class: "empty" }, h("strong", {}, what), next && h("span", {}, next), command && typed(command));
}
/** A command to type, with a button that copies it. A page that may not copy selects it instead. */
export function typed(command) {
  const code = h("code", {}, command), button = h("button", { class: "quiet", type: "button", "aria-label": `Copy ${command}`, onclick: copy }, "Copy");
  const told = h("span", { role: "status", class: "small muted" });
  async function copy() {
    try {
      await navigator.clipboard.writeText(command);
      told.textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(code);
      told.textContent = "Selected.";
    }
  }
  return h("span", { class: "typed" }, code, button, told);
}
export const fault = (sentence) => h("div", { class: "fault", role: "alert" }, h("span", { "aria-hidden": "true" }, "✕"), h("span", {}, sentence));

/** Rows under heads. A column is {head, cell(row), num}; `on(row)` marks the chosen one. */
export function table(caption, columns, rows, { on, tall } = {}) {
  const head = columns.map((column) => h("th", { scope: "col", class: column.num ? "num" : null }, column.head));
  const line = (row) => h("tr", on?.(row) ? { class: "on", "aria-current": "true" } : {}, columns.map((column) => h("td", { class: column.num ? "num" : null }, column.cell(row))));
  return scroll(caption, h("table", {}, h("caption", { class: "sr" }, caption), h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows.map(line))), tall);
}
/** A region that scrolls by itself, by keyboard too. */
export const scroll = (label, inner, tall) => h("div", { class: `scroll${tall ? " tall" : ""}`, tabindex: "0", role: "region", "aria-label": label }, inner);

/** Facts as name and value. */
export const facts = (pairs, big) => h("dl", { class: `facts` }, pairs.filter(Boolean).map(([name, value]) => h("div", { class: big ? "big" : null }, h("dt", {}, name), h("dd", {}, value ?? "–"))));

/** A choice; `change` gets the new value. */
export function choose(label, options, value, change, id) {
  const list = options.map((one) => (typeof one === "string" ? [one, one] : one));
  const select = h("select", { id, onchange: (event) => change(event.target.value) }, list.map(([key, text]) => h("option", { value: key, selected: String(key) === String(value) }, text)));
  return h("label", {}, label, select);
}
export const link = (href, text, props = {}) => h("a", { href, ...props }, text);
