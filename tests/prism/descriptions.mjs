// Reads an OpenAPI description so that Prism judges by all of it. What its validator cannot compile, Prism passes over in silence: then nothing is judged at all.
import { getHttpOperationsFromSpec } from "@stoplight/prism-http";

// Patterns are read strictly there (Unicode), where a hyphen outside of a class is not escaped.
function mended(pattern) {
  try {
    new RegExp(pattern, "u");
    return pattern;
  } catch {
    const other = pattern.replaceAll("\\-", "-");
    new RegExp(other, "u");
    return other;
  }
}

function mend(node, seen) {
  if (node === null || typeof node !== "object" || seen.has(node)) return node;
  seen.add(node);
  if (typeof node.pattern === "string") node.pattern = mended(node.pattern);
  for (const value of Object.values(node)) mend(value, seen);
  return node;
}

export const operationsOf = async (description) => mend(await getHttpOperationsFromSpec(description), new WeakSet());
