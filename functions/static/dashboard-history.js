// Why something did or did not happen.

import { badge, card, empty, h, plural, when } from "./dashboard-dom.js";

export function history(data, tools) {
  const field = h("input", { id: "why", type: "search", value: data.why, placeholder: "a file, drop, dataset, run, model or window", size: 36, "aria-label": "Search the journal" });
  const search = (event) => {
    event.preventDefault();
    tools.ask({ why: field.value.trim(), limit: "" });
  };
  const form = h("form", { class: "buttons", role: "search", onsubmit: search }, field, h("button", { class: "primary", type: "submit" }, "Why?"), data.why ? h("button", { type: "button", onclick: () => tools.ask({ why: "" }) }, "Show everything") : null);
  const line = (one) => h("li", {}, badge(one.state), h("span", { class: "what" }, h("span", { class: "muted" }, `${one.kind} `), h("a", { href: tools.href("history", { why: subject(one.key) }), class: "mono" }, one.key)), h("span", { class: "small muted" }, when(one.at)),
    h("p", { class: "why" }, one.reason, one.repeats ? ` ${plural(one.repeats, "later copy", "later copies")} dismissed as duplicates.` : "", one.attempts > 1 ? ` Attempt ${one.attempts}.` : ""));
  const note = data.why ? `${plural(data.total, "line")} about “${data.why}”, oldest first${data.total > data.lines.length ? `; the last ${data.lines.length} are shown` : ""}.` : `The newest ${data.lines.length} endings, newest first; a search shows every step.`;
  const nothing = data.why ? empty(`Nothing is known about “${data.why}”.`, "No event, file, drop, dataset, run, model or window has it in its name.") : empty("The journal is empty.", "It fills as soon as the first file lands.");
  return [card("Journal", { note: data.lines.length ? note : null }, form, h("div", { class: "gap" }), data.lines.length ? h("ul", { class: "list" }, data.lines.map(line)) : nothing)];
}

const subject = (key) => key.replace(/@.*$/, "");
