/** What a person may do, as the users table, access tokens and the graph's enum `Role` name it. */
export const ROLES = ["CUSTOMER", "VENDOR", "SUPPORT", "ANALYST", "ADMIN", "SERVICE"] as const;
export type Role = (typeof ROLES)[number];

export interface PermissionEntry {
  /** One sentence: what it lets its holder do. Stands in the descriptions of the fields that need it. */
  readonly description: string;
  /** Who holds it without being in a group. */
  readonly roles: readonly Role[];
  /** The wider permission that contains it: who holds that one may give this one. */
  readonly within?: string;
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
  "privacy.handOut": { description: "Hand out the copy of a person's data that a link names. For the gateway alone.", roles: ["SERVICE"] },
  "sessions.watch": { description: "Hear which sessions have ended, to refuse their access tokens.", roles: ["SERVICE"] },
  "audit.read": { description: "Read who did what with privileges.", roles: ["ADMIN"] },
  "vendors.write": { description: "Open vendors, change any of them and their members.", roles: ["ADMIN"] },
  "catalog.read": { description: "See products that are not published.", roles: ["SUPPORT", "ADMIN"] },
  "catalog.write": { description: "Change any product, category, collection, brand and attribute.", roles: ["ADMIN"] },
  "catalog.writeOwn": { description: "Change products of the vendors one sells for.", roles: ["VENDOR"], within: "catalog.write" },
  "prices.write": { description: "Change any price and price list.", roles: ["ADMIN"] },
  "reviews.moderate": { description: "Publish and reject reviews.", roles: ["SUPPORT", "ADMIN"] },
  "catalog.import": { description: "Import and export the whole catalogue, customers and past orders.", roles: ["ADMIN"] },
  "catalog.importTerms": { description: "Let one's imports add categories, attributes, options and brands that the shop lacks.", roles: ["VENDOR", "ADMIN"] },
  "vendors.read": { description: "See any vendor's members, orders and balance.", roles: ["SUPPORT", "ADMIN"] },
  "inventory.read": { description: "See the stock of any variant.", roles: ["SUPPORT", "ADMIN"] },
  "inventory.write": { description: "Receive, correct and transfer the stock of any variant.", roles: ["ADMIN"] },
  "inventory.writeOwn": { description: "Receive, correct and transfer the stock of the vendors one sells for.", roles: ["VENDOR"], within: "inventory.write" },
  "warehouses.read": { description: "See the warehouses.", roles: ["VENDOR", "SUPPORT", "ADMIN"] },
  "warehouses.write": { description: "Open and change warehouses.", roles: ["ADMIN"] },
  "orders.read": { description: "See any order, purchase and cart, with contact, payments and timeline.", roles: ["SUPPORT", "ADMIN"] },
  "orders.cancel": { description: "Call off any order, or units of it.", roles: ["SUPPORT", "ADMIN"] },
  "orders.note": { description: "Write notes for the people of the shop to orders.", roles: ["SUPPORT", "ADMIN"] },
  "purchases.review": { description: "See purchases that are held for review, and decide about them.", roles: ["SUPPORT", "ADMIN"] },
  "payments.write": { description: "Take money that is held for an order, or let it go.", roles: ["SUPPORT", "ADMIN"] },
  "payments.receive": { description: "Hand in what a payment provider tells. For the gateway alone.", roles: ["SERVICE"] },
  "refunds.create": { description: "Give money of any order back.", roles: ["SUPPORT", "ADMIN"] },
  "fulfilments.write": { description: "Pack and send the parcels of any order.", roles: ["SUPPORT", "ADMIN"] },
  "fulfilments.writeOwn": { description: "Pack and send what orders have of the vendors one sells for.", roles: ["VENDOR"], within: "fulfilments.write" },
  "returns.read": { description: "See all returns.", roles: ["SUPPORT", "ADMIN"] },
  "returns.write": { description: "Ask for returns on behalf of buyers, late ones too, decide about them and take them in.", roles: ["SUPPORT", "ADMIN"] },
  "promotions.read": { description: "See promotions with their limits and codes.", roles: ["ADMIN"] },
  "promotions.write": { description: "Open, change and end promotions, and make codes.", roles: ["ADMIN"] },
  "giftCards.read": { description: "See all gift cards with their movements.", roles: ["SUPPORT", "ADMIN"] },
  "giftCards.issue": { description: "Issue gift cards, change their balance and disable them.", roles: ["ADMIN"] },
  "settings.read": { description: "See tax rates, shipping zones and the shop's settings.", roles: ["SUPPORT", "ADMIN"] },
  "settings.write": { description: "Change the shop's settings.", roles: ["ADMIN"] },
  "taxes.write": { description: "Set tax rates.", roles: ["ADMIN"] },
  "shipping.write": { description: "Set shipping zones and methods.", roles: ["ADMIN"] },
  "webhooks.manage": { description: "Set where events are sent to, and see and repeat what was sent.", roles: ["ADMIN"] },
  "metrics.list": { description: "See which metrics there are and how they are defined.", roles: ["SUPPORT", "ANALYST", "ADMIN"] },
  "metrics.read": { description: "Read metrics, cohorts, segments and the figures of any product.", roles: ["ANALYST", "ADMIN"] },
  "metrics.readOwn": { description: "Read the figures of products of the vendors one sells for.", roles: ["VENDOR"], within: "metrics.read" },
  "sql.run": { description: "Ask the marts with SQL, persons hashed.", roles: ["ANALYST", "ADMIN"] },
  "sql.runOwn": { description: "Ask with SQL what the marts know of the vendors one sells for.", roles: ["VENDOR"], within: "sql.run" },
  "sql.personal": { description: "See the ids of people in what one asks with SQL.", roles: ["ADMIN"] },
  "quality.read": { description: "See how the warehouse's builds and checks went.", roles: ["ANALYST", "ADMIN"] },
  "pipeline.run": { description: "Ask for runs of the warehouse's pipeline.", roles: ["ADMIN"] },
  "recommendations.read": { description: "See what any person is recommended.", roles: ["SUPPORT", "ANALYST", "ADMIN"] },
  "predictions.read": { description: "See predictions about people.", roles: ["ANALYST", "ADMIN"] },
} as const satisfies Readonly<Record<string, PermissionEntry>>;

export type Permission = keyof typeof PERMISSIONS;

export function isPermission(text: string): text is Permission {
  return Object.hasOwn(PERMISSIONS, text);
}

/** The permissions that come with a role. */
export function permissionsOfRole(role: Role): Permission[] {
  return (Object.keys(PERMISSIONS) as Permission[]).filter((name) => (PERMISSIONS[name].roles as readonly Role[]).includes(role));
}
