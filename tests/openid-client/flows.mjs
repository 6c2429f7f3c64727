// Drives the authorization server with a library that was written elsewhere, and prints what it found as one JSON object.
// Environment: ISSUER, CLIENT_ID, CLIENT_SECRET, EMAIL, PASSWORD.
import * as oauth from "openid-client";

const { ISSUER, CLIENT_ID, CLIENT_SECRET, EMAIL, PASSWORD } = process.env;
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

found.reuse = await refused(oauth.refreshTokenGrant(config, user.refresh_token));
found.familyAfterReuse = await refused(oauth.refreshTokenGrant(config, renewed.refresh_token));
found.wrongPassword = await refused(
  oauth.genericGrantRequest(config, "password", { username: EMAIL, password: "wrong", scope: "profile" }),
);
found.wrongScope = await refused(oauth.clientCredentialsGrant(config, { scope: "everything" }));
found.wrongSecret = await refused(
  oauth.clientCredentialsGrant(await discover("oidc", oauth.ClientSecretBasic("wrong")), { scope: "users_create" }),
);

console.log(JSON.stringify(found));
