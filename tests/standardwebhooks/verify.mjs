// Reads messages from standard input, one JSON object a line, and says of each whether it is a good message of a webhook: those with a secret by the library
// of Standard Webhooks, those with a public key by Node's own Ed25519.
import { createPublicKey, verify } from "node:crypto";
import { createInterface } from "node:readline";
import { Webhook } from "standardwebhooks";

function byPublicKey({ key, headers, body }) {
  const raw = Buffer.from(key.replace("whpk_", ""), "base64");
  // RFC 8410: the head of a public key of Ed25519 in DER.
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), raw]);
  const publicKey = createPublicKey({ key: der, format: "der", type: "spki" });
  const message = Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`);
  return headers["webhook-signature"]
    .split(" ")
    .some((one) => one.startsWith("v1a,") && verify(null, message, publicKey, Buffer.from(one.slice(4), "base64")));
}

for await (const line of createInterface({ input: process.stdin })) {
  const { key, headers, body, at } = JSON.parse(line);
  try {
    if (key.startsWith("whpk_")) {
      console.log(byPublicKey({ key, headers, body }) ? "good" : "bad");
      continue;
    }
    // The library judges the age of a message by the clock.
    Date.now = () => at * 1000;
    new Webhook(key).verify(body, headers);
    console.log("good");
  } catch (error) {
    console.log(error.message);
  }
}
