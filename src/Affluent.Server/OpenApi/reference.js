// Sends the requests that a reader of the API reference tries. A token goes where the document says and is kept nowhere.
async function send(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const output = form.querySelector("pre");
  let address = form.dataset.url;
  const query = new URLSearchParams();
  for (const field of form.querySelectorAll("[data-in]")) {
    if (field.dataset.in === "path") address = address.replace(`{${field.name}}`, encodeURIComponent(field.value));
    else if (field.value) query.append(field.name, field.value);
  }
  const token = document.getElementById("token").value.trim();
  const headers = {};
  if ("token" in form.dataset && token) headers.Authorization = `Bearer ${token}`;
  const body = form.elements.body?.value;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  output.hidden = false;
  output.textContent = "…";
  try {
    const answer = await fetch(query.size ? `${address}?${query}` : address, {
      method: form.dataset.verb, headers, body, credentials: "omit",
    });
    const text = await answer.text();
    const lines = [`${answer.status} ${answer.statusText}`, ...[...answer.headers].map(([name, value]) => `${name}: ${value}`)];
    output.textContent = `${lines.join("\n")}\n\n${pretty(text)}`;
  } catch (error) {
    output.textContent = `Nothing came back from ${address}: ${error.message}${withheld(address)}`;
  }
}

// A browser does not say that it kept an answer back (CORS): only where this page stands tells it.
function withheld(address) {
  const docs = `${document.querySelector(".token").dataset.docs}/api`;
  const there = new URL(address, location).origin;
  if (there === location.origin || new URL(docs).origin === location.origin) return "";
  return `\n\nThis page is open at ${location.origin}, and ${there} lets browsers show its answers at ${docs} alone (CORS): try it `
    + "there. Your operator says by docs_url where the documentation is.";
}

function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}

for (const form of document.querySelectorAll("form[data-url]")) form.addEventListener("submit", send);
