import { decodeProtectedHeader } from "jose";
import * as oidc from "openid-client";
import type { IdentityProviderSettings } from "#platform/identitySettings.ts";
import type { Log } from "#platform/log.ts";

/** What a provider says of a person. */
export interface ShownIdentity {
  readonly issuer: string;
  /** The person, in the words of the issuer alone: no other issuer's `sub` means the same. */
  readonly subject: string;
  readonly email: string | undefined;
  /** Whether the provider has seen that mail reaches the person. */
  readonly isEmailVerified: boolean;
  readonly name: string | undefined;
  /** When the person last showed the provider who they are; undefined where it does not say. */
  readonly authenticatedAt: Date | undefined;
}

/** What one login is made of; the provider's answer must fit all of it. */
export interface LoginSecrets {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

export interface IdentityProvider {
  readonly name: string;
  readonly label: string;
  /** Where to send the browser. `again`: the person has to show the provider anew who they are. @throws ProviderUnavailable */
  authorizationUrl(secrets: LoginSecrets, options: { again: boolean }): Promise<string>;
  /** Trades the code for the person. `iss` as it came back with the code. @throws IdentityNotShown, ProviderUnavailable */
  redeem(secrets: LoginSecrets, answer: { code: string; iss: string | undefined }): Promise<ShownIdentity>;
}

/** What came back does not prove who the person is. `message` is for the log. */
export class IdentityNotShown extends Error {
  override readonly name = "IdentityNotShown";
}

/** The provider does not answer. `message` is for the log. */
export class ProviderUnavailable extends Error {
  override readonly name = "ProviderUnavailable";
}

/** Seconds that one call to a provider may take: a login makes two or three, and the gateway waits for five. */
const TIMEOUT_SECONDS = 3;
/** How long the provider's description is believed without being read again. Its keys are read anew whenever one is unknown. */
const DESCRIPTION_MS = 3_600_000;
const SCOPES = "openid email profile";
/** Signatures that only the provider can make: with a shared secret ("HS256") every holder of it could, with "none" everybody. */
const SIGNATURES = /^(RS|PS|ES)(256|384|512)$|^EdDSA$|^Ed25519$/;
const MAX_SUBJECT = 255;

/** A provider of OpenID Connect by openid-client: authorisation code flow with PKCE (S256), state, nonce and the issuer that came back. */
export function createIdentityProvider(settings: IdentityProviderSettings, log: Log): IdentityProvider {
  let described: { at: number; config: Promise<oidc.Configuration> } | undefined;

  function description(): Promise<oidc.Configuration> {
    const now = performance.now();
    if (!described || now - described.at > DESCRIPTION_MS) {
      const config = discover(settings);
      described = { at: now, config };
      // A failure is not kept: the next login asks anew.
      config.catch(() => { described = undefined; });
    }
    return described.config.catch((error: unknown) => { throw new ProviderUnavailable(`the description of ${settings.issuer} could not be read: ${String(error)}`); });
  }

  return {
    name: settings.name,
    label: settings.label,
    async authorizationUrl({ redirectUri, state, nonce, codeVerifier }, { again }) {
      const parameters = {
        redirect_uri: redirectUri, scope: SCOPES, state, nonce, response_type: "code",
        code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier), code_challenge_method: "S256",
        ...(again ? { prompt: "login", max_age: "0" } : {}),
      };
      return oidc.buildAuthorizationUrl(await description(), parameters).href;
    },
    async redeem({ redirectUri, state, nonce, codeVerifier }, { code, iss }) {
      const config = await description();
      const back = new URL(redirectUri);
      back.search = new URLSearchParams({ code, state, ...(iss === undefined ? {} : { iss }) }).toString();
      try {
        const tokens = await oidc.authorizationCodeGrant(config, back, { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier, idTokenExpected: true });
        const claims = tokens.claims();
        if (!claims || !tokens.id_token) throw new IdentityNotShown("there is no id token");
        // The library looks at `azp` only where there are several audiences.
        if (claims.azp !== undefined && claims.azp !== settings.clientId) throw new IdentityNotShown("the id token was given to another client");
        const { alg } = decodeProtectedHeader(tokens.id_token);
        if (!SIGNATURES.test(alg ?? "")) throw new IdentityNotShown(`the id token is signed by "${alg}"`);
        return identityOf(claims, await profileOf(config, tokens.access_token, claims, log));
      } catch (error) {
        throw nameOf(error);
      }
    },
  };
}

