import { isUuid } from "#schema/values/ids.ts";
import { isRole, type Viewer } from "./viewer.ts";

/**
 * The contract of access tokens: subgraph users signs them, gateway/auth verifies them. A token is a JWT (RFC 7519) of the
 * profile "at+jwt" (RFC 9068), signed with Ed25519 (RFC 8037).
 */
export const ACCESS_TOKEN = {
  issuer: "martgraph",
  audience: "martgraph",
  algorithm: "EdDSA",
  typ: "at+jwt",
  /** Life of a token in seconds of wall time. */
  lifeSeconds: 900,
} as const;

export interface AccessTokenClaims {
  /** UUID of users.users. */
  sub: string;
  roles: string[];
  /** UUIDs of the vendors the person sells for. */
  vendorIds: string[];
}

/** The viewer a verified token speaks of, or undefined when the claims do not have the shape of the contract. */
export function viewerFromClaims(claims: Record<string, unknown>): Viewer | undefined {
  const { sub, roles, vendorIds } = claims;
  if (typeof sub !== "string" || !isUuid(sub)) return undefined;
  if (!isTextList(roles) || !isTextList(vendorIds) || !vendorIds.every(isUuid)) return undefined;
  // A role this version does not know grants nothing.
  return { userId: sub, roles: roles.filter(isRole), vendorIds };
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
