// Drives the authorization server with a library that was written elsewhere, and prints what it found as one JSON object.
// Environment: ISSUER, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, EMAIL, PASSWORD.
import * as oauth from "openid-client";

const { ISSUER, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, EMAIL, PASSWORD } = process.env;
const found = {};

const discover = (algorithm, authentication) =>
  oauth.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, authentication, {
    algorithm,
    execute: [oauth.allowInsecureRequests], // plain http on loopback
  });

const refused = async (promise) => {
  try {
    await promise;
    return "accepted";
  } catch (error) {
    // With a WWW-Authenticate header, the library reports the challenge instead of the body.
    return error.error ?? error.cause?.[0]?.parameters?.error ?? error.code ?? String(error);
  }
};

const config = await discover("oidc", oauth.ClientSecretPost(CLIENT_SECRET));
found.issuer = config.serverMetadata().issuer;
found.issuerByRfc8414 = (await discover("oauth2", oauth.ClientSecretPost(CLIENT_SECRET))).serverMetadata().issuer;

const own = await oauth.clientCredentialsGrant(config, { scope: "users_create" });
found.clientScope = own.scope;
found.clientExpiresIn = own.expires_in;

const basic = await discover("oidc", oauth.ClientSecretBasic(CLIENT_SECRET));
found.basicTokenType = (await oauth.clientCredentialsGrant(basic, { scope: "users_create" })).token_type;

const user = await oauth.genericGrantRequest(config, "password", {
  username: EMAIL,
  password: PASSWORD,
  scope: "openid profile accounts_read",
});
found.userScope = user.scope;
found.idTokenSubject = user.claims()?.sub;

const introspected = await oauth.tokenIntrospection(config, user.access_token);
found.active = introspected.active;
found.subject = introspected.sub;

const renewed = await oauth.refreshTokenGrant(config, user.refresh_token);
found.rotated = renewed.refresh_token !== undefined && renewed.refresh_token !== user.refresh_token;

await oauth.tokenRevocation(config, renewed.access_token);
found.activeAfterRevocation = (await oauth.tokenIntrospection(config, renewed.access_token)).active;

// Once its successor is used, the answer that held it has come: the old one is a replay.
const third = await oauth.refreshTokenGrant(config, renewed.refresh_token);
found.reuse = await refused(oauth.refreshTokenGrant(config, user.refresh_token));
found.familyAfterReuse = await refused(oauth.refreshTokenGrant(config, third.refresh_token));
found.wrongPassword = await refused(
  oauth.genericGrantRequest(config, "password", { username: EMAIL, password: "wrong", scope: "profile" }),
);
found.wrongScope = await refused(oauth.clientCredentialsGrant(config, { scope: "everything" }));
found.wrongSecret = await refused(
  oauth.clientCredentialsGrant(await discover("oidc", oauth.ClientSecretBasic("wrong")), { scope: "users_create" }),
);

// A browser without script: fills in the page's one form and says where it is sent to.
const text = (html) =>
  html.replaceAll("&quot;", '"').replaceAll("&#x2B;", "+").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

const signIn = async (address, button) => {
  const page = await fetch(address, { redirect: "manual" });
  if (page.status !== 200) {
    return new URL(page.headers.get("location"));
  }
  const fields = new URLSearchParams({ username: EMAIL, password: PASSWORD, do: button });
  for (const [, name, value] of (await page.text()).matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)) {
    fields.set(name, text(value));
  }
  const cookie = page.headers.getSetCookie()[0].split(";")[0];
  const answer = await fetch(address.origin + address.pathname, {
    method: "POST",
    body: fields,
    headers: { cookie },
    redirect: "manual",
  });
  return new URL(answer.headers.get("location"));
};

const begin = async (parameters) => {
  const checks = { expectedState: oauth.randomState(), expectedNonce: oauth.randomNonce() };
  const address = oauth.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT_URI,
    scope: "openid profile",
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...parameters,
  });
  return [address, checks];
};

const pkceCodeVerifier = oauth.randomPKCECodeVerifier();
const proof = { code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: "S256" };
const [proved, provedChecks] = await begin(proof);
const back = await signIn(proved, "sign_in");
const byCode = await oauth.authorizationCodeGrant(config, back, { ...provedChecks, pkceCodeVerifier });
found.codeScope = byCode.scope;
found.codeSubject = byCode.claims().sub;
found.codeRefreshed = (await oauth.refreshTokenGrant(config, byCode.refresh_token)).refresh_token !== undefined;
found.codeTwice = await refused(oauth.authorizationCodeGrant(config, back, { ...provedChecks, pkceCodeVerifier }));

const [plain, plainChecks] = await begin({});
found.codeWithoutPkce = (
  await oauth.authorizationCodeGrant(config, await signIn(plain, "sign_in"), plainChecks)
).claims().sub;

const [stolen, stolenChecks] = await begin(proof);
const stolenBack = await signIn(stolen, "sign_in");
found.wrongVerifier = await refused(
  oauth.authorizationCodeGrant(config, stolenBack, {
    ...stolenChecks,
    pkceCodeVerifier: oauth.randomPKCECodeVerifier(),
  }),
);

const [cancelled, cancelledChecks] = await begin(proof);
found.cancelled = await refused(
  oauth.authorizationCodeGrant(config, await signIn(cancelled, "cancel"), { ...cancelledChecks, pkceCodeVerifier }),
);

console.log(JSON.stringify(found));
