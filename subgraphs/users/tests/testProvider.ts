import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { decodeJwt, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import Provider from "oidc-provider";
import type { IdentityProviderSettings } from "#platform/identitySettings.ts";

export interface ProviderAccount {
  email?: string;
  email_verified?: boolean;
  name?: string;
}

/** Below the range from which the system gives out ports for connections: nobody takes it away. */
const PORTS = { least: 21_000, most: 32_000 };

/** How an id token is signed and with what, where a test has the provider lie. */
export type Forge = (claims: JWTPayload, sign: (claims: JWTPayload, header?: Record<string, unknown>) => Promise<string>) => Promise<string>;

export interface TestProvider {
  readonly settings: IdentityProviderSettings;
  /** Goes to an address as a browser in which nobody is logged in, logs in as the account, and answers where the provider sends it back to. */
  authorize(authorizationUrl: string, account: string): Promise<URL>;
  /** What the provider puts in the place of its id tokens from now on; undefined for its own. */
  forge: Forge | undefined;
  /** Requests that the provider got, by method and path. */
  readonly requests: string[];
  /** Stops answering, without giving the port away. */
  isAway: boolean;
  close(): Promise<void>;
}

/** A real provider of OpenID Connect (oidc-provider) on this machine, with accounts that any password opens. */
export async function startTestProvider(name: string, redirectUris: readonly string[], accounts: ReadonlyMap<string, ProviderAccount>): Promise<TestProvider> {
  const server = createServer();
  const port = await listenLow(server);
  const issuer = `http://127.0.0.1:${port}`;
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const client = { client_id: `shop-${name}`, client_secret: `secret of ${name}`.replaceAll(" ", "-") };
  const provider = new Provider(issuer, {
    clients: [{ ...client, redirect_uris: [...redirectUris], grant_types: ["authorization_code"], response_types: ["code"] }],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: "key-1", alg: "RS256", use: "sig" }] },
    cookies: { keys: ["only for tests"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
    findAccount: (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id, ...accounts.get(id) }) }),
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client?.clientId as string, accountId: ctx.oidc.session?.accountId as string });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
  });
  const made: TestProvider = {
    settings: { name, label: `The ${name}`, issuer, clientId: client.client_id, clientSecret: client.client_secret },
    forge: undefined, requests: [], isAway: false,
    authorize: (url, account) => authorize(new URL(url), account, redirectUris),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  provider.use(async (ctx, next) => {
    made.requests.push(`${ctx.method} ${ctx.path}`);
    await next();
    const body = ctx.body as { id_token?: string } | undefined;
    if (ctx.path === "/token" && made.forge && body?.id_token) {
      const sign = (claims: JWTPayload, header: Record<string, unknown> = {}) => new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "key-1", ...header }).sign(privateKey);
      body.id_token = await made.forge(decodeJwt(body.id_token), sign);
    }
  });
  const answer = provider.callback();
  server.on("request", (request, response) => {
    if (made.isAway) response.writeHead(503).end();
    else void answer(request, response);
  });
  return made;
}

async function listenLow(server: Server): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = PORTS.least + Math.floor(Math.random() * (PORTS.most - PORTS.least));
    const listening = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
    });
    server.removeAllListeners("error");
    if (listening) return port;
  }
  throw new Error("no port is free");
}

async function authorize(start: URL, account: string, redirectUris: readonly string[]): Promise<URL> {
  const cookies = new Map<string, string>();
  let url = start;
  let form: URLSearchParams | undefined;
  for (let step = 0; step < 12; step += 1) {
    const response = await fetch(url, {
      method: form ? "POST" : "GET", redirect: "manual", body: form ?? null,
      headers: { cookie: [...cookies].map(([key, value]) => `${key}=${value}`).join("; ") },
    });
    for (const set of response.headers.getSetCookie()) {
      const [, key = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === "") cookies.delete(key);
      else cookies.set(key, value);
    }
    form = undefined;
    const location = response.headers.get("location");
    if (location) {
      url = new URL(location, url);
      if (redirectUris.some((uri) => url.href.startsWith(`${uri}?`))) return url;
      continue;
    }
    const page = await response.text();
    if (!url.pathname.startsWith("/interaction/")) throw new Error(`the provider answers ${response.status} at ${url.pathname}: ${page.slice(0, 300)}`);
    form = page.includes('value="login"') ? new URLSearchParams({ prompt: "login", login: account, password: "any" }) : new URLSearchParams({ prompt: "consent" });
  }
  throw new Error("the provider goes round in circles");
}
