// What serves where, on which certificate, what waits for approval, and how to go back.

import { confirm } from "./dashboard-dialog.js";
import { badge, card, empty, facts, h, link, num, plural, short, standing, table, when } from "./dashboard-dom.js";

export function releases(data, tools) {
  return [environments(data, tools), approvals(data, tools), h("div", { class: "cols" }, generations(data, tools), certificates(data, tools))].flat().filter(Boolean);
}

function environments(data, tools) {
  if (!data.environments.some((one) => one.current)) return card("Environments", {}, empty(`Nothing serves ${data.scenario} yet.`, "The first model that passes its gate does. Drop labelled data:", `mlops drop ${data.scenario} FILE --wait`));
  const one = (place) => h("div", { class: "env" }, h("div", { class: "buttons" }, h("h3", {}, place.name), place.last ? h("span", { class: "badge" }, "answers callers") : null, place.approval ? h("span", { class: "badge" }, "needs approval") : null),
    place.current ? [h("div", { class: "buttons" }, badge("serving", place.current.model), h("span", { class: "small muted" }, `generation ${place.current.generation}`), place.current.override ? badge("override") : null), h("p", { class: "small muted" }, "since ", when(place.current.at), ` by ${place.current.by}`)] : h("p", { class: "muted" }, "Nothing serves here yet."),
    place.rollout ? rollout(place.rollout) : null, place.health.length ? health(place.health) : null);
  const challenger = data.challenger ? h("p", {}, "Challenger: ", h("b", {}, data.challenger.model), " ", standing(data.challenger), h("span", { class: "small muted" }, ` ${num(data.challenger.looks_spent)} of ${num(data.challenger.looks)} looks of this generation are spent.`)) : null;
  return card("Environments", { extra: rollback(data, tools) }, h("div", { class: "envs" }, data.environments.map(one)), challenger, h("div", { class: "gap" }), data.rollouts.length ? changes(data.rollouts) : null, data.rollback.reason ? h("p", { class: "small muted" }, `No rollback: ${data.rollback.reason}`) : null);
}

const rollout = (one) => h("div", {}, h("p", {}, badge(one.state), ` ${one.model}, ${one.share ? `${num(one.share)} % of requests` : "answers are compared, not returned"}`), h("p", { class: "small muted" }, one.reason));
const changes = (rows) => h("details", {}, h("summary", {}, `Rollout: ${plural(rows.length, "change")}`), table("Rollout", [
  { head: "№", num: true, cell: (one) => num(one.number) }, { head: "Version", cell: (one) => one.model }, { head: "State", cell: (one) => [badge(one.state), one.share ? ` ${num(one.share)} %` : ""] },
  { head: "When", cell: (one) => when(one.at) }, { head: "Why", cell: (one) => h("p", { class: "reason" }, `${one.by}: ${one.reason}`) },
], rows, { tall: true }));
const health = (rows) => table("Health of the last minutes", [
  { head: "Version", cell: (one) => `${one.role} ${one.version}` }, { head: "Requests", num: true, cell: (one) => num(one.requests) }, { head: "Errors", num: true, cell: (one) => num(one.errors) },
], rows);

function rollback(data, tools) {
  const reason = tools.frozen ? "An export cannot act." : data.rollback.reason;
  const { to, takes_out: trial } = data.rollback;
  const words = trial ? `↩ Take out ${trial}` : to ? `↩ Roll back to ${to}` : "↩ Roll back";
  const consequence = trial ? `${trial} leaves the rollout; ${to} answers alone.` : `${data.current?.model}:${data.current?.version} stops serving; ${to} serves again as generation ${data.current?.generation + 1}.`;
  return h("button", { type: "button", class: reason ? null : "danger", id: "rollback", disabled: Boolean(reason), title: reason || null, onclick: (event) => confirm(event.currentTarget, {
    title: trial ? `Take ${trial} out` : `Roll ${data.scenario} back`, body: [h("p", {}, `${consequence} Real-time answers and the next windows use it at once.`), data.rollback.note ? h("p", {}, data.rollback.note) : null],
    say: trial ? "Take out" : "Roll back", danger: true, route: `deployments/${data.scenario}/rollback`, extra: data.rollback.seen, done: "Done.", tools,
  }) }, words);
}

function approvals(data, tools) {
  const open = data.approvals.filter((one) => one.state === "open");
  const past = data.approvals.filter((one) => one.state !== "open");
  if (!data.approvals.length) return null;
  return card("Approvals", { extra: open.length ? badge("open", `${open.length} waiting`) : null }, h("div", { class: "stack" }, open.map((one) => request(one, tools))), past.length ? h("details", { open: !open.length }, h("summary", {}, "Decided requests"), decided(past)) : null);
}

