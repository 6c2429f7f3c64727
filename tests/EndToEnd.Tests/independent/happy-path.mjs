// The happy path of an aggregation client, from the published description of the API alone: fetch, and a browser. It knows nothing of
// Affluent's code. Arguments come by environment:
//   AUTH, API, EMBED        addresses of the authorization server, the API and the widget
//   CLIENT_ID, CLIENT_SECRET
//   SITE_PORT               where this client's own site listens; http://localhost:SITE_PORT is registered
//   FILE_URL                account file for the test bank
//   MODE                    page: the widget is a page of its own; iframe: it stands in a frame of the client's site
//   CHROMIUM                the browser
// What was read is printed as one line of JSON.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { chromium } from "playwright-core";

const { AUTH, API, EMBED, CLIENT_ID, CLIENT_SECRET, SITE_PORT, FILE_URL, MODE, CHROMIUM } = process.env;
const site = `http://localhost:${SITE_PORT}`;
const started = Date.now();
const deadline = started + 150_000;
const say = (text) => console.error(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`);

const call = async (method, url, { token, body } = {}) => {
  const response = await fetch(url, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { "content-type": "application/json" }),
    },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${url}: ${response.status} ${text}`);
  return { status: response.status, headers: response.headers, json: text ? JSON.parse(text) : undefined };
};

const token = async (grant) => {
  const { json } = await call("POST", `${AUTH}/token`, {
    body: { provider: "linxoConnect", client_id: CLIENT_ID, client_secret: CLIENT_SECRET, ...grant },
  });
  assert.equal(json.token_type, "Bearer");
  assert.equal(Number(json.expires_in), 3600);
  return json.access_token;
};

// 1, 2: a client token, a user.
const clientToken = await token({ grant_type: "client_credentials", scope: "users_create" });
const email = `happy-path-${crypto.randomUUID()}@example.org`;
const password = `1a${crypto.randomUUID()}`;
const created = await call("POST", `${API}/users`, { token: clientToken, body: { email, password } });
const userId = created.headers.get("location").split("/").at(-1);
say(`user ${userId}`);

// 3: the user's token.
const userToken = await token({
  grant_type: "password",
  username: email,
  password,
  scope: "profile profile_edit accounts_manage connections_manage connections_sync transactions_read",
});

// 4: the widget session.
const session = await call("POST", `${EMBED}/widget/widget_session`, {
  body: { access_token: userToken, client_id: CLIENT_ID, client_secret: CLIENT_SECRET },
});
assert.ok(session.json.session_id);

// 5: the client's site. Its home page shows the widget in a frame and again after the bank; /callback is where the page mode ends.
const callback = `${site}/callback`;
const link =
  session.json._links.add_connection +
  `&redirect_url=${encodeURIComponent(callback)}` +
  `&aspsp_callback_uri=${encodeURIComponent(`${site}/?resumed=1`)}` +
  "&consent_per_account=true&wait_sync_end=true&select_accounts=true&locale=en_GB";
let arrived;
let handMessage;
const message = new Promise((resolve) => (handMessage = resolve));
const server = createServer((request, response) => {
  if (request.url.startsWith("/callback")) {
    // In a frame the message has come before, and counts.
    arrived ??= MODE === "iframe" ? undefined : new URL(request.url, site);
    response.end("back");
    return;
  }
  response.setHeader("content-type", "text/html");
  response.end(`<!doctype html><title>A client</title>
    <script>addEventListener("message", (event) => onWidgetMessage(event.origin, event.data));</script>
    <iframe src="${link.replaceAll("&", "&amp;")}" width="408" height="600"></iframe>`);
}).listen(Number(SITE_PORT), "localhost");

