// Reads requests from standard input, one JSON object a line, and says of each whether its header Signature is good.
import { createInterface } from "node:readline";
import httpSignature from "http-signature";

for await (const line of createInterface({ input: process.stdin })) {
  const { method, url, headers, signed, key } = JSON.parse(line);
  try {
    const parsed = httpSignature.parseRequest(
      { method, url, httpVersion: "1.1", headers },
      { authorizationHeaderName: "signature", headers: signed, clockSkew: 1e9 },
    );
    console.log(httpSignature.verifySignature(parsed, key));
  } catch (error) {
    console.log(error.message);
  }
}
