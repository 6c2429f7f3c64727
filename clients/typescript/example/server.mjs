// A small site whose user links a bank in a frame, and then sees the accounts. Settings come by environment: SERVER is the installation,
// PORT this site's own (http://localhost:PORT is registered for the client).
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { connect } from "@affluent/connect/api";

const { SERVER = "http://127.0.0.1:5100", CLIENT_ID = "", CLIENT_SECRET = "", PORT = "3000" } = process.env;
const { auth, embed, api } = connect({ server: SERVER });
const client = { client_id: CLIENT_ID, client_secret: CLIENT_SECRET };

/**
 * What a call has brought; anything else is an error with the code of the problem.
 * @template T
 * @param {{ data?: T, error?: unknown, response: Response }} answer
 * @returns {NonNullable<T>}
 */
function got({ data, error, response }) {
  if (!response.ok || data === undefined || data === null) {
    throw new Error(`${response.url}: ${response.status} ${JSON.stringify(error)}`);
  }
  return data;
}

// Your application has users already, and asks for their tokens by the grant that it has the right to. Here there is one, made anew.
const user = { email: `ada-${crypto.randomUUID()}@example.org`, password: `before-${crypto.randomUUID()}` };
const clientToken = got(await auth.POST("/token", { body: { ...client, grant_type: "client_credentials", scope: "users_create" } }));
const { response } = await api(clientToken.access_token).POST("/users", { body: user });
if (response.status !== 201) {
  throw new Error(`The user was not made: ${response.status}`);
}

async function userToken() {
  const body = { ...client, grant_type: /** @type {const} */ ("password"), username: user.email, password: user.password };
  return got(await auth.POST("/token", { body })).access_token;
}

/** @type {{ id: string, queue: string }} Of the one user; your application keeps it with the signed-in session of each. */
let session;

/** Opens a session of the widget, or has the last one live on. */
async function openSession(/** @type {string | undefined} */ sessionId) {
  const body = { ...client, access_token: await userToken(), ...(sessionId && { session_id: sessionId }) };
  const opened = got(await embed.POST("/widget/widget_session", { body }));
  session = { id: opened.session_id, queue: opened.queue_id };
  return { link: opened._links["add_connection"] };
}

/** Follows the session's queue until the bank is read, and hands out the accounts. */
async function accountsOf(/** @type {string} */ connectionId) {
  const calls = api(await userToken());
  for (let after = "0"; ; ) {
    const query = { after, wait: 20 };
    const events = got(await calls.GET("/queues/{id}/events", { params: { path: { id: session.queue }, query } }));
    if (events.some((event) => event.name === "SYNCHRONIZATION_ENDED" && event.connection_id === connectionId)) {
      return got(await calls.GET("/accounts", { params: { query: { connection_id: connectionId } } }));
    }
    after = events.at(-1)?.id ?? after;
  }
}

const page = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>My banks</title>
<button id="add">Add a bank</button> <p id="said" role="status"></p> <ul id="accounts"></ul> <div id="widget"></div>
<script type="module">
  import { openFrame, resumeFrame } from "/connect/index.js";

  const post = async (path) => {
    const answer = await fetch(path, { method: "POST" });
    if (!answer.ok) throw new Error(path + ": " + answer.status);
    return answer.json();
  };
  const say = (text) => (document.getElementById("said").textContent = text);
  const options = {
    container: document.getElementById("widget"),
    resumeUrl: location.origin + "/",
    parameters: { locale: "en_GB", wait_sync_end: false },
    link: async () => (await post("/session")).link,
    renew: () => post("/session/renewal"),
    onStep: (step) => say(step.result),
    onFault: () => say("Something went wrong with us. Try again later."),
    onCancel: () => say("No bank was added."),
    onError: ({ result }) => say("It did not work: " + result),
    onSuccess: async ({ connectionId }) => {
      say("Your bank is being read.");
      const accounts = await post("/accounts/" + connectionId);
      document.getElementById("accounts").append(
        ...accounts.map((account) => Object.assign(document.createElement("li"), { textContent: account.name })),
      );
      say("Done.");
    },
  };
  document.getElementById("add").onclick = () => openFrame(options);
  // Back from the bank.
  resumeFrame(options);
</script>`;

createServer(async (request, answer) => {
  const path = new URL(request.url ?? "/", "http://site").pathname;
  const json = (/** @type {unknown} */ value) => answer.setHeader("content-type", "application/json").end(JSON.stringify(value));
  try {
    if (request.method === "POST" && path === "/session") {
      json(await openSession(undefined));
    } else if (request.method === "POST" && path === "/session/renewal") {
      json(await openSession(session.id));
    } else if (request.method === "POST" && path.startsWith("/accounts/")) {
      json(await accountsOf(path.slice("/accounts/".length)));
    } else if (/^\/connect\/[a-z]+\.js$/.test(path)) {
      const file = new URL(path.slice("/connect/".length), import.meta.resolve("@affluent/connect"));
      createReadStream(file).pipe(answer.setHeader("content-type", "text/javascript"));
    } else if (path === "/") {
      answer.setHeader("content-type", "text/html").end(page);
    } else {
      answer.writeHead(404).end();
    }
  } catch (error) {
    console.error(error);
    answer.writeHead(502).end();
  }
}).listen(Number(PORT), "localhost", () => console.log(`http://localhost:${PORT}`));
