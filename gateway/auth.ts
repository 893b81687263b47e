import { createHash } from "node:crypto";
import { errors, importJWK, jwtVerify } from "jose";
import type { JWK } from "jose";
import { LRUCache } from "lru-cache";
import { ACCESS_TOKEN, viewerFromClaims } from "#kit/claims.ts";
import { GUEST } from "#kit/viewer.ts";
import type { Viewer } from "#kit/viewer.ts";
import { wallClock } from "#platform/clock.ts";
import type { Clock } from "#platform/clock.ts";
import { Refusal } from "./refusal.ts";
import type { SessionWatch } from "./sessionWatch.ts";
import { hasTokenClaims, hasTokenForm } from "./tokenForm.ts";

export interface Authenticator {
  /** The viewer of an Authorization header; a guest where there is none. Throws {@link Refusal} 401 for anything else. */
  viewerOf(authorization: string | undefined): Promise<Viewer>;
}

/**
 * Verifies access tokens with the one public key it was given. Keys and addresses named inside a token (`jwk`, `jku`, `x5u`) are
 * never looked at. A verified token is remembered under its hash until it expires; whether its session has ended is looked at each time.
 */
export async function authenticator(publicJwk: JWK, clock: Clock = wallClock, sessions?: SessionWatch): Promise<Authenticator> {
  const key = await importJWK(publicJwk, ACCESS_TOKEN.algorithm);
  const verified = new LRUCache<string, { viewer: Viewer; issuedAt: number; expiresAt: number }>({ max: 10_000 });

  return {
    async viewerOf(authorization) {
      if (authorization === undefined) return GUEST;
      const token = /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(authorization)?.[1];
      if (token === undefined || token.length > 8_192) throw unauthenticated('The Authorization header must read "Bearer <access token>".');
      const hash = createHash("sha256").update(token).digest("base64");
      const now = clock.now();
      const known = verified.get(hash);
      if (known && known.expiresAt > now.getTime()) {
        const waits = sessions?.check(known.viewer, known.issuedAt);
        if (waits) await waits;
        return known.viewer;
      }
      verified.delete(hash);
      if (!hasTokenForm(token, publicJwk.kid)) throw unauthenticated("The access token is not valid: log in again.");
      let claims: Record<string, unknown>;
      try {
        // One algorithm and one type, whatever the token says of itself (OWASP ASVS 5.0, 9.1.2 and 9.2.2).
        ({ payload: claims } = await jwtVerify(token, key, {
          algorithms: [ACCESS_TOKEN.algorithm], typ: ACCESS_TOKEN.typ, issuer: ACCESS_TOKEN.issuer, audience: ACCESS_TOKEN.audience,
          requiredClaims: ["sub", "exp", "iat"], currentDate: now,
        }));
      } catch (error) {
        if (error instanceof errors.JWTExpired) throw unauthenticated("The access token has expired: log in again.");
        throw unauthenticated("The access token is not valid: log in again.");
      }
      const viewer = hasTokenClaims(claims, now) ? viewerFromClaims(claims) : undefined;
      if (!viewer) throw unauthenticated("The access token is not valid: log in again.");
      const issuedAt = claims["iat"] as number;
      verified.set(hash, { viewer, issuedAt, expiresAt: (claims["exp"] as number) * 1000 });
      await sessions?.check(viewer, issuedAt);
      return viewer;
    },
  };
}

/** RFC 6750, section 3: the answer names the scheme and the reason. */
function unauthenticated(message: string): Refusal {
  return new Refusal(401, "UNAUTHENTICATED", message, { headers: { "www-authenticate": 'Bearer realm="martgraph", error="invalid_token"' } });
}
