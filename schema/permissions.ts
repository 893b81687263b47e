/** What a person may do, as the users table, access tokens and the graph's enum `Role` name it. */
export const ROLES = ["CUSTOMER", "VENDOR", "SUPPORT", "ANALYST", "ADMIN", "SERVICE"] as const;
export type Role = (typeof ROLES)[number];

export interface PermissionEntry {
  /** One sentence: what it lets its holder do. Stands in the descriptions of the fields that need it. */
  readonly description: string;
  /** Who holds it without being in a group. */
  readonly roles: readonly Role[];
}

/**
 * The permission table. Guards, the gateway's check before planning and the field descriptions are made of it; groups give single
 * permissions to people beyond their roles. A name is `<area>.<verb>`; what is here no longer grants nothing where it is still stored.
 */
export const PERMISSIONS = {
  "users.read": { description: "See people with their personal data.", roles: ["SUPPORT", "ADMIN"] },
  "users.readAnonymous": { description: "See people without what makes them persons.", roles: ["ANALYST", "SUPPORT", "ADMIN"] },
  "users.write": { description: "Change people's accounts: their status, roles and groups.", roles: ["ADMIN"] },
  "users.erase": { description: "Erase people.", roles: ["ADMIN"] },
  "audit.read": { description: "Read who did what with privileges.", roles: ["ADMIN"] },
  "vendors.write": { description: "Open vendors, change any of them and their members.", roles: ["ADMIN"] },
  "catalog.read": { description: "See products that are not published.", roles: ["SUPPORT", "ADMIN"] },
  "catalog.write": { description: "Change any product, category, collection, brand and attribute.", roles: ["ADMIN"] },
  "catalog.writeOwn": { description: "Change products of the vendors one sells for.", roles: ["VENDOR"] },
  "prices.write": { description: "Change any price and price list.", roles: ["ADMIN"] },
  "reviews.moderate": { description: "Publish and reject reviews.", roles: ["SUPPORT", "ADMIN"] },
  "catalog.import": { description: "Import and export the whole catalogue, customers and past orders.", roles: ["ADMIN"] },
} as const satisfies Readonly<Record<string, PermissionEntry>>;

export type Permission = keyof typeof PERMISSIONS;

export function isPermission(text: string): text is Permission {
  return Object.hasOwn(PERMISSIONS, text);
}

/** The permissions that come with a role. */
export function permissionsOfRole(role: Role): Permission[] {
  return (Object.keys(PERMISSIONS) as Permission[]).filter((name) => (PERMISSIONS[name].roles as readonly Role[]).includes(role));
}