async function discover({ issuer, clientId, clientSecret }: IdentityProviderSettings): Promise<oidc.Configuration> {
  const server = new URL(issuer);
  // Only an issuer on this machine is configured with http, and only where that is asked for (platform/identitySettings.ts).
  const loosen = server.protocol === "http:" ? [oidc.allowInsecureRequests] : [];
  const found = await oidc.discovery(server, clientId, undefined, undefined, { timeout: TIMEOUT_SECONDS, execute: loosen });
  const ways = found.serverMetadata().token_endpoint_auth_methods_supported;
  // Basic is what every provider takes that does not say otherwise (OpenID Connect Discovery, section 3).
  const way = ways && !ways.includes("client_secret_basic") ? oidc.ClientSecretPost(clientSecret) : oidc.ClientSecretBasic(clientSecret);
  const config = new oidc.Configuration(found.serverMetadata(), clientId, undefined, way);
  config.timeout = TIMEOUT_SECONDS;
  for (const change of loosen) change(config);
  // The connection to the provider would do by the standard, but then an id token with any signature passes.
  oidc.enableNonRepudiationChecks(config);
  return config;
}

type Claims = Readonly<Record<string, unknown>>;

/** What the id token does not say is asked for; a provider that does not answer leaves a person without name and address, not without login. */
async function profileOf(config: oidc.Configuration, accessToken: string, claims: oidc.IDToken, log: Log): Promise<Claims> {
  if (claims["email"] !== undefined || !config.serverMetadata().userinfo_endpoint) return claims;
  try {
    return await oidc.fetchUserInfo(config, accessToken, claims.sub);
  } catch (error) {
    log.warn({ issuer: claims.iss, reason: String(error) }, "a provider did not tell a person's address");
    return claims;
  }
}

function identityOf({ iss, sub, auth_time: authTime }: oidc.IDToken, profile: Claims): ShownIdentity {
  // OpenID Connect Core, section 2: at most 255 ASCII characters.
  if (sub.length === 0 || sub.length > MAX_SUBJECT || !/^[\x20-\x7e]+$/.test(sub)) throw new IdentityNotShown("the subject is no subject");
  const text = (name: string): string | undefined => (typeof profile[name] === "string" ? (profile[name] as string) : undefined);
  return {
    issuer: iss, subject: sub, email: text("email"), isEmailVerified: profile["email_verified"] === true, name: text("name"),
    authenticatedAt: typeof authTime === "number" && Number.isSafeInteger(authTime) && authTime > 0 ? new Date(authTime * 1000) : undefined,
  };
}

const AWAY = new Set(["OAUTH_TIMEOUT", "OAUTH_HTTP_REQUEST_FORBIDDEN"]);

/** Which of the two it is. Neither message holds a code or token: openid-client's errors name what did not fit. */
function nameOf(error: unknown): Error {
  if (error instanceof IdentityNotShown || error instanceof ProviderUnavailable) return error;
  const { code, status, message, cause } = error as { code?: string; status?: number; message?: string; cause?: { message?: string; claim?: string; status?: number } };
  const reason = [message, code, typeof cause?.claim === "string" ? `claim ${cause.claim}` : undefined].filter(Boolean).join(", ");
  const isAway = (status ?? cause?.status ?? 0) >= 500 || (code !== undefined && AWAY.has(code)) || (error instanceof TypeError && message === "fetch failed");
  return isAway ? new ProviderUnavailable(reason) : new IdentityNotShown(reason);
}
