import type { Database, Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

/** The user id of each role's demo account. SERVICE is never given a password. */
export type DemoAccounts = Record<"CUSTOMER" | "VENDOR" | "SUPPORT" | "ANALYST" | "ADMIN" | "SERVICE", string>;

/** The buyer is the middle one of this many with the most orders: plenty of history, but none of the wholesalers. */
const BUYERS = 40;
/** A buyer who ordered within so many days is preferred. */
const RECENT_DAYS = 60;

const rememberedBuyer = query({
  name: "shopdata.rememberedBuyer",
  text: "select (details->>'demoCustomerId')::uuid as id from platform.shop_data",
  params: [],
  row: { id: "uuid?" },
  budget: { access: "scan", maxRows: 1 },
});

const rememberBuyer = query({
  name: "shopdata.rememberBuyer",
  text: "update platform.shop_data set details = details || jsonb_build_object('demoCustomerId', $1::uuid)",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 1 },
});

const buyersWithMostOrders = query({
  name: "shopdata.buyersWithMostOrders",
  text: `select o.user_id as id from orders.orders o join users.users u on u.id = o.user_id and u.status = 'ACTIVE' and u.external_ref is not null
    group by o.user_id having $2::int is null or max(o.placed_at) > platform.business_now() - make_interval(days => $2::int)
    order by count(*) desc, o.user_id limit $1`,
  params: ["int8", "int4?"],
  row: { id: "uuid" },
  budget: { access: "scan", maxRows: 100 },
});

const vendorWithMostLines = query({
  name: "shopdata.vendorWithMostLines",
  text: `select p.vendor_id as id from orders.order_lines l join catalog.products p on p.id = l.product_id
    where p.vendor_id is not null group by p.vendor_id order by count(*) desc, p.vendor_id limit 1`,
  params: [],
  row: { id: "uuid" },
  budget: { access: "scan", maxRows: 1 },
});

const vendorOfMember = query({
  name: "shopdata.vendorOfMember",
  text: "select vendor_id as id from users.vendor_members where user_id = $1",
  params: ["uuid"],
  row: { id: "uuid" },
  budget: { access: "index", maxRows: 100 },
});

const addMember = query({
  name: "shopdata.addVendorMember",
  text: "insert into users.vendor_members (vendor_id, user_id) values ($1, $2) on conflict do nothing",
  params: ["uuid", "uuid"],
  row: {},
  budget: { access: "write", maxRows: 1 },
});

const userByEmail = query({
  name: "shopdata.userByEmail",
  text: "select id from users.users where email = $1",
  params: ["text"],
  row: { id: "uuid" },
  budget: { access: "index", maxRows: 1 },
});

const insertUser = query({
  name: "shopdata.insertDemoUser",
  text: "insert into users.users (email, display_name, roles, created_at) values ($1, $2, $3, platform.business_now()) returning id",
  params: ["text", "text", "text[]"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

const STAFF = {
  VENDOR: "Vendor (demo)",
  SUPPORT: "Support (demo)",
  ANALYST: "Analyst (demo)",
  ADMIN: "Administrator (demo)",
  SERVICE: "Service (demo)",
} as const;

/**
 * One account per role, the same at every call: the CUSTOMER is a buyer of the history with many orders, the VENDOR belongs to
 * the vendor whose products sold most often, the others are made where they are missing. Passwords are the caller's business.
 * @throws when the shop holds no orders of registered customers
 */
export async function demoAccounts(db: Database): Promise<DemoAccounts> {
  return db.tx(async (tx) => {
    const ids = { CUSTOMER: await findBuyer(tx) } as DemoAccounts;
    for (const role of Object.keys(STAFF) as (keyof typeof STAFF)[]) ids[role] = await findOrMakeStaff(tx, role);
    if ((await tx.many(vendorOfMember, [ids.VENDOR])).length === 0) {
      const vendor = await tx.maybeOne(vendorWithMostLines, []);
      if (vendor) await tx.execute(addMember, [vendor.id, ids.VENDOR]);
    }
    return ids;
  });
}

async function findBuyer(tx: Tx): Promise<string> {
  const remembered = (await tx.maybeOne(rememberedBuyer, []))?.id;
  if (remembered) return remembered;
  const recent = await tx.many(buyersWithMostOrders, [BigInt(BUYERS), RECENT_DAYS]);
  const buyers = recent.length > 0 ? recent : await tx.many(buyersWithMostOrders, [BigInt(BUYERS), null]);
  const buyer = buyers[Math.floor((buyers.length - 1) / 2)];
  if (buyer === undefined) throw new Error("the shop holds no orders of registered customers to choose a demo customer from: fill it first");
  await tx.execute(rememberBuyer, [buyer.id]);
  return buyer.id;
}

async function findOrMakeStaff(tx: Tx, role: keyof typeof STAFF): Promise<string> {
  const email = `${role.toLowerCase()}@example.com`;
  const found = await tx.maybeOne(userByEmail, [email]);
  return found?.id ?? (await tx.one(insertUser, [email, STAFF[role], [role]])).id;
}
