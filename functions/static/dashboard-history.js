// Why something did or did not happen.

import { badge, card, empty, h, plural, table, when } from "./dashboard-dom.js";

export function history(data, tools) {
  const field = h("input", { id: "why", type: "search", value: data.why, placeholder: "a file, drop, dataset, run, model or window", size: 36, "aria-label": "Search the journal" });
  const search = (event) => {
    event.preventDefault();
    tools.ask({ why: field.value.trim(), limit: "" });
  };
  const form = h("form", { class: "buttons", role: "search", onsubmit: search }, field, h("button", { class: "primary", type: "submit" }, "Why?"), data.why ? h("button", { type: "button", onclick: () => tools.ask({ why: "" }) }, "Show everything") : null);
  const columns = [
    { head: "When", cell: (one) => when(one.at) },
    { head: "State", cell: (one) => badge(one.state) },
    { head: "What", cell: (one) => [h("span", { class: "small muted" }, one.kind), h("br"), h("a", { href: tools.href("history", { why: subject(one.key) }), class: "mono" }, one.key)] },
    { head: "Why", cell: (one) => [h("p", { class: "reason" }, one.reason), one.repeats ? h("p", { class: "small muted" }, `${plural(one.repeats, "later copy", "later copies")} dismissed as duplicates`) : null, one.attempts > 1 ? h("p", { class: "small muted" }, `attempt ${one.attempts}`) : null] },
  ];
  const told = data.why ? `${plural(data.total, "line")} about “${data.why}”, oldest first${data.total > data.lines.length ? `; the last ${data.lines.length} are shown` : ""}.` : `The newest ${data.lines.length} lines, newest first.`;
  const nothing = data.why ? empty(`Nothing is known about “${data.why}”.`, "No event, file, drop, dataset, run, model or window has it in its name.") : empty("The journal is empty.", "It fills as soon as the first file lands.");
  return [card("Journal", { note: data.lines.length ? told : null }, form, h("div", { class: "gap" }), data.lines.length ? table("Journal", columns, data.lines) : nothing)];
}

const subject = (key) => key.replace(/@.*$/, "");
