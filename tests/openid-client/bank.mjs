// Goes as a third party, with a library that was written elsewhere, through an authorization at a bank by FAPI 1.0 Advanced. One line of JSON on standard input says where; one on standard
// output says where the customer is to go; the next line says where the customer came back; the last one on standard output says what was found.
import * as oauth from "openid-client";
import { createPrivateKey } from "node:crypto";
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { issuer, clientId, key, redirectUri, api, hybrid, pushed } = JSON.parse((await lines.next()).value);

const privateKey = await crypto.subtle.importKey(
  "pkcs8",
  createPrivateKey(key).export({ type: "pkcs8", format: "der" }),
  { name: "RSA-PSS", hash: "SHA-256" },
  false,
  ["sign"],
);
const config = await oauth.discovery(
  new URL(issuer),
  clientId,
  { id_token_signed_response_alg: "PS256" },
  oauth.PrivateKeyJwt(privateKey),
  {
    execute: [
      oauth.allowInsecureRequests, // plain http on loopback
      oauth.enableNonRepudiationChecks,
      ...(hybrid ? [oauth.useCodeIdTokenResponseType, oauth.enableDetachedSignatureResponseChecks] : []),
    ],
  },
);

const own = await oauth.clientCredentialsGrant(config, { scope: "accounts" });
const asked = await oauth.fetchProtectedResource(
  config,
  own.access_token,
  new URL(`${api}/account-access-consents`),
  "POST",
  JSON.stringify({ Data: { Permissions: ["ReadAccountsBasic"] }, Risk: {} }),
  new Headers({ "content-type": "application/json" }),
);
const consent = (await asked.json()).Data.ConsentId;

const pkceCodeVerifier = oauth.randomPKCECodeVerifier();
const checks = { pkceCodeVerifier, expectedState: oauth.randomState(), expectedNonce: oauth.randomNonce() };
const signed = await oauth.buildAuthorizationUrlWithJAR(
  config,
  {
    redirect_uri: redirectUri,
    scope: "openid accounts",
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    claims: JSON.stringify({ id_token: { openbanking_intent_id: { value: consent, essential: true } } }),
  },
  privateKey,
);
const address = pushed ? await oauth.buildAuthorizationUrlWithPAR(config, signed.searchParams) : signed;
console.log(JSON.stringify({ address: address.href }));

const back = new URL((await lines.next()).value);
const tokens = await oauth.authorizationCodeGrant(config, back, { ...checks, idTokenExpected: true });
const read = async (token) =>
  (await (await oauth.fetchProtectedResource(config, token, new URL(`${api}/accounts`), "GET")).json()).Data.Account.length;
const accounts = await read(tokens.access_token);
const renewed = await oauth.refreshTokenGrant(config, tokens.refresh_token);
const again = await read(renewed.access_token);
await oauth.tokenRevocation(config, renewed.refresh_token);
const after = await oauth
  .refreshTokenGrant(config, renewed.refresh_token)
  .then(() => "accepted")
  .catch((error) => error.error ?? String(error));
console.log(
  JSON.stringify({
    asksWith: [...address.searchParams.keys()].sort().join(" "),
    cameBackIn: back.hash ? "fragment" : "query",
    isOfTheConsent: tokens.claims().openbanking_intent_id === consent,
    accounts,
    again,
    after,
  }),
);
process.exit(0);
