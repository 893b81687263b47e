import type { Money } from "#schema/values/money.ts";
import type { Tx } from "#platform/db/database.ts";
import { readContent } from "../../../domain/priceInput.ts";
import type { PriceContent } from "../../../domain/pricePlan.ts";
import { lockVariantsForPrices, type PriceKey, readPriceTime, readTimelines } from "../../../queries/priceTimeline.ts";
import { changePrices, type PriceChange } from "../../price/changePrices.ts";
import { type ImportRun, type Part, refused, type Verdict } from "../importRun.ts";

export interface PriceRow { readonly part: Part; readonly variantId: string; readonly price: string; readonly compareAt: string | undefined; readonly currency: string | undefined }

/** Statements on prices take so many at once. */
const MOST = 500;
const FIELDS: Readonly<Record<string, string>> = { amount: "price", compareAt: "compareAt", currency: "currency" };

/**
 * Sets base prices from now on; under one that was given its own end, from that end on, so that an import never ends a sale. Answers the
 * rows that changed something; refusals go into the verdicts.
 */
export async function setBasePrices(tx: Tx, run: ImportRun, rows: readonly PriceRow[], verdicts: Map<Part, Verdict>, prefix: "" | "variant."): Promise<Set<Part>> {
  const wanted: { part: Part; key: PriceKey; content: PriceContent }[] = [];
  for (const { part, variantId, price, compareAt = null, currency } of rows) {
    if (currency === undefined) {
      verdicts.set(part, refused(`${prefix}currency`, "no currency is given: name one for the field or for the mapping"));
      continue;
    }
    const content = readContent({ amount: price, compareAt }, currency);
    if (content.ok) wanted.push({ part, key: { variantId, currency, listId: null }, content: content.value });
    else verdicts.set(part, refused(`${prefix}${FIELDS[content.error.path[1] ?? ""] ?? "price"}`, content.error.message));
  }
  const touched = new Set<Part>();
  for (let from = 0; from < wanted.length; from += MOST) await setSome(tx, run, wanted.slice(from, from + MOST), verdicts, touched, prefix);
  return touched;
}

async function setSome(tx: Tx, run: ImportRun, wanted: readonly { part: Part; key: PriceKey; content: PriceContent }[], verdicts: Map<Part, Verdict>, touched: Set<Part>, prefix: string): Promise<void> {
  const locked = new Map((await lockVariantsForPrices(tx, [...new Set(wanted.map(({ key }) => key.variantId))].sort())).map((variant) => [variant.id, variant]));
  const now = await readPriceTime(tx);
  const timelines = await readTimelines(tx, wanted.map(({ key }) => key), now);
  const changes: PriceChange[] = [];
  const parts: Part[] = [];
  for (const [index, { part, key, content }] of wanted.entries()) {
    const variant = locked.get(key.variantId);
    if (!variant) { verdicts.set(part, refused(`${prefix}sku`, "the variant is gone")); continue; }
    const timeline = timelines[index] ?? [];
    const sale = timeline.find(({ kind, validFrom, validTo }) => kind === "TEMPORARY" && validFrom <= now && validTo !== null && validTo > now);
    const behind = sale && timeline.find(({ validFrom }) => validFrom.getTime() === sale.validTo?.getTime());
    if (behind && isSame(behind.amount, content.amount) && isSame(behind.compareAt, content.compareAt)) continue;
    changes.push({ key, productId: variant.productId, change: sale ? { kind: "SCHEDULE", from: sale.validTo as Date, until: null, ...content } : { kind: "SET", ...content } });
    parts.push(part);
  }
  if (changes.length === 0) return;
  const changed = await changePrices(tx, changes, run.actor);
  if (!changed.ok) throw new Error(`a base price could not be set: ${changed.error.code}`);
  for (const [index, { isChanged }] of changed.value.entries()) if (isChanged) touched.add(parts[index] as Part);
}

function isSame(one: Money | null, other: Money | null): boolean {
  return one?.units === other?.units && one?.exponent === other?.exponent;
}
