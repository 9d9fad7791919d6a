// Asking for data: the key stays in this tab's session and goes out as a header, never in an address.

const KEY = "mlops.key";
// Whether this key was refused when it was to change something: it is one of approvers, who look.
const LOOKS = "mlops.looks";
const exported = document.getElementById("export-data");
/** The data of an exported page, or null for the live one. */
export const EXPORT = exported ? JSON.parse(exported.textContent) : null;
const base = "dashboard/";

export class Refused extends Error {}

/** The key of this tab; empty before it has one. */
export const ownKey = () => sessionStorage.getItem(KEY) || "";
export const hasKey = () => EXPORT !== null || Boolean(ownKey());
export const keep = (key) => sessionStorage.setItem(KEY, key);
export const forget = () => [KEY, LOOKS].forEach((name) => sessionStorage.removeItem(name));
export const mayAct = () => EXPORT === null && !sessionStorage.getItem(LOOKS);

// Tabs of one browser lend each other the key: what is opened in a new tab needs no other sign-in.
const tabs = EXPORT || !("BroadcastChannel" in window) ? null : new BroadcastChannel("mlops.dashboard");
const WAIT = 200;
tabs?.addEventListener("message", ({ data }) => { if (data === "ask" && ownKey()) tabs.postMessage({ key: ownKey() }); });

/** Take the key of another open tab, if there is one. */
export function borrow() {
  if (!tabs) return Promise.resolve();
  return new Promise((done) => {
    const timer = setTimeout(done, WAIT);
    tabs.addEventListener("message", ({ data }) => {
      if (!data?.key || hasKey()) return;
      keep(data.key);
      clearTimeout(timer);
      done();
    });
    tabs.postMessage("ask");
  });
}

/** Exchange the one-time token of `mlops dashboard --open` for the key; only the host of a laptop takes it. */
export async function exchange(token) {
  try {
    const answer = await fetch("/runtime/dashboard/sign-in", { method: "POST", cache: "no-store", headers: { "content-type": "application/json" }, body: JSON.stringify({ token }) });
    if (!answer.ok) throw new Error((await answer.text()) || "The link is not accepted.");
    keep((await answer.json()).key);
  } catch (error) {
    throw new Error(error instanceof TypeError ? "The function app does not answer; is it running?" : error.message);
  }
}

const given = (asked) => Object.entries(asked ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== "").map(([key, value]) => [key, String(value)]);

/** The address of a page's data, empty parameters left out. */
export function address(page, asked) {
  const query = new URLSearchParams(given(asked)).toString();
  return query ? `${page}?${query}` : page;
}

/** Under which name an export keeps the answer to a question. */
const kept = (page, asked) => JSON.stringify([page, ...given(asked).sort(([a], [b]) => (a < b ? -1 : 1))]);

/** The text behind an address; Error with one sentence, Refused when the key is not accepted. */
export async function text(page, asked, key = ownKey()) {
  if (EXPORT) {
    const where = kept(page, asked);
    if (!(where in EXPORT.pages)) throw new Error("This is not part of the export; open the live dashboard to see it.");
    const found = EXPORT.pages[where];
    return typeof found === "string" ? found : JSON.stringify(found);
  }
  return sent(base + address(page, asked), { headers: { "x-functions-key": key } });
}
export const json = async (page, asked, key) => JSON.parse(await text(page, asked, key));

/** Do something: POST a JSON body to a route under the prefix, with the session's key unless another is given. */
export async function act(route, body, key) {
  if (EXPORT) throw new Error("An export cannot act.");
  const headers = { "x-functions-key": key || ownKey(), "content-type": "application/json" };
  try {
    const answer = await sent(route, { method: "POST", headers, body: JSON.stringify(body) });
    return answer ? JSON.parse(answer) : {};
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (!key) sessionStorage.setItem(LOOKS, "1");
    throw new Refused("The key is not accepted here: it is wrong, or its scope is another.");
  }
}

async function sent(where, options) {
  let answer;
  try {
    answer = await fetch(where, { cache: "no-store", ...options });
  } catch {
    throw new Error("The function app does not answer; is it running?");
  }
  const content = await answer.text();
  if (answer.ok) return content;
  // The host does not tell a wrong key from one of another scope.
  if (answer.status === 404 && !content.trimStart().startsWith("{")) throw new Error(`This function app does not serve ${where}. In Azure the app named func-ingest… does.`);
  if (answer.status === 401) throw new Refused("The key is not accepted: it is wrong, or its scope is another; needed: operate or approve.");
  throw new Error(sentence(content, answer.status));
}

function sentence(content, status) {
  try {
    const problem = JSON.parse(content);
    return problem.detail ?? problem.title ?? problem.message ?? `The function app answered ${status}.`;
  } catch {
    return content.trim().slice(0, 300) || `The function app answered ${status}.`;
  }
}

/** Hand a text to the browser as a file. */
export function download(name, content, kind) {
  const place = URL.createObjectURL(new Blob([content], { type: kind }));
  const anchor = Object.assign(document.createElement("a"), { href: place, download: name });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(place), 1000);
}