// 6: the user. Whatever page is in sight, in whatever frame, is gone through by the published selectors.
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--test-third-party-cookie-phaseout"],
});
const places = new Set();
try {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.on("framenavigated", (frame) => places.add(frame.url().split("?")[0]));
  await page.exposeFunction("onWidgetMessage", (origin, data) => {
    if (data?.eventName === "redirect_to") {
      handMessage({ origin, ...data });
    }
  });
  await page.goto(MODE === "iframe" ? site : link);

  const visible = async (frame, selector) => {
    try {
      const found = frame.locator(selector).first();
      return (await found.isVisible()) ? found : undefined;
    } catch {
      return undefined; // the frame is on its way to another page
    }
  };
  const act = async (frame) => {
    // Of a page that is still coming in, a part of the boxes may be there already.
    if ((await frame.evaluate(() => document.readyState)) !== "complete") {
      return undefined;
    }
    const search = await visible(frame, "#bank-search-input");
    if (search) {
      await search.fill("Linxo Test Bank");
      await frame.getByText("Linxo Test Bank").first().click();
      return "chooses the bank";
    }
    const login = await visible(frame, "#login");
    if (login) {
      await login.fill("dev");
      await frame.fill("#password", "dev");
      await frame.fill("#file_url", FILE_URL);
      await frame.press("#file_url", "Enter");
      return "signs in";
    }
    if (await visible(frame, "label[for=account-0]")) {
      for (let i = 0; await visible(frame, `label[for=account-${i}]`); i++) {
        if (!(await frame.locator(`#account-${i}`).isChecked())) {
          await frame.locator(`label[for=account-${i}]`).click();
        }
      }
    }
    // A page that was just on its way may have hidden a box from the loop above.
    if ((await frame.locator("input[id^=account-]:not(:checked)").count()) > 0) {
      return undefined;
    }
    const submit = await visible(frame, "[data-e2e=submit-button]");
    if (submit) {
      const name = (await submit.textContent()).trim();
      await submit.click();
      return `presses "${name}"`;
    }
    return undefined;
  };

  const messages = MODE === "iframe" ? message.then((found) => (arrived = found)) : undefined;
  while (!arrived) {
    assert.ok(Date.now() < deadline, `stuck at ${page.frames().map((frame) => frame.url().split("?")[0])}`);
    for (const frame of page.frames()) {
      if (arrived || frame.isDetached()) {
        continue;
      }
      const before = frame.url();
      try {
        const done = await act(frame);
        if (done) {
          say(`${new URL(before).pathname}: ${done}`);
        }
      } catch (error) {
        // A page may leave under our hands; if it stays, the deadline tells.
        say(`${before.split("?")[0]}: ${error.message.split("\n")[0]}`);
      }
    }
    await page.waitForTimeout(300);
  }
  await messages;
} finally {
  await browser.close();
  server.close();
  server.closeAllConnections();
}

let connectionId;
if (MODE === "iframe") {
  say(`message ${JSON.stringify(arrived)}`);
  assert.equal(arrived.origin, new URL(EMBED).origin);
  assert.equal(arrived.status, "success");
  assert.equal(arrived.result, "created");
  assert.equal(arrived.redirect_url, "/success");
  connectionId = arrived.connection_id;
} else {
  say(`back at ${arrived.pathname}${arrived.search}`);
  assert.equal(arrived.searchParams.get("status"), "success");
  connectionId = arrived.searchParams.get("connection_id");
}
assert.match(connectionId, /^\d+$/);

// 7: until the synchronization is over; first after two seconds, then doubling, as published clients do.
let connection;
for (let wait = 2000; ; wait *= 2) {
  connection = (await call("GET", `${API}/connections/${connectionId}`, { token: userToken })).json;
  if (connection.status !== "RUNNING") {
    break;
  }
  assert.ok(Date.now() < deadline, "the synchronization does not end");
  await new Promise((resolve) => setTimeout(resolve, wait));
}
assert.equal(connection.status, "SUCCESS");

// 8: everything, page by page until a page is short.
const all = async (path, limit) => {
  const found = [];
  for (let number = 1; ; number++) {
    const { json } = await call("GET", `${API}/${path}&limit=${limit}&page=${number}`, { token: userToken });
    assert.ok(Array.isArray(json));
    found.push(...json);
    if (json.length < limit) {
      return found;
    }
  }
};
const accounts = await all(`accounts?connection_id=${connectionId}`, 100);
const transactions = [];
for (const account of accounts) {
  transactions.push(...(await all(`transactions?account_id=${account.id}`, 500)));
}

// 9: goodbye.
const gone = await call("DELETE", `${API}/users/${userId}`, { token: userToken });
assert.equal(gone.status, 204);

console.log(JSON.stringify({ connection, accounts, transactions, places: [...places] }));
