// Reads exports of spans (OTLP, protobuf), one per file of a folder, by OpenTelemetry's own decoder, and prints them as JSON.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const { opentelemetry } = createRequire(import.meta.url)("@opentelemetry/otlp-transformer/build/src/generated/root.js");
const request = opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
const hex = (bytes) => Buffer.from(bytes ?? []).toString("hex");
const folder = process.argv[2];

const spans = readdirSync(folder)
  .flatMap((file) => request.decode(readFileSync(join(folder, file))).resourceSpans)
  .flatMap((resource) => resource.scopeSpans)
  .flatMap((scope) => scope.spans)
  .map((span) => ({
    name: span.name,
    id: hex(span.spanId),
    parent: hex(span.parentSpanId) || null,
    trace: hex(span.traceId),
    attributes: Object.fromEntries(
      span.attributes.map(({ key, value }) => [key, String(value.stringValue ?? value.intValue)]),
    ),
  }));
console.log(JSON.stringify(spans));