const request = (one, tools) => h("div", { class: "env" }, h("div", { class: "buttons" }, badge("open", `waits for approval`), h("b", {}, `${one.model} → ${one.environment}`)),
  h("p", { class: "small muted" }, `requested by ${one.requested_by}, `, when(one.requested_at), "; expires ", when(one.expires)), h("p", {}, one.why), decisions(one, tools));

/** Buttons to approve and to reject; each shows the certificate first. */
export function decisions(one, tools) {
  const why = tools.frozen ? "An export cannot act." : one.intact ? "" : "The certificate is not the one this request was made for.";
  const buttons = ["approve", "reject"].map((what) => h("button", { type: "button", id: `${what}-${one.id}`, class: what === "approve" ? "primary" : "danger", disabled: Boolean(why), title: why || null, onclick: (event) => confirm(event.currentTarget, {
    title: `${what === "approve" ? "Approve" : "Reject"} ${one.model} for ${one.environment}`, body: certificateOf(one), say: what === "approve" ? "Approve" : "Reject", danger: what !== "approve",
    route: `approvals/${one.id}`, extra: { decision: what, certificate: one.certificate, environment: one.environment, sha256: one.sha256, nonce: one.nonce }, done: `${what === "approve" ? "Approved" : "Rejected"}.`, tools, person: true,
  }) }, what === "approve" ? "✓ Approve …" : "⊘ Reject …"));
  return h("div", { class: "buttons whole" }, buttons, why ? h("span", { class: "small muted" }, why) : null);
}

const certificateOf = (one) => [facts([["Model", one.model], ["Content", h("code", { title: one.sha256 }, short(one.sha256))], ["Certificate", h("code", { title: one.certificate }, short(one.certificate))], ["Environment", one.environment]]), one.checks?.length ? checks(one.checks) : null];

const decided = (rows) => table("Decided requests", [
  { head: "Request", cell: (one) => `${one.model} → ${one.environment}` }, { head: "State", cell: (one) => badge(one.state) }, { head: "By", cell: (one) => one.decided_by || "–" },
  { head: "When", cell: (one) => when(one.decided_at) }, { head: "Reason", cell: (one) => h("p", { class: "reason" }, one.reason || "–") },
], rows);

function generations(data, tools) {
  const one = (each, at) => h("li", { class: at === 0 ? "on" : null }, h("b", { class: "nowrap" }, `№ ${each.generation}`), h("span", {}, link(tools.href("models", { version: each.version }), each.model), at === 0 ? [" ", badge("serving")] : null, each.override ? [" ", badge("override")] : null, each.restores ? h("span", { class: "small muted" }, ` ↩ № ${each.restores}`) : null), h("span", { class: "small muted" }, when(each.at)), h("p", { class: "why" }, `${each.by}: ${each.reason}`));
  const body = data.generations.length ? h("ol", { class: "timeline" }, data.generations.map(one)) : empty("No generation yet.");
  return card("Generations", { width: 4, note: data.total > data.generations.length ? `The newest ${data.generations.length} of ${num(data.total)}.` : "Newest first; numbers have no gaps." }, body);
}

function certificates(data, tools) {
  if (!data.certificates.length) return card("Gate certificates", { width: 8 }, empty("No model has been judged yet."));
  const chosen = data.certificates.find((one) => String(one.version) === tools.asked.version) ?? data.certificates[0];
  const columns = [
    { head: "Model", cell: (one) => link(tools.href("releases", { version: one.version }), one.model, { class: "nowrap" }) },
    { head: "Verdict", cell: (one) => (one.passed === null ? badge("waiting", "not judged") : one.passed ? badge("pass") : badge(one.verdict)) },
    { head: "Why", cell: (one) => h("p", { class: "reason" }, one.reason) },
  ];
  return card("Gate certificates", { width: 8 }, table("Certificates", columns, data.certificates, { on: (one) => one === chosen, tall: true }), h("div", { class: "gap" }),
    h("h3", {}, `Checks of ${chosen.model} `, h("code", { title: chosen.sha256, class: "muted" }, short(chosen.sha256))), chosen.checks.length ? checks(chosen.checks) : h("p", { class: "muted" }, chosen.reason));
}

const checks = (list) => table("Checks", [
  { head: "Check", cell: (one) => h("b", {}, one.name.replaceAll("_", " ")) }, { head: "Verdict", cell: (one) => badge(one.verdict) },
  { head: "Value", num: true, cell: (one) => formatted(one.value) }, { head: "Needed", num: true, cell: (one) => formatted(one.threshold) }, { head: "Reason", cell: (one) => h("p", { class: "reason" }, one.reason) },
], list);
const formatted = (value) => (typeof value === "string" ? h("span", { class: "small", title: value }, short(value, 22)) : num(value, 4));
