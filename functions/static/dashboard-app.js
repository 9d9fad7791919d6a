// The frame: sign-in, navigation, scenario, theme, and drawing the page that the address names.

import { EXPORT, Refused, borrow, exchange, forget, hasKey, json, keep } from "./dashboard-api.js";
import { dispose } from "./dashboard-charts.js";
import { choose, fault, h, s } from "./dashboard-dom.js";
import { PAGES, TICK } from "./dashboard-pages.js";

const EVERY = 15000;
const app = document.getElementById("app");
const view = { page: "", asked: {}, seen: "", live: !EXPORT, turn: 0, scenarios: [], due: 0, every: EVERY };

/** What the address says: `#/models?scenario=x&version=3`. */
function read() {
  const [, page = "overview", query = ""] = /^#\/([a-z]*)\??(.*)$/.exec(location.hash) ?? [];
  return { page: page in PAGES ? page : "overview", asked: Object.fromEntries(new URLSearchParams(query)) };
}
/** The address of a page; the scenario stays unless it is named. */
export function href(page, asked = {}) {
  const scenario = asked.scenario ?? view.asked.scenario;
  const pairs = Object.entries({ ...asked, scenario }).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const query = new URLSearchParams(pairs).toString();
  return `#/${page}${query ? `?${query}` : ""}`;
}
/** Go to the same page with other parameters. */
export const ask = (changes) => { location.hash = href(view.page, { ...view.asked, ...changes }); };
/** Say something to whoever does not see the page change. */
export const announce = (text) => { document.getElementById("announce").textContent = text; };

function signIn(problem = "") {
  view.page = "";
  const field = h("input", { id: "key", type: "password", autocomplete: "off", required: true, "aria-describedby": "key-note", spellcheck: "false" });
  const notice = h("div", {}, problem ? fault(problem) : null);
  const enter = async (event) => {
    event.preventDefault();
    const key = field.value.trim();
    try {
      await json("overview", {}, key);
      keep(key);
      start();
    } catch (error) {
      notice.replaceChildren(fault(error.message));
      field.focus();
    }
  };
  document.title = "Sign in · MLOps";
  app.replaceChildren(h("main", { id: "main", class: "signin" }, h("form", { class: "card", onsubmit: enter },
    h("div", { class: "brand" }, mark(), "MLOps"), h("h1", {}, "Sign in"), notice,
    h("div", { class: "field" }, h("label", { for: "key" }, "Function key"), field,
      h("p", { class: "small muted", id: "key-note" }, "One of scope operate or approve. On this machine ", h("code", {}, "mlops dashboard --open"), " signs in by itself, and ", h("code", {}, "mlops keys list --reveal"), " shows the key; in Azure it stands under App keys of the function app. It stays in this tab and is forgotten when the tab closes.")),
    h("button", { class: "primary", type: "submit" }, "Open the dashboard"))));
  field.focus();
}

const mark = () => s("svg", { width: 24, height: 24, viewBox: "0 0 32 32", "aria-hidden": "true" }, s("rect", { width: 32, height: 32, rx: 8, fill: "#2f5fd0" }), s("path", { d: "M9 16a7 7 0 0 1 12-5l2-2v7h-7l2.600-2.600A4.600 4.600 0 0 0 11.400 16zm14 0a7 7 0 0 1-12 5l-2 2v-7h7l-2.600 2.600a4.600 4.600 0 0 0 7.200-2.600z", fill: "#fff" }));

