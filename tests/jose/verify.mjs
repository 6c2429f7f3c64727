// Reads tokens from standard input, one JSON object a line, and says of each whether it is a good JWT of the client's for this bank.
import { createPublicKey } from "node:crypto";
import { createInterface } from "node:readline";
import { jwtVerify } from "jose";

for await (const line of createInterface({ input: process.stdin })) {
  const { token, key, algorithm, keyId, issuer, audience, now, claims } = JSON.parse(line);
  try {
    const { protectedHeader } = await jwtVerify(token, createPublicKey(key), {
      algorithms: [algorithm],
      issuer,
      audience,
      typ: "JWT",
      currentDate: new Date(now * 1000),
      maxTokenAge: 300,
      requiredClaims: ["jti", "exp", "nbf", ...claims],
    });
    console.log(protectedHeader.kid === keyId ? "good" : "another key");
  } catch (error) {
    console.log(error.claim ? `${error.code} ${error.claim}` : error.code ?? error.message);
  }
}
