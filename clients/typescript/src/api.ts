import createClient, { type Client, type ClientOptions } from "openapi-fetch";
import type { components, paths } from "./openapi.js";

export type { components, operations, paths } from "./openapi.js";

/** A resource of the API by its name in the API's document. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

type AuthPath = "/token" | "/revoke" | "/introspect";
type EmbedPath = "/widget/widget_session";
type BrowserPath = "/signin" | "/authorize" | `/.well-known/${string}`;

/** What the authorization server is asked. */
export type AuthPaths = Pick<paths, AuthPath>;
/** What the widget's server is asked. */
export type EmbedPaths = Pick<paths, EmbedPath>;
/** The resources, in version 2.1 of the API. */
export type ApiPaths = Omit<paths, AuthPath | EmbedPath | Extract<keyof paths, BrowserPath | `/v3/${string}`>>;

export interface AffluentOptions extends Omit<ClientOptions, "baseUrl" | "headers"> {
  /** Where the installation is: `https://bank.example`; or where each of its parts is, when they have addresses of their own. */
  server: string | { auth: string; api: string; embed: string };
}

/** The three parts of an installation. */
export interface Affluent {
  auth: Client<AuthPaths>;
  embed: Client<EmbedPaths>;
  /** The resources, with an access token of a user or of your client. */
  api(token: string): Client<ApiPaths>;
}

/** Calls an installation. For your server: tokens and secrets do not belong into a browser. */
export function connect({ server, ...options }: AffluentOptions): Affluent {
  const { auth, api, embed } =
    typeof server === "string"
      ? { auth: new URL("/auth", server).href, api: new URL("/api/v2.1", server).href, embed: new URL("/embed/v2.1", server).href }
      : server;
  return {
    auth: createClient<AuthPaths>({ ...options, baseUrl: auth }),
    embed: createClient<EmbedPaths>({ ...options, baseUrl: embed }),
    api: (token) =>
      createClient<ApiPaths>({
        ...options,
        baseUrl: api,
        headers: { authorization: `Bearer ${token}` },
      }),
  };
}
