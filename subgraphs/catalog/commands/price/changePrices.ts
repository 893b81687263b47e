import { err, ok, type Result } from "#schema/values/result.ts";
import { uuidV7 } from "#schema/values/ids.ts";
import { toDecimal } from "#schema/values/money.ts";
import type { Tx } from "#platform/db/database.ts";
import { writeEvents } from "#platform/events/outbox.ts";
import type { CurrentPrice } from "../../domain/price.ts";
import { type NewPrice, type PlanChange, type PlanEdit, planPrices, type PlanRefusal } from "../../domain/pricePlan.ts";
import { deletePlannedPrices, endPrices, insertPrices, type PriceKey, readPriceTime, readTimelines } from "../../queries/priceTimeline.ts";
import { tellProductsChanged } from "../../queries/productEvents.ts";

/** A change of one variant's price in one currency and list. */
export interface PriceChange {
  readonly key: PriceKey;
  readonly productId: string;
  readonly change: PlanChange;
}

/** The price that a change is about: the new one, the one that was cancelled, or the one that said the same already. */
export interface ChangedPrice {
  readonly key: PriceKey;
  readonly productId: string;
  readonly price: CurrentPrice;
  readonly isChanged: boolean;
}

const CHANGE = { SET: "SET", SCHEDULE: "SCHEDULED", CANCEL: "CANCELLED" } as const;

/**
 * Changes prices in the caller's transaction, which has locked their variants (lockVariantsForPrices); each key once. Set-based: five
 * statements and the events, however many. The first refusal ends it; the caller rolls back. `changedBy` is `user:<uuid>` or null.
 */
export async function changePrices(tx: Tx, changes: readonly PriceChange[], changedBy: string | null): Promise<Result<ChangedPrice[], PlanRefusal & { readonly place: number }>> {
  const now = await readPriceTime(tx);
  const timelines = await readTimelines(tx, changes.map(({ key }) => key), new Date(now.getTime() + 1));
  const edits: PlanEdit[] = [];
  const changed: ChangedPrice[] = [];
  const rows: (NewPrice & PriceKey & { id: string })[] = [];
  let told = now;
  for (const [place, { key, productId, change }] of changes.entries()) {
    const timeline = timelines[place] ?? [];
    const at = behind(timeline, now);
    const plan = planPrices(timeline, at, change);
    if (!plan.ok) return err({ ...plan.error, place });
    edits.push(plan.value);
    const fresh = plan.value.inserts.map((price) => ({ ...price, ...key, id: uuidV7(now) }));
    rows.push(...fresh);
    const price = change.kind === "CANCEL"
      ? timeline.find(({ id }) => id === change.priceId)
      : plan.value.placed === undefined ? timeline.find((one) => one.validFrom <= at && (one.validTo === null || one.validTo > at)) : fresh[plan.value.placed];
    if (!price) throw new Error(`a ${change.kind} of a price left none`);
    changed.push({ key, productId, price, isChanged: change.kind === "CANCEL" || plan.value.placed !== undefined });
    if (at > told) told = at;
  }
  const ends = edits.flatMap((edit) => edit.ends);
  // First what makes room, then what takes it: no two prices of a variant hold at once, not even between two statements.
  await deletePlannedPrices(tx, edits.flatMap((edit) => edit.deletes));
  await endPrices(tx, ends.filter(({ before, validTo }) => validTo !== null && (before === null || validTo < before)));
  await insertPrices(tx, rows, changedBy);
  await endPrices(tx, ends.filter(({ before, validTo }) => before !== null && (validTo === null || validTo > before)));
  await tell(tx, changes.flatMap(({ change }, place) => (changed[place]?.isChanged ? [[change, changed[place]] as const] : [])), told);
  return ok(changed);
}

/** A moment that lies behind the beginning of every price that has begun, also where one was set in this very millisecond. */
function behind(timeline: readonly CurrentPrice[], now: Date): Date {
  const begun = timeline.map(({ validFrom }) => validFrom.getTime()).filter((from) => from <= now.getTime());
  return new Date(Math.max(now.getTime(), ...begun.map((from) => from + 1)));
}

async function tell(tx: Tx, changes: readonly (readonly [PlanChange, ChangedPrice])[], at: Date): Promise<void> {
  await writeEvents(tx, changes.map(([change, { key, productId, price }]) => ({
    aggregate: "variant", aggregateId: key.variantId, type: "PriceChanged", occurredAt: at,
    payload: {
      variantId: key.variantId, productId, priceId: price.id, priceListId: key.listId, change: CHANGE[change.kind], currency: key.currency,
      amount: toDecimal(price.amount), compareAt: price.compareAt && toDecimal(price.compareAt), validFrom: price.validFrom.toISOString(), validTo: price.validTo?.toISOString() ?? null,
    },
  })));
  if (changes.length > 0) await tellProductsChanged(tx, changes.map(([, { productId }]) => productId), "UPDATED", at);
}
