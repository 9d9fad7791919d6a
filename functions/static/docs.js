"use strict";
document.getElementById("ask").addEventListener("submit", async (event) => {
  event.preventDefault();
  const key = document.getElementById("key").value.trim();
  const said = document.getElementById("said");
  const answer = await fetch("openapi.json", { headers: { "x-functions-key": key } });
  said.className = answer.ok ? "" : "bad";
  if (!answer.ok) {
    said.textContent = answer.status === 401 ? "This is no valid key." : `The answer was ${answer.status}.`;
    return;
  }
  said.textContent = "Requests you try below are sent with this key.";
  SwaggerUIBundle({
    spec: await answer.json(),
    dom_id: "#api",
    validatorUrl: null,
    requestInterceptor: (request) => {
      request.headers["x-functions-key"] = key;
      return request;
    },
  });
});
