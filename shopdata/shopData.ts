import type { Reader, Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { writeDemoPromotions } from "./demoPromotions.ts";
import { fingerprintOnlineRetail } from "./onlineRetail/files.ts";
import { writePricingDefaults } from "./pricingDefaults.ts";

export type ShopSource = "GENERATED" | "ONLINE_RETAIL_II";

/** What a shop is filled with. */
export interface ShopData {
  source: ShopSource;
  /** True when all of it is generated; imported orders stand beside synthetic stock, vendors, categories and payments. */
  isSynthetic: boolean;
  /** Two fills with the same fingerprint hold the same data. */
  fingerprint: string;
  details: Record<string, unknown>;
  /** One line for a person. */
  summary: string;
  filledAt: Date;
}

/** The data somebody wants the shop to hold: files of Online Retail II at a path, or generated data, of one seed where it matters. */
export type WantedData = { path: string } | { source: "GENERATED"; fingerprint?: string };

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
  if (row === undefined) return undefined;
  const details = row.details as Record<string, unknown>;
  const summary = typeof details["summary"] === "string" ? details["summary"] : NAMES[row.source as ShopSource];
  return { source: row.source as ShopSource, isSynthetic: row.is_synthetic, fingerprint: row.fingerprint, details, summary, filledAt: row.filled_at };
}

const NAMES: Record<ShopSource, string> = { GENERATED: "generated (synthetic) orders", ONLINE_RETAIL_II: "orders imported from Online Retail II" };

/**
 * Compares what the shop holds with what is wanted; an empty shop passes.
 * @throws OtherShopData when it holds other data; DataFileError when there are no data files at the wanted path
 */
export async function assertSameData(db: Reader, wanted: WantedData): Promise<void> {
  const held = await describeShopData(db);
  if (held === undefined) return;
  const source: ShopSource = "path" in wanted ? "ONLINE_RETAIL_II" : wanted.source;
  const fingerprint = "path" in wanted ? await fingerprintOnlineRetail(wanted.path) : wanted.fingerprint;
  if (held.source === source && (fingerprint === undefined || fingerprint === held.fingerprint)) return;
  const asked = held.source === source ? `other ${NAMES[source]} than these` : NAMES[source];
  throw new OtherShopData(`the shop holds ${NAMES[held.source]}, but ${asked} were asked for: start without that choice to keep what is there, or with --reset to throw it away and fill the shop anew`);
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

/** Records what the shop was filled with, gives it taxes, ways of delivery and codes to try, sets its clock, and lets order numbers go on above the history's. */
export async function recordFill(tx: Tx, fill: FinishedFill, wallNow: number = Date.now()): Promise<void> {
  await tx.execute(writeShopData, [fill.source, fill.isSynthetic, fill.fingerprint, fill.details]);
  await writePricingDefaults(tx);
  await tx.execute(setClockOffset, [BigInt(Math.round(fill.businessNow - wallNow))]);
  await writeDemoPromotions(tx);
  await tx.one(setOrderNumber, [BigInt(fill.highestOrderNumber)]);
}
