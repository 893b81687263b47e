import { type Permission, permissionsOfRole, type Role, ROLES } from "#schema/permissions.ts";

export { type Permission, type Role, ROLES } from "#schema/permissions.ts";

/** Who asks, as the gateway has verified it. A guest has no `userId` and no roles. */
export interface Viewer {
  /** UUID of users.users, or null for a guest. */
  readonly userId: string | null;
  readonly roles: readonly Role[];
  /** UUIDs of the vendors the person sells for. */
  readonly vendorIds: readonly string[];
  /** Permissions from groups, beyond those of the roles. */
  readonly permissions?: readonly Permission[];
  /** UUID of the session that the access token belongs to; not given for programs and guests. */
  readonly sessionId?: string;
  /** When the person last showed who they are, Unix seconds of wall time. */
  readonly authenticatedAt?: number;
  /** How they did (RFC 8176): `pwd`, `otp`, `mfa`, `ext` for an identity provider. */
  readonly methods?: readonly string[];
}

export const GUEST: Viewer = { userId: null, roles: [], vendorIds: [] };

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

const OF_ROLE: ReadonlyMap<Role, ReadonlySet<Permission>> = new Map(ROLES.map((role) => [role, new Set(permissionsOfRole(role))]));

/** Whether the viewer holds the permission, by a role or by a group. */
export function can(viewer: Viewer, permission: Permission): boolean {
  return viewer.roles.some((role) => OF_ROLE.get(role)?.has(permission)) || (viewer.permissions?.includes(permission) ?? false);
}
