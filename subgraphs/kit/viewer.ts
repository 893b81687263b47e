/** What a person may do; the same words as in the users table and in the graph's enum `Role`. */
export const ROLES = ["CUSTOMER", "VENDOR", "SUPPORT", "ANALYST", "ADMIN", "SERVICE"] as const;
export type Role = (typeof ROLES)[number];

/** Who asks, as the gateway has verified it. A guest has no `userId` and no roles. */
export interface Viewer {
  /** UUID of users.users, or null for a guest. */
  readonly userId: string | null;
  readonly roles: readonly Role[];
  /** UUIDs of the vendors the person sells for. */
  readonly vendorIds: readonly string[];
}

export const GUEST: Viewer = { userId: null, roles: [], vendorIds: [] };

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text);
}

/** Whether the viewer holds at least one of the roles. */
export function hasRole(viewer: Viewer, ...roles: readonly Role[]): boolean {
  return viewer.roles.some((role) => roles.includes(role));
}

/** Whether the viewer may see what belongs to any customer. */
export function seesEveryone(viewer: Viewer): boolean {
  return hasRole(viewer, "SUPPORT", "ADMIN");
}
