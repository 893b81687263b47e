import { randomUUID } from "node:crypto";
import { importJWK, type JWK, SignJWT } from "jose";
import { ACCESS_TOKEN, type AccessTokenClaims } from "#kit/claims.ts";

export interface AccessToken {
  readonly accessToken: string;
  readonly expiresAt: Date;
}

export interface TokenSigner {
  /** A token for these claims, valid from `now` (wall time) for 15 minutes. */
  sign(claims: AccessTokenClaims, now: Date): Promise<AccessToken>;
}

/** @throws when the key is no private Ed25519 key. */
export async function createTokenSigner(privateJwk: JWK): Promise<TokenSigner> {
  if (privateJwk.kty !== "OKP" || privateJwk.crv !== "Ed25519" || !privateJwk.d) throw new Error("the key for access tokens must be a private Ed25519 key as a JWK");
  const key = await importJWK(privateJwk, ACCESS_TOKEN.algorithm);
  return {
    async sign({ sub, ...claims }, now) {
      const issuedAt = Math.floor(now.getTime() / 1000);
      const expires = issuedAt + ACCESS_TOKEN.lifeSeconds;
      const accessToken = await new SignJWT({ ...claims })
        .setProtectedHeader({ alg: ACCESS_TOKEN.algorithm, typ: ACCESS_TOKEN.typ, ...(privateJwk.kid ? { kid: privateJwk.kid } : {}) })
        .setIssuer(ACCESS_TOKEN.issuer)
        .setAudience(ACCESS_TOKEN.audience)
        .setSubject(sub)
        .setJti(randomUUID())
        .setIssuedAt(issuedAt)
        .setNotBefore(issuedAt)
        .setExpirationTime(expires)
        .sign(key);
      return { accessToken, expiresAt: new Date(expires * 1000) };
    },
  };
}
