// Why something did or did not happen.

import { badge, card, choose, empty, h, plural, when } from "./dashboard-dom.js";

export function history(data, tools) {
  const field = h("input", { id: "why", type: "search", value: data.why, placeholder: "a file, drop, dataset, run, model or window", size: 36, "aria-label": "Search the journal" });
  const search = (event) => {
    event.preventDefault();
    tools.ask({ why: field.value.trim(), ...FIRST });
  };
  const form = h("form", { class: "buttons", role: "search", onsubmit: search }, field, h("button", { class: "primary", type: "submit" }, "Why?"), data.why ? h("button", { type: "button", onclick: () => tools.ask({ why: "", ...FIRST }) }, "Show everything") : null);
  return [card("Journal", { note: data.lines.length ? note(data, tools) : null }, form, h("div", { class: "gap" }), filters(data, tools), h("div", { class: "gap" }), data.lines.length ? h("ul", { class: "list" }, data.lines.map((one) => line(one, tools))) : nothing(data, tools), pager(data, tools))];
}

// A search and a filter begin with the newest lines.
const FIRST = { before: "", skip: "" };

function filters(data, tools) {
  const one = (label, name, options) => choose(label, [["", "all"], ...options.map((option) => [option, option.replaceAll("_", " ")])], tools.asked[name] ?? "", (value) => tools.ask({ [name]: value, ...FIRST }), `${name}-choice`);
  return tools.frozen ? null : h("div", { class: "buttons" }, one("Scenario", "only", data.scenarios), one("Kind", "kind", data.kinds), one("State", "state", data.states));
}

function note(data, tools) {
  if (data.why) return `${plural(data.total, "line")} about “${data.why}”, oldest first${data.total > data.lines.length ? `; the last ${data.lines.length} are shown` : ""}.`;
  return `${plural(data.lines.length, "ending")}, newest first${tools.asked.before ? `, from ${tools.asked.before.slice(0, 16).replace("T", " ")} UTC back` : ""}; a search shows every step.`;
}

function nothing(data, tools) {
  if (data.why) return empty(`Nothing is known about “${data.why}”.`, "No event, file, drop, dataset, run, model or window has it in its name.");
  if (["only", "kind", "state", "before"].some((name) => tools.asked[name])) return empty("No line fits.", "Choose another scenario, kind or state.");
  return empty("The journal is empty.", "It fills as soon as the first file lands.");
}

const line = (one, tools) => h("li", {}, ended(one), h("span", { class: "what" }, h("span", { class: "muted" }, `${one.kind} `), h("a", { href: tools.href("history", { why: subject(one.key) }), class: "mono" }, one.key)), h("span", { class: "small muted" }, when(one.at)),
  h("p", { class: "why" }, one.reason, one.repeats ? ` ${plural(one.repeats, "later copy", "later copies")} dismissed as ${one.repeats === 1 ? "a duplicate" : "duplicates"}.` : "", one.attempts > 1 ? ` Attempt ${one.attempts}.` : ""));

/** A breach that is noted is not something done well: it is open until it is resolved. */
function ended(one) {
  if (one.kind !== "breach" || one.state !== "done") return badge(one.state);
  return one.reason.startsWith("Resolved:") ? badge("closed", "resolved") : badge("open", "opened");
}

function pager(data, tools) {
  if (tools.frozen || (!data.next && !tools.asked.before)) return null;
  return h("div", { class: "buttons pager" }, tools.asked.before ? h("button", { type: "button", id: "newest", onclick: () => tools.ask(FIRST) }, "⇤ Newest") : null, data.next ? h("button", { type: "button", id: "older", onclick: () => tools.ask(data.next) }, "Older →") : h("span", { class: "small muted" }, "No older lines."));
}

const subject = (key) => key.replace(/@.*$/, "");
