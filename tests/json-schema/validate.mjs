// Reads JSON documents from standard input, one a line, and says of each whether it fits the schema whose file is named.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import Ajv2020 from "ajv/dist/2020.js";

const fits = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false }).compile(
  JSON.parse(readFileSync(process.argv[2], "utf8")),
);
for await (const line of createInterface({ input: process.stdin })) {
  console.log(
    fits(JSON.parse(line)) ? "fits" : fits.errors.map((e) => `${e.instancePath} ${e.message}`).join("; "),
  );
}
