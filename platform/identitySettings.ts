import { ConfigError, settingsUnder } from "./config.ts";

/** A provider of OpenID Connect that people may log in by. */
export interface IdentityProviderSettings {
  /** Its name in the graph and in the address of its callback: `google`. */
  readonly name: string;
  /** As people read it on the button. */
  readonly label: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface IdentitySettings {
  readonly providers: readonly IdentityProviderSettings[];
  /** Where providers may send people back to, beside the gateway's own page: pages of frontends, by their whole address. */
  readonly redirectUris: readonly string[];
}

/** The settings, and where the gateway's own page is that providers send people back to: this and the provider's name. */
export interface IdentityConfig extends IdentitySettings {
  readonly callbackBase: string;
}

/** Below the address by which browsers reach the gateway. */
export const CALLBACK_PATH = "/identity/callback/";

const PREFIX = "MARTGRAPH_OIDC_";
const PARTS = ["ISSUER", "CLIENT_ID", "CLIENT_SECRET", "LABEL"] as const;
const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);
const SETTING = new RegExp(`^([A-Z][A-Z0-9]{0,29})_(${PARTS.join("|")})$`);

/**
 * The identity providers that are named in the environment: MARTGRAPH_OIDC_<NAME>_ISSUER, _CLIENT_ID, _CLIENT_SECRET and _LABEL for each.
 * @throws ConfigError for one that is half there, and for an issuer that anybody on the way could speak for.
 */
export function identitySettings(): IdentitySettings {
  const given = new Map(settingsUnder(PREFIX));
  const allowLoopback = take(given, "ALLOW_LOOPBACK") ?? "0";
  if (allowLoopback !== "0" && allowLoopback !== "1") throw new ConfigError(`${PREFIX}ALLOW_LOOPBACK is "${allowLoopback}"; it must be one of 0, 1`);
  const redirectUris = (take(given, "REDIRECT_URIS") ?? "").split(",").map((uri) => uri.trim()).filter((uri) => uri !== "");
  for (const uri of redirectUris) assertRedirect(uri);
  const found = new Map<string, Partial<Record<(typeof PARTS)[number], string>>>();
  for (const [setting, value] of given) {
    const [, name, part] = SETTING.exec(setting) ?? [];
    if (!name || !part) throw new ConfigError(`${PREFIX}${setting} is no setting: a provider has ${PARTS.map((known) => `${PREFIX}<NAME>_${known}`).join(", ")}, its name in capitals and digits`);
    found.set(name, { ...found.get(name), [part]: value });
  }
  return { redirectUris, providers: [...found].map(([name, parts]) => providerOf(name, parts, allowLoopback === "1")) };
}

function take(given: Map<string, string>, name: string): string | undefined {
  const value = given.get(name);
  given.delete(name);
  return value;
}

function providerOf(name: string, { ISSUER: issuer, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret, LABEL: label }: Partial<Record<(typeof PARTS)[number], string>>, allowLoopback: boolean): IdentityProviderSettings {
  const setting = (part: string): string => `${PREFIX}${name}_${part}`;
  const missing = ([["ISSUER", issuer], ["CLIENT_ID", clientId], ["CLIENT_SECRET", clientSecret]] as const).find(([, value]) => value === undefined)?.[0];
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) throw new ConfigError(`${setting(missing ?? "ISSUER")} is not set: a provider needs ISSUER, CLIENT_ID and CLIENT_SECRET`);
  const url = URL.parse(issuer);
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:") || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new ConfigError(`${setting("ISSUER")} is no issuer: it is an address of https without query, https://accounts.example.com`);
  }
  if (url.protocol === "http:" && !(allowLoopback && LOOPBACK.has(url.hostname))) {
    throw new ConfigError(`${setting("ISSUER")} is http: whoever stands between could log in as anybody. Give https; for a provider on this machine alone set ${PREFIX}ALLOW_LOOPBACK=1`);
  }
  if (!isPlain(clientId, 200) || !isPlain(clientSecret, 1_000)) throw new ConfigError(`${setting("CLIENT_ID")} or ${setting("CLIENT_SECRET")} is too long, or holds characters outside printable ASCII`);
  if (label !== undefined && (label.length > 60 || /[\p{Cc}\p{Cn}\p{Co}\p{Cs}]/u.test(label))) throw new ConfigError(`${setting("LABEL")} must have 1 to 60 characters that can be shown`);
  return { name: name.toLowerCase(), label: label ?? `${name.charAt(0)}${name.slice(1).toLowerCase()}`, issuer, clientId, clientSecret };
}

const isPlain = (text: string, most: number): boolean => text.length <= most && /^[\x21-\x7e]+$/.test(text);

/** RFC 9700, section 2.1: exact addresses, and none that the code would travel to in the clear. */
function assertRedirect(uri: string): void {
  const url = URL.parse(uri);
  const isSafe = url && (url.protocol === "https:" || (url.protocol === "http:" && LOOPBACK.has(url.hostname))) && url.hash === "" && url.search === "" && url.username === "" && url.password === "";
  if (!isSafe) throw new ConfigError(`${PREFIX}REDIRECT_URIS has "${uri}"; each is a whole address of https, or of http on this machine, without "?" and "#"`);
}