function nav() {
  const one = ([name, page]) => h("li", {}, h("a", { href: href(name), "data-page": name }, s("svg", { viewBox: "0 0 16 16", fill: "none", stroke: "currentColor", "stroke-width": 1.5, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" }, s("path", { d: page.icon })), page.title));
  return h("nav", { "aria-label": "Pages" }, h("ul", { class: "nav" }, Object.entries(PAGES).filter(([, page]) => page.icon).map(one)));
}

function theme() {
  const dark = () => document.documentElement.dataset.theme === "dark" || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  const button = h("button", { class: "quiet", type: "button", onclick: () => {
    const next = dark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try { localStorage.setItem("mlops.theme", next); } catch { /* Not kept, then. */ }
    label();
    draw(true);
  } });
  const label = () => button.replaceChildren(dark() ? "☀ Light" : "☾ Dark");
  label();
  return button;
}

function frame() {
  const leave = () => { forget(); signIn(); };
  const side = h("header", { class: "side" }, h("a", { class: "brand", href: "#/overview" }, mark(), "MLOps"), nav(),
    h("div", { class: "side-end" }, theme(), EXPORT ? null : h("button", { class: "quiet", type: "button", onclick: leave }, "Sign out")));
  const live = h("button", { class: "quiet", type: "button", id: "live", "aria-pressed": String(view.live), title: `Asks again every ${EVERY / 1000} seconds`, onclick: (event) => {
    view.live = !view.live;
    event.currentTarget.setAttribute("aria-pressed", String(view.live));
    event.currentTarget.textContent = view.live ? "● Live" : "○ Paused";
  } }, view.live ? "● Live" : "○ Paused");
  const status = EXPORT ? h("span", { class: "badge" }, `Export of ${EXPORT.at.slice(0, 16).replace("T", " ")} UTC`) : [live, h("button", { class: "quiet", type: "button", "aria-label": "Refresh", onclick: () => draw(true) }, "↻", h("span", { class: "wide" }, "Refresh"))];
  const main = h("main", { id: "main", class: "main", tabindex: "-1" },
    h("div", { class: "top" }, h("div", { class: "top-title" }, h("h1", { id: "title" }), h("p", { id: "lead" })), h("div", { class: "controls", id: "controls" }, h("span", { id: "scenario" }), status)),
    h("div", { id: "body", class: "pagebody" }));
  app.replaceChildren(h("div", { class: "frame" }, side, main));
}

function titled(page) {
  document.title = `${page.title} · MLOps`;
  document.getElementById("title").textContent = page.title;
  document.getElementById("lead").textContent = page.lead;
  for (const anchor of document.querySelectorAll(".nav a")) {
    anchor.setAttribute("href", href(anchor.dataset.page));
    if (anchor.dataset.page === (page.under ?? view.page)) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
  }
  document.querySelector('.nav [aria-current="page"]')?.scrollIntoView({ block: "nearest", inline: "nearest" });
  const place = document.getElementById("scenario");
  if (!page.asks.includes("scenario")) place.replaceChildren();
  else if (place.firstChild === null || place.dataset.of !== view.asked.scenario) {
    place.dataset.of = view.asked.scenario;
    place.replaceChildren(choose("Scenario", view.scenarios, view.asked.scenario, (scenario) => { location.hash = href(view.page, { scenario }); }, "scenario-choice"));
  }
}

/** Ask for the page's data and draw it; `again` draws although nothing has changed. */
async function draw(again = false) {
  const turn = (view.turn += 1);
  view.due = Date.now() + view.every;
  const page = PAGES[view.page];
  const body = document.getElementById("body");
  if (!body) return;
  const asked = Object.fromEntries(page.asks.map((name) => [name, view.asked[name]]));
  try {
    const data = await json(view.page, asked);
    if (turn !== view.turn) return;
    view.every = page.every?.(data) || EVERY;
    const text = JSON.stringify({ ...data, now: undefined });
    if (again || text !== view.seen) paint(page, data, body);
    view.seen = text;
  } catch (error) {
    if (turn !== view.turn) return;
    if (error instanceof Refused) {
      forget();
      signIn(error.message);
      return;
    }
    view.seen = "";
    dispose();
    body.classList.remove("loading");
    body.replaceChildren(fault(error.message));
    body.dataset.drawn = location.hash;
  }
}

function paint(page, data, body) {
  const held = document.activeElement?.id && body.contains(document.activeElement) ? document.activeElement.id : "";
  dispose();
  body.classList.remove("loading");
  body.replaceChildren(...[page.draw(data, { ask, href, asked: view.asked, redraw: () => draw(true), announce, frozen: EXPORT !== null })].flat());
  body.dataset.drawn = location.hash;
  if (held) document.getElementById(held)?.focus();
}

function moved() {
  if (!hasKey() || !document.getElementById("body")) return;
  const { page, asked } = read();
  const other = page !== view.page;
  Object.assign(view, { page, asked: { ...asked, scenario: asked.scenario ?? view.asked.scenario ?? view.scenarios[0] }, seen: "" });
  const body = document.getElementById("body");
  delete body.dataset.drawn;
  titled(PAGES[page]);
  if (other) {
    body.replaceChildren(h("p", { class: "muted" }, "Loading …"));
    scrollTo(0, 0);
    announce(`${PAGES[page].title}`);
  } else body.classList.add("loading");
  draw(true);
}

async function start() {
  const [, token] = /^#sign-in=(.+)$/.exec(location.hash) ?? [];
  if (token) {
    // Neither the address nor the history of the browser keeps the token.
    window.history.replaceState(null, "", `${location.pathname}#/overview`);
    try {
      await exchange(token);
    } catch (error) {
      signIn(error.message);
      return;
    }
  }
  if (!hasKey()) await borrow();
  if (!hasKey()) {
    signIn();
    return;
  }
  try {
    const first = await json("overview");
    view.scenarios = first.scenarios.map((one) => one.name);
  } catch (error) {
    if (error instanceof Refused) forget();
    signIn(error.message);
    return;
  }
  frame();
  view.page = "";
  moved();
}

addEventListener("hashchange", moved);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw(true));
const resting = () => document.visibilityState === "visible" && !document.querySelector("dialog[open]") && !["INPUT", "SELECT", "TEXTAREA"].includes(document.activeElement?.tagName);
setInterval(() => { if (view.live && view.page && resting() && Date.now() + TICK / 2 > view.due) draw(); }, TICK);
document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); document.getElementById("main")?.focus(); });
start();
