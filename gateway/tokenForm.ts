import { ACCESS_TOKEN } from "#kit/claims.ts";

const PART = /^[A-Za-z0-9_-]+$/;
/** What a header of ours says. Anything else (`jwk`, `jku`, `x5u`, `crit`, `b64`, `zip`, `cty`) is the beginning of a trick. */
const HEADER = new Set(["alg", "typ", "kid"]);
/** By how many seconds the clocks of two machines may differ. */
const SKEW_SECONDS = 60;

/**
 * Whether a text has the one form in which access tokens are given out: three parts, each the only base64url text of its bytes, and a
 * header that says what ours says. Nothing is verified here. A second text for the same token would be a second name for it in every
 * list of what is remembered or refused.
 */
export function hasTokenForm(token: string, kid: string | undefined): boolean {
  const parts = token.split(".");
  if (parts.length !== 3 || !parts.every((part) => PART.test(part) && Buffer.from(part, "base64url").toString("base64url") === part)) return false;
  const header = jsonOf(parts[0] as string);
  if (!header || !Object.keys(header).every((name) => HEADER.has(name))) return false;
  return header["alg"] === ACCESS_TOKEN.algorithm && header["typ"] === ACCESS_TOKEN.typ && header["kid"] === kid;
}

/** Whether verified claims are such as the users subgraph makes: for us alone, of now or before, and no longer than a token of ours lives. */
export function hasTokenClaims({ aud, iat, exp }: Readonly<Record<string, unknown>>, now: Date): boolean {
  if (aud !== ACCESS_TOKEN.audience || !Number.isSafeInteger(iat) || !Number.isSafeInteger(exp)) return false;
  return (iat as number) <= now.getTime() / 1000 + SKEW_SECONDS && (exp as number) - (iat as number) <= ACCESS_TOKEN.lifeSeconds;
}

function jsonOf(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
