// Reads exchanges with a bank from standard input, one JSON object a line, and says of each what in it the bank's standard does not allow. The first
// line names the OpenAPI description and the part of each path that comes before what the description calls a path.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import { parse } from "yaml";

const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats(ajv);
ajv.addFormat("url", true);

let description;
let base;
const compiled = new Map();

// OpenAPI 3.0 writes these two as JSON Schema once did.
function modern(node) {
  if (Array.isArray(node)) return node.map(modern);
  if (node === null || typeof node !== "object") return node;
  const copy = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, modern(value)]));
  // Their choices overlap: one of the Berlin Group's is an object of any kind, beside those that are described.
  if (copy.oneOf) [copy.anyOf, copy.oneOf] = [copy.oneOf, undefined];
  if (copy.oneOf === undefined) delete copy.oneOf;
  if (typeof copy.exclusiveMinimum === "boolean") delete copy.exclusiveMinimum;
  if (typeof copy.exclusiveMaximum === "boolean") delete copy.exclusiveMaximum;
  return copy;
}

const at = (pointer) =>
  pointer
    .slice(2)
    .split("/")
    .reduce((node, name) => node[name.replaceAll("~1", "/").replaceAll("~0", "~")], description);
const resolved = (node) => (node?.$ref ? resolved(at(node.$ref)) : node);

function operationOf(method, path) {
  // What is written out goes before what stands for anything.
  const blanks = ([template]) => template.split("{").length;
  for (const [template, item] of Object.entries(description.paths).sort((a, b) => blanks(a) - blanks(b))) {
    const pattern = new RegExp(`^${template.trim().replace(/\{[^}]+\}/g, "[^/]+")}$`);
    if (pattern.test(path) && item[method.toLowerCase()]) {
      return { operation: item[method.toLowerCase()], parameters: item.parameters ?? [] };
    }
  }
}

function faultsOf(what, schema, text) {
  if (!schema) return [];
  let check = compiled.get(schema);
  if (!check) {
    check = ajv.compile({ components: description.components, ...schema });
    compiled.set(schema, check);
  }
  return check(JSON.parse(text)) ? [] : check.errors.map((e) => `${what}${e.instancePath} ${e.message}`);
}

function judge({ method, path, query, headers, request, status, type, answerHeaders, answer }) {
  const found = operationOf(method, path.slice(path.indexOf(base) + base.length));
  if (!found) return [`${method} ${path} is not described`];
  const faults = [];
  for (const parameter of [...found.parameters, ...(found.operation.parameters ?? [])].map(resolved)) {
    const given = parameter.in === "header" ? headers[parameter.name.toLowerCase()] : parameter.in === "query" ? query[parameter.name] : "";
    if (parameter.required && given === undefined) faults.push(`${parameter.in} ${parameter.name} is missing`);
    if (given !== undefined && parameter.in !== "path" && parameter.schema && resolved(parameter.schema).type === "string") {
      faults.push(...faultsOf(`${parameter.in} ${parameter.name}`, parameter.schema, JSON.stringify(given)));
    }
  }
  const body = resolved(found.operation.requestBody);
  if (request) faults.push(...faultsOf("request", body?.content?.["application/json"]?.schema, request));
  const response = resolved(found.operation.responses[status] ?? found.operation.responses.default);
  if (!response) return [...faults, `status ${status} is not described`];
  for (const [name, header] of Object.entries(response.headers ?? {})) {
    if (resolved(header).required && answerHeaders[name.toLowerCase()] === undefined) faults.push(`answer lacks ${name}`);
  }
  const content = response.content?.[type];
  if (answer && !content) faults.push(`type ${type} is not described`);
  if (content && type.includes("json")) faults.push(...faultsOf("answer", content.schema, answer));
  return faults;
}

for await (const line of createInterface({ input: process.stdin })) {
  const exchange = JSON.parse(line);
  if (exchange.description) {
    description = modern(parse(readFileSync(exchange.description, "utf8")));
    base = exchange.base;
    continue;
  }
  const faults = judge(exchange);
  console.log(faults.length === 0 ? "fits" : `${exchange.method} ${exchange.path} ${exchange.status}: ${faults.join("; ")}`);
}
