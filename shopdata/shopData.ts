import type { Reader, Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

export type ShopSource = "GENERATED" | "ONLINE_RETAIL_II";

/** What a shop is filled with. */
export interface ShopData {
  source: ShopSource;
  /** True when all of it is generated; imported orders stand beside synthetic stock, vendors, categories and payments. */
  isSynthetic: boolean;
  /** Two fills with the same fingerprint hold the same data. */
  fingerprint: string;
  details: Record<string, unknown>;
  filledAt: Date;
}

/** The data somebody wants the shop to hold. */
export interface WantedData {
  source: ShopSource;
  /** Compared when given; a generated shop is the same whatever its seed, unless a seed is asked for. */
  fingerprint?: string | undefined;
}

/** The shop is filled with other data than wanted, or is filled already. The message names the way out. */
export class OtherShopData extends Error {
  override readonly name = "OtherShopData";
}

const readShopData = query({
  name: "shopdata.readShopData",
  text: "select source, is_synthetic, fingerprint, details, filled_at from platform.shop_data",
  params: [],
  row: { source: "text", is_synthetic: "bool", fingerprint: "text", details: "jsonb", filled_at: "timestamptz" },
  budget: { access: "scan", maxRows: 1 },
});

const writeShopData = query({
  name: "shopdata.writeShopData",
  text: "insert into platform.shop_data (source, is_synthetic, fingerprint, details) values ($1, $2, $3, $4)",
  params: ["text", "bool", "text", "jsonb"],
  row: {},
  budget: { access: "write", maxRows: 1 },
});

const setClockOffset = query({
  name: "shopdata.setClockOffset",
  text: "update platform.clock set offset_ms = $1",
  params: ["int8"],
  row: {},
  budget: { access: "write", maxRows: 1 },
});

const setOrderNumber = query({
  name: "shopdata.setOrderNumber",
  text: `select setval('orders.order_number', greatest((select last_value from orders.order_number), $1::bigint)) as value`,
  params: ["int8"],
  row: { value: "int8" },
  budget: { access: "write", maxRows: 1 },
});

const lockForFilling = query({
  name: "shopdata.lockForFilling",
  text: "select pg_advisory_xact_lock(727002)::text as locked, exists (select from orders.orders) as has_orders",
  params: [],
  row: { locked: "text", has_orders: "bool" },
  budget: { access: "scan", maxRows: 1 },
});

/** What the shop is filled with, or undefined while it is empty. */
export async function describeShopData(db: Reader): Promise<ShopData | undefined> {
  const row = await db.maybeOne(readShopData, []);
  return row && { source: row.source as ShopSource, isSynthetic: row.is_synthetic, fingerprint: row.fingerprint, details: row.details as Record<string, unknown>, filledAt: row.filled_at };
}

const NAMES: Record<ShopSource, string> = { GENERATED: "generated data", ONLINE_RETAIL_II: "orders imported from Online Retail II" };

/** @throws OtherShopData when the shop is filled and not with what is wanted */
export async function assertSameData(db: Reader, wanted: WantedData): Promise<void> {
  const held = await describeShopData(db);
  if (held === undefined) return;
  if (held.source === wanted.source && (wanted.fingerprint === undefined || wanted.fingerprint === held.fingerprint)) return;
  const detail = held.source === wanted.source ? `other ${NAMES[wanted.source]}` : NAMES[wanted.source];
  throw new OtherShopData(`the shop holds ${NAMES[held.source]}, but ${detail} was asked for: start without that choice to keep what is there, or with --reset to throw it away and fill the shop anew`);
}

/** Lets one filling run at a time. @throws OtherShopData when the shop is not empty */
export async function claimEmptyShop(tx: Tx): Promise<void> {
  const { has_orders: hasOrders } = await tx.one(lockForFilling, []);
  const held = await describeShopData(tx);
  if (held === undefined && !hasOrders) return;
  throw new OtherShopData(`the shop is filled already${held ? ` with ${NAMES[held.source]}` : ""}: use --reset to throw it away and fill it anew`);
}

export interface FinishedFill {
  source: ShopSource;
  isSynthetic: boolean;
  fingerprint: string;
  details: Record<string, unknown>;
  /** What the shop's clock shows now, ms since 1970. */
  businessNow: number;
  /** Numbers of new orders start above it. */
  highestOrderNumber: number;
}

/** Records what the shop was filled with, sets its clock, and lets order numbers go on above the history's. */
export async function recordFill(tx: Tx, fill: FinishedFill, wallNow: number = Date.now()): Promise<void> {
  await tx.execute(writeShopData, [fill.source, fill.isSynthetic, fill.fingerprint, fill.details]);
  await tx.execute(setClockOffset, [BigInt(fill.businessNow - wallNow)]);
  await tx.one(setOrderNumber, [BigInt(fill.highestOrderNumber)]);
}
