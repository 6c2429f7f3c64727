// A bank whose authorization server was written elsewhere (npm oidc-provider), with an interface that wants its tokens and the certificate they are bound to. One line
// of JSON on standard input says how it is to be; one line on standard output says where it is; it ends with its input.
import { createHash, createPublicKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { createServer } from "node:https";
import { createInterface } from "node:readline";
import { createLocalJWKSet, decodeJwt, jwtVerify } from "jose";
import Provider from "oidc-provider";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { key, cert, clients, initialAccessToken, directory } = JSON.parse((await lines.next()).value);

const own = (type, options, alg) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: "jwk" }),
  use: "sig",
  alg,
  kid: alg,
});
const shown = (request) => {
  const peer = request.socket.getPeerCertificate();
  return peer?.raw ? new X509Certificate(peer.raw) : undefined;
};

const server = createServer({ key, cert, requestCert: true, rejectUnauthorized: false });
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const issuer = `https://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients,
  jwks: {
    keys: [
      own("rsa", { modulusLength: 2048 }, "PS256"),
      own("rsa", { modulusLength: 2048 }, "RS256"),
      own("ec", { namedCurve: "P-256" }, "ES256"),
    ],
  },
  scopes: ["openid", "offline_access", "accounts"],
  responseTypes: ["code", "code id_token"],
  clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt", "tls_client_auth"],
  claims: { openid: ["sub", "openbanking_intent_id"] },
  cookies: { keys: ["cookies-of-a-test"] },
  enabledJWA: {
    idTokenSigningAlgValues: ["PS256", "RS256", "ES256"],
    requestObjectSigningAlgValues: ["PS256", "ES256"],
    clientAuthSigningAlgValues: ["PS256", "ES256"],
  },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: () => true,
  findAccount: (_, id) => ({
    accountId: id,
    claims: (use, scope, claims) => ({ sub: id, openbanking_intent_id: claims?.openbanking_intent_id?.value }),
  }),
  interactions: { url: (_, interaction) => `/agree/${interaction.uid}` },
  features: {
    devInteractions: { enabled: false },
    claimsParameter: { enabled: true },
    clientCredentials: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    requestObjects: { enabled: true },
    revocation: { enabled: true },
    registration: { enabled: true, initialAccessToken },
    registrationManagement: { enabled: true, rotateRegistrationAccessToken: true },
    mTLS: {
      enabled: true,
      certificateBoundAccessTokens: true,
      tlsClientAuth: true,
      getCertificate: (ctx) => shown(ctx.req)?.toString(),
      certificateAuthorized: (ctx) => shown(ctx.req) !== undefined,
      certificateSubjectMatches: (ctx, property, expected) =>
        property === "tls_client_auth_subject_dn" && shown(ctx.req).subject.split("\n").reverse().join(",") === expected,
    },
  },
});

const consents = new Map();
const json = (ctx, status, body) => {
  ctx.status = status;
  ctx.body = body;
};
const refuse = (ctx, status, code) => json(ctx, status, { Code: `${status}`, Errors: [{ ErrorCode: code, Message: "No" }] });

// A token counts only at who holds the certificate that it is bound to (RFC 8705, section 3).
const isOf = (ctx, token) =>
  token?.isValid &&
  (!token["x5t#S256"] ||
    token["x5t#S256"] === createHash("sha256").update(shown(ctx.req)?.raw ?? "").digest("base64url"));

// The interfaces of the other families, by the same tokens.
provider.use(async (ctx, next) => {
  if (!/^\/(stet|xs2a)\//.test(ctx.path)) {
    return next();
  }
  const token = await provider.AccessToken.find(ctx.get("authorization").replace(/^Bearer /, ""));
  if (!isOf(ctx, token) || token.accountId !== "jane") {
    return json(ctx, 401, { error: "invalid_token", tppMessages: [{ category: "ERROR", code: "TOKEN_INVALID" }] });
  }
  const iban = "FR7630099000120004127653080";
  const balanceAmount = { currency: "EUR", amount: "1.00" };
  switch (ctx.path) {
    case "/stet/accounts":
      return json(ctx, 200, {
        accounts: [
          {
            resourceId: "A1",
            accountId: { iban, currency: "EUR" },
            name: "Compte",
            cashAccountType: "CACC",
            balances: [{ name: "Solde", balanceType: "CLBD", balanceAmount }],
          },
        ],
      });
    case "/xs2a/consents":
      return json(ctx, 201, { consentStatus: "valid", consentId: "consent-1", _links: {} });
    case "/xs2a/accounts":
      return json(ctx, ctx.get("consent-id") === "consent-1" ? 200 : 401, {
        accounts: [{ resourceId: "A1", iban, currency: "EUR", balances: [{ balanceType: "expected", balanceAmount }] }],
      });
    default:
      return json(ctx, 404, undefined);
  }
});

// Registration as Open Banking UK has it ("Dynamic Client Registration" 3.3): a request that the client signs, with what the directory says of it; looked at, changed and
// ended with a token that the client asks for. What the request wants is then the library's to judge.
const management = new Map();

async function readSigned(ctx) {
  if (ctx.get("content-type") !== "application/jose") {
    throw { error: "invalid_client_metadata", error_description: "no application/jose" };
  }
  const chunks = [];
  for await (const chunk of ctx.req) {
    chunks.push(chunk);
  }
  const token = Buffer.concat(chunks).toString();
  const statement = await jwtVerify(decodeJwt(token).software_statement, createPublicKey(directory), {
    algorithms: ["PS256"],
    issuer: "OpenBanking Ltd",
  }).catch(() => {
    throw { error: "invalid_software_statement" };
  });
  const { software_id, software_jwks, software_client_name, software_redirect_uris } = statement.payload;
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(software_jwks), {
    algorithms: ["PS256", "ES256"],
    typ: "JWT",
    issuer: software_id,
    audience: issuer,
    maxTokenAge: 300,
    requiredClaims: ["jti", "exp", "iat"],
  }).catch((error) => {
    const why = error.code === "ERR_JWKS_NO_MATCHING_KEY" ? "another key" : `${error.code} ${error.claim ?? ""}`;
    throw { error: "invalid_client_metadata", error_description: why };
  });
  const { iss, aud, iat, nbf, exp, jti, software_id: id, software_statement, ...metadata } = payload;
  if (id !== software_id || !protectedHeader.kid || "jwks" in metadata || "client_name" in metadata) {
    throw { error: "invalid_client_metadata", error_description: "what the directory says is said otherwise" };
  }
  if (!metadata.redirect_uris.every((uri) => software_redirect_uris.includes(uri))) {
    throw { error: "invalid_redirect_uri" };
  }
  return { ...metadata, jwks: software_jwks, client_name: software_client_name };
}

provider.use(async (ctx, next) => {
  const [, place, id] = ctx.path.split("/");
  if (place !== "register") {
    return next();
  }
  if (id) {
    const token = await provider.ClientCredentials.find(ctx.get("authorization").replace(/^Bearer /, ""));
    if (!isOf(ctx, token) || token.clientId !== id) {
      return json(ctx, 401, { error: "invalid_token" });
    }
  }
  if (ctx.method !== "GET" && ctx.method !== "DELETE") {
    try {
      ctx.req.body = await readSigned(ctx);
    } catch ({ error, error_description }) {
      return json(ctx, 400, { error, error_description });
    }
    ctx.req.headers["content-type"] = "application/json";
  }
  ctx.req.headers.authorization = `Bearer ${id ? management.get(id) : initialAccessToken}`;
  ctx.path = id ? `/reg/${id}` : "/reg";
  await next();
  const { registration_access_token, registration_client_uri, ...known } = ctx.body ?? {};
  if (registration_access_token) {
    management.set(known.client_id, registration_access_token);
    ctx.body = known;
  }
});

provider.use(async (ctx, next) => {
  const base = "/open-banking/v4.0/aisp";
  if (ctx.path.startsWith("/agree/")) {
    const { params } = await provider.interactionDetails(ctx.req, ctx.res);
    const grant = new provider.Grant({ accountId: "jane", clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    grant.addOIDCClaims(["openbanking_intent_id"]);
    const grantId = await grant.save();
    await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: "jane" }, consent: { grantId } });
    ctx.respond = false;
    return;
  }
  if (!ctx.path.startsWith(base)) {
    await next();
    return;
  }
  const bearer = ctx.get("authorization").replace(/^Bearer /, "");
  if (ctx.path.startsWith(`${base}/account-access-consents`)) {
    const token = await provider.ClientCredentials.find(bearer);
    if (!isOf(ctx, token) || token.scope !== "accounts") {
      return refuse(ctx, 401, "U009");
    }
    if (ctx.method === "DELETE") {
      return json(ctx, consents.delete(ctx.path.split("/").at(-1)) ? 204 : 404, undefined);
    }
    const id = `consent-${consents.size + 1}`;
    consents.set(id, token.clientId);
    return json(ctx, 201, { Data: { ConsentId: id, Status: "AWAU" } });
  }
  const token = await provider.AccessToken.find(bearer);
  if (!isOf(ctx, token) || token.accountId !== "jane") {
    return refuse(ctx, 401, "U009");
  }
  if (ctx.path === `${base}/accounts`) {
    const account = [{ SchemeName: "UK.OBIE.SortCodeAccountNumber", Identification: "20167330023156", Name: "MS JANE" }];
    return json(ctx, 200, { Data: { Account: [{ AccountId: "A1", Currency: "GBP", AccountTypeCode: "CACC", Account: account }] } });
  }
  return json(ctx, 200, { Data: { Balance: [], Transaction: [] } });
});

server.on("request", provider.callback());
console.log(JSON.stringify({ issuer }));
await lines.next();
process.exit(0);
