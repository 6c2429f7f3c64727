// A bank that knows its standard by the description alone: Prism (npm @stoplight/prism-cli) answers with the description's examples, and says in what a request violates it.
// A line of JSON for each request on standard input, one for each answer on standard output.
import { createInterface } from "node:readline";
import { createInstance } from "@stoplight/prism-http";
import { operationsOf } from "./descriptions.mjs";

const silent = () => undefined;
const logger = { trace: silent, debug: silent, info: silent, success: silent, warn: silent, error: silent, child: () => logger };
const descriptions = new Map();

for await (const line of createInterface({ input: process.stdin })) {
  const { description, method, path, headers, body } = JSON.parse(line);
  if (!descriptions.has(description)) {
    const client = createInstance(
      { isProxy: false, mock: { dynamic: false }, checkSecurity: true, validateRequest: true, validateResponse: true, errors: false },
      { logger },
    );
    descriptions.set(description, { client, operations: await operationsOf(description) });
  }
  const { client, operations } = descriptions.get(description);
  const url = new URL(path, "http://bank.invalid");
  const answer = await client.request(
    { method: method.toLowerCase(), url: { path: url.pathname, query: Object.fromEntries(url.searchParams) }, headers, body: body ? JSON.parse(body) : undefined },
    operations,
  )();
  if (answer._tag === "Left") {
    console.log(JSON.stringify({ status: 500, body: "", violations: [`${method} ${path}: ${answer.left.detail ?? answer.left.message}`] }));
    continue;
  }
  const { output, validations } = answer.right;
  const said = typeof output.body === "string" && output.body ? JSON.parse(output.body) : output.body;
  // Where a description has no example of a link, Prism invents one that leads nowhere.
  delete said?.Links;
  console.log(
    JSON.stringify({
      status: output.statusCode,
      body: said === undefined ? "" : JSON.stringify(said),
      violations: validations.input.map((v) => `${method} ${path}: ${(v.path ?? []).join(".")} ${v.message}`),
    }),
  );
}
