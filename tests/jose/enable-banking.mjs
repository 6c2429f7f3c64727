// Makes the calls of an importer that speaks Enable Banking, in their order, and strictly: what an importer relies on must be there. Says where its user is to go,
// reads where the user came back, and says what it would import, twice.
import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { createInterface } from "node:readline";
import { SignJWT } from "jose";

const { BASE, APPLICATION_ID, PRIVATE_KEY, REDIRECT_URL, BANK, COUNTRY } = process.env;
const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const key = createPrivateKey(PRIVATE_KEY);

async function call(method, path, body) {
  const now = Math.floor(Date.now() / 1000);
  const token = await new SignJWT({})
    .setProtectedHeader({ typ: "JWT", alg: "RS256", kid: APPLICATION_ID })
    .setIssuer("enablebanking.com")
    .setAudience("api.enablebanking.com")
    .setIssuedAt(now)
    .setExpirationTime(now + 3600)
    .sign(key);
  const answer = await fetch(`${BASE}/${path}`, {
    method,
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      Authorization: `Bearer ${token}`,
      "User-Agent": "importer/1.0",
      "PSU-IP-Address": "203.0.113.7",
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const json = await answer.json();
  assert.equal(answer.ok, true, `${method} ${path}: ${answer.status} ${JSON.stringify(json)}`);
  return json;
}

async function transactions(uid, days) {
  const all = [];
  const query = new URLSearchParams(days);
  for (let page = 0; page < 50; page++) {
    const json = await call("GET", `accounts/${uid}/transactions?${query}`);
    assert.ok("continuation_key" in json, "each page says whether there is another");
    all.push(...json.transactions);
    if (!json.continuation_key) {
      return all;
    }
    query.set("continuation_key", json.continuation_key);
  }
  throw new Error("the pages do not end");
}

function imported(transaction) {
  const { amount, currency } = transaction.transaction_amount;
  assert.match(amount, /^\d+\.\d{2,}$/);
  assert.ok(Array.isArray(transaction.remittance_information));
  return {
    id: transaction.entry_reference,
    amount: transaction.credit_debit_indicator === "DBIT" ? `-${amount}` : amount,
    currency,
    day: transaction.booking_date ?? transaction.transaction_date ?? transaction.value_date,
    text: transaction.remittance_information.join(" ").trim(),
    status: transaction.status,
  };
}

const application = await call("GET", "application");
assert.equal(application.kid, APPLICATION_ID);
const { aspsps } = await call("GET", `aspsps?country=${COUNTRY}`);
const bank = aspsps.find(({ name }) => name === BANK);
assert.ok(bank.psu_types.includes("personal") && bank.maximum_consent_validity >= 89 * 86400);
const { url, authorization_id } = await call("POST", "auth", {
  // As PHP's date("c") writes it.
  access: { valid_until: new Date(Date.now() + 89 * 86400_000).toISOString().replace(/\.\d+Z$/, "+00:00") },
  aspsp: { name: bank.name, country: bank.country },
  state: "job-17",
  redirect_url: REDIRECT_URL,
  psu_type: "personal",
});
assert.ok(authorization_id);
console.log(url);

const back = new URL((await input.next()).value);
assert.equal(back.searchParams.get("state"), "job-17");
const session = await call("POST", "sessions", { code: back.searchParams.get("code") });
assert.ok(Date.parse(session.access.valid_until) > Date.now());
const accounts = [];
for (const { uid } of session.accounts) {
  const details = await call("GET", `accounts/${uid}/details`);
  const { balances } = await call("GET", `accounts/${uid}/balances`);
  const first = (await transactions(uid, {})).map(imported);
  const again = (await transactions(uid, { date_from: "2000-01-01", date_to: new Date().toISOString().slice(0, 10) })).map(imported);
  assert.deepEqual(again, first);
  accounts.push({
    iban: details.account_id.iban,
    name: details.details,
    currency: details.currency,
    balance: balances[0].balance_amount.amount,
    transactions: first,
  });
}
await call("DELETE", `sessions/${session.session_id}`);
console.log(JSON.stringify(accounts));
// Nothing more is read.
process.stdin.destroy();
