// Reads tokens from standard input, one JSON object a line, and says of each whether it is a good JWT of the client's for this bank; or, where it stands beside a body,
// whether it is a good detached JWS of that.
import { createPublicKey } from "node:crypto";
import { createInterface } from "node:readline";
import { flattenedVerify, jwtVerify } from "jose";

async function jwt({ token, key, algorithm, issuer, audience, now, claims, required }) {
  const { protectedHeader } = await jwtVerify(token, createPublicKey(key), {
    algorithms: [algorithm],
    issuer,
    audience,
    typ: "JWT",
    currentDate: new Date(now * 1000),
    maxTokenAge: 300,
    requiredClaims: [...(required ?? ["jti", "exp", "nbf"]), ...claims],
  });
  return protectedHeader;
}

async function detached({ jws, body, key, algorithm, unencoded, critical }) {
  const [head, between, signature] = jws.split(".");
  const payload = Buffer.from(body);
  const { protectedHeader } = await flattenedVerify(
    { protected: head, payload: unencoded ? payload : payload.toString("base64url"), signature },
    createPublicKey(key),
    { algorithms: [algorithm], crit: Object.fromEntries(Object.keys(critical).map((name) => [name, true])) },
  );
  const named = [...(unencoded ? ["b64"] : []), ...Object.keys(critical)];
  const isSaid =
    between === "" &&
    String(protectedHeader.crit ?? "") === String(named) &&
    (protectedHeader.b64 ?? true) !== unencoded &&
    Object.entries(critical).every(([name, value]) => protectedHeader[name] === value);
  return isSaid ? protectedHeader : {};
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  try {
    const { kid } = await (question.jws ? detached(question) : jwt(question));
    console.log(kid === question.keyId ? "good" : "another key");
  } catch (error) {
    console.log(error.claim ? `${error.code} ${error.claim}` : error.code ?? error.message);
  }
}
