// Reads exchanges with a bank from standard input, one JSON object a line, and says of each what Prism's proxy (npm @stoplight/prism-cli) finds in it against the bank's
// standard: in what was asked, and in what was answered. The first line names the OpenAPI description and the part of each path that comes before what the description calls a path.
import { createInterface } from "node:readline";
import { createInstance } from "@stoplight/prism-http";
import { operationsOf } from "./descriptions.mjs";

const silent = () => undefined;
const logger = { trace: silent, debug: silent, info: silent, success: silent, warn: silent, error: silent, child: () => logger };

let operations;
let base;
let answered;

// What the bank answers was said before: Prism asks nobody.
const proxy = createInstance(
  { isProxy: true, upstream: new URL("http://bank.invalid"), mock: { dynamic: false }, checkSecurity: true, validateRequest: true, validateResponse: true, errors: false },
  { logger, forward: () => () => async () => ({ _tag: "Right", right: answered }) },
);

// The descriptions' choices overlap: one of the Berlin Group's is an object of any kind, beside those that are described.
function widened(node, seen = new WeakSet()) {
  if (node === null || typeof node !== "object" || seen.has(node)) return node;
  seen.add(node);
  if (node.oneOf && !node.anyOf) {
    node.anyOf = node.oneOf;
    delete node.oneOf;
  }
  for (const value of Object.values(node)) widened(value, seen);
  return node;
}

// A place may be told by a reference, as in the standard's own examples (RFC 9110, section 10.2.2), which its description calls an address.
const isKnown = (fault) => /^header\.location .* must match format "url"$/.test(fault);

const parsed = (type, text) => (text && type.includes("json") ? JSON.parse(text) : text || undefined);

for await (const line of createInterface({ input: process.stdin })) {
  const exchange = JSON.parse(line);
  if (exchange.description) {
    operations = widened(await operationsOf(exchange.description));
    base = exchange.base;
    continue;
  }
  const { method, path, query, headers, request, status, type, answerHeaders, answer } = exchange;
  answered = { statusCode: status, headers: { ...answerHeaders, ...(type && { "content-type": type }) }, body: parsed(type, answer) };
  const judged = await proxy.request(
    {
      method: method.toLowerCase(),
      url: { path: path.slice(path.indexOf(base) + base.length), query },
      headers: request ? { "content-type": "application/json", ...headers } : headers,
      body: parsed("json", request),
    },
    operations,
  )();
  const faults =
    judged._tag === "Left"
      ? [judged.left.detail ?? judged.left.message]
      : [...judged.right.validations.input, ...judged.right.validations.output]
          .map((v) => `${(v.path ?? []).join(".")} ${v.message}`)
          .filter((fault) => !isKnown(fault));
  console.log(faults.length === 0 ? "fits" : `${method} ${path} ${status}: ${faults.join("; ")}`);
}
