import { isUuid } from "#schema/values/ids.ts";
import { isPermission } from "#schema/permissions.ts";
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
  /** UUID of the session. */
  sid?: string;
  /** Permissions from groups. */
  permissions?: string[];
  /** When the person last showed who they are, Unix seconds (OpenID Connect Core, section 2). */
  auth_time?: number;
  /** How they did (RFC 8176). */
  amr?: string[];
}

/** The viewer a verified token speaks of, or undefined when the claims do not have the shape of the contract. */
export function viewerFromClaims(claims: Record<string, unknown>): Viewer | undefined {
  const { sub, roles, vendorIds, sid, permissions, auth_time: authenticatedAt, amr } = claims;
  if (typeof sub !== "string" || !isUuid(sub)) return undefined;
  if (!isTextList(roles) || !isTextList(vendorIds) || !vendorIds.every(isUuid)) return undefined;
  if (sid !== undefined && (typeof sid !== "string" || !isUuid(sid))) return undefined;
  if (permissions !== undefined && !isTextList(permissions)) return undefined;
  if (authenticatedAt !== undefined && !Number.isSafeInteger(authenticatedAt)) return undefined;
  if (amr !== undefined && !isTextList(amr)) return undefined;
  // A role or permission this version does not know grants nothing.
  return {
    userId: sub, roles: roles.filter(isRole), vendorIds,
    ...(sid === undefined ? {} : { sessionId: sid }),
    ...(permissions === undefined ? {} : { permissions: permissions.filter(isPermission) }),
    ...(authenticatedAt === undefined ? {} : { authenticatedAt: authenticatedAt as number }),
    ...(amr === undefined ? {} : { methods: amr }),
  };
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
