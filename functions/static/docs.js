// The API's description as a page: it asks for a key unless a tab of the dashboard has one.

import { borrow, forget, hasKey, keep, ownKey } from "./dashboard-api.js";

const PER_SCENARIO = /^\/(score|actuals)\/([A-Za-z0-9_]+)$/;
const form = document.getElementById("ask");
const said = document.getElementById("said");
const field = document.getElementById("key");

/** The description with one entry per route: what differs by scenario becomes a parameter, and a choice of bodies. */
export function folded(spec) {
  const paths = {};
  for (const [path, operations] of Object.entries(spec.paths)) {
    const [, route, scenario] = PER_SCENARIO.exec(path) ?? [];
    if (!route) paths[path] = operations;
    else for (const [method, operation] of Object.entries(operations)) fold(paths, route, scenario, method, operation);
  }
  return { ...spec, paths };
}

function fold(paths, route, scenario, method, operation) {
  const place = (paths[`/${route}/{scenario}`] ??= {});
  if (!place[method]) {
    const parameter = { name: "scenario", in: "path", required: true, description: "Each has a body of its own.", schema: { type: "string", enum: [] } };
    place[method] = { ...structuredClone(operation), operationId: route, summary: operation.summary?.split(": ").at(-1), parameters: [parameter, ...(operation.parameters ?? [])] };
    for (const content of contents(place[method])) {
      content.schema = { oneOf: [] };
      delete content.example;
    }
  }
  place[method].parameters[0].schema.enum.push(scenario);
  const own = contents(operation);
  contents(place[method]).forEach((content, at) => {
    if (!own[at]) return;
    content.schema.oneOf.push(own[at].schema);
    if (own[at].example !== undefined) (content.examples ??= {})[scenario] = { summary: scenario, value: own[at].example };
  });
}

/** The bodies of the request and of the answer that is no refusal. */
function contents(operation) {
  const answers = Object.entries(operation.responses ?? {}).filter(([status]) => status.startsWith("2")).map(([, answer]) => answer);
  return [operation.requestBody, ...answers].flatMap((one) => Object.values(one?.content ?? {}));
}

async function show() {
  const key = ownKey();
  try {
    const answer = await fetch("openapi.json", { headers: { "x-functions-key": key } });
    if (!answer.ok) throw new Error(answer.status === 401 ? "This is no valid key." : `The answer was ${answer.status}.`);
    const spec = folded(await answer.json());
    said.className = "";
    said.textContent = "Requests you try below are sent with this key.";
    SwaggerUIBundle({ spec, dom_id: "#api", validatorUrl: null, docExpansion: "list", defaultModelsExpandDepth: 0, requestInterceptor: (request) => { request.headers["x-functions-key"] = key; return request; } });
  } catch (error) {
    forget();
    said.className = "bad";
    said.textContent = error.message;
    field.focus();
  }
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const themed = () => document.documentElement.classList.toggle("dark-mode", document.documentElement.dataset.theme ? document.documentElement.dataset.theme === "dark" : dark.matches);
dark.addEventListener("change", themed);
themed();
form.addEventListener("submit", (event) => {
  event.preventDefault();
  keep(field.value.trim());
  show();
});
if (!hasKey()) await borrow();
if (hasKey()) show();
