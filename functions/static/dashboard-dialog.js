// A form that asks who acts and why, sends it, and says in place what is wrong.

import { Refused, act, mayAct } from "./dashboard-api.js";
import { fault, h } from "./dashboard-dom.js";

/**
 * Ask in a dialog, then POST to `route`. `person` asks for a key of scope approve; a key that turns out to be of
 * another scope may be replaced for this one act.
 */
export function confirm(opener, { title, body, say, danger, route, extra = {}, done, tools, person, anonymous }) {
  const needed = person ? "approve" : "operate";
  const name = person ? "approver-key" : "operator-key";
  const key = h("input", { id: name, type: "password", required: true, autocomplete: "off" });
  const keyField = h("div", { class: "field" }, h("label", { for: name }, `Key of scope ${needed}`), key, h("p", { class: "small muted" }, "Used for this decision only and kept nowhere."));
  const by = h("input", { id: "by", required: true, autocomplete: "name" });
  const reason = h("input", { id: "reason", required: true, autocomplete: "off" });
  const problem = h("div");
  const dialog = h("dialog", { "aria-label": title });
  const send = h("button", { type: "submit", class: danger ? "danger" : "primary" }, say);
  const place = h("div", {}, person || !mayAct() ? keyField : null);
  const submit = async (event) => {
    event.preventDefault();
    send.disabled = true;
    try {
      await act(route, { ...(anonymous ? {} : { by: by.value.trim(), reason: reason.value.trim() }), ...extra }, key.isConnected ? key.value.trim() : "");
      dialog.close();
      tools.announce(done);
      tools.redraw();
    } catch (error) {
      problem.replaceChildren(fault(error.message));
      send.disabled = false;
      if (error instanceof Refused && !key.isConnected) {
        place.append(keyField);
        key.focus();
      }
    }
  };
  const asked = anonymous ? null : [h("div", { class: "field" }, h("label", { for: "by" }, "Who decides this"), by), h("div", { class: "field" }, h("label", { for: "reason" }, "Reason"), reason)];
  dialog.append(h("form", { onsubmit: submit }, h("h2", {}, title), body, problem, asked, place,
    h("div", { class: "buttons" }, send, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"))));
  dialog.addEventListener("close", () => { dialog.remove(); document.getElementById(opener.id)?.focus(); });
  document.body.append(dialog);
  dialog.showModal();
}

/** A button that opens such a dialog; in an export it is there and says that it cannot act. */
export const acts = (id, words, tools, asked, danger) => h("button", { type: "button", id, class: danger ? "danger" : null, disabled: tools.frozen, title: tools.frozen ? "An export cannot act." : null, onclick: (event) => confirm(event.currentTarget, { ...asked, danger, tools }) }, words);

/** Make a dataset version the baseline. */
export const accept = (scenario, dataset, tools) => acts(`accept-${scenario}`, "✓ Accept as baseline …", tools, { title: `Accept ${dataset} as baseline of ${scenario}`, body: h("p", {}, "Every later dataset version is compared with it. Earlier baselines are kept by their numbers."), say: "Accept", route: `baselines/${scenario}`, extra: { dataset }, done: "Accepted." });
