import { err, ok, type Result } from "#schema/values/result.ts";
import { audit } from "#kit/audit.ts";
import { isCurrency } from "#schema/values/currencies.ts";
import { invalid, type InvalidValue, isListCode, isListName, MAX_LIST_NAME } from "../../domain/priceInput.ts";
import type { PriceList } from "../../domain/priceList.ts";
import { countPriceLists, findPriceListByCode, lockPriceLists, upsertPriceList } from "../../queries/priceLists.ts";
import type { PriceParts } from "./keptPrice.ts";

export type PriceListUpsertRefusal = InvalidValue | { code: "VERSION_CONFLICT"; expected: number; actual: number } | { code: "TOO_MANY_PRICE_LISTS" };

/** Undefined is not given. */
export interface PriceListUpsertInput {
  readonly code: string;
  readonly name: string | undefined;
  readonly currency: string | undefined;
  readonly activeFrom: Date | null | undefined;
  readonly activeTo: Date | null | undefined;
  readonly expectedVersion: number | undefined;
}

export const MAX_PRICE_LISTS = 100;

/** Opens a price list or changes it. The same call again changes nothing but the version. */
export async function priceListUpsert(parts: PriceParts, input: PriceListUpsertInput): Promise<Result<PriceList, PriceListUpsertRefusal>> {
  const { code, name, currency, expectedVersion } = input;
  if (!isListCode(code)) return invalid("code", "A code has 1 to 30 capitals, digits, `-` and `_`, beginning with a capital or digit.");
  if (name !== undefined && !isListName(name)) return invalid("name", `A name is one line of 1 to ${MAX_LIST_NAME} characters.`);
  if (currency !== undefined && !isCurrency(currency)) return invalid("currency", "This is no currency that anybody pays in: give an ISO 4217 code such as GBP.");
  const { db, clocks, viewer, requestId } = parts;
  return db.tx<Result<PriceList, PriceListUpsertRefusal>>(async (tx) => {
    await lockPriceLists(tx);
    const known = await findPriceListByCode(tx, code);
    if (expectedVersion !== undefined && expectedVersion !== (known?.version ?? 0)) return err({ code: "VERSION_CONFLICT", expected: expectedVersion, actual: known?.version ?? 0 });
    const called = name ?? known?.name;
    if (called === undefined) return invalid("name", "A new price list needs a name.");
    const paidIn = currency ?? known?.currency;
    if (paidIn === undefined) return invalid("currency", "A new price list needs a currency.");
    if (known && known.currency !== paidIn) return invalid("currency", `The prices of this list are in ${known.currency}: open another list for another currency.`);
    const activeFrom = input.activeFrom === undefined ? (known?.activeFrom ?? null) : input.activeFrom;
    const activeTo = input.activeTo === undefined ? (known?.activeTo ?? null) : input.activeTo;
    if (activeFrom && activeTo && activeTo <= activeFrom) return invalid("activeTo", "A list ends after it has begun.");
    if (!known && (await countPriceLists(tx)) >= MAX_PRICE_LISTS) return err({ code: "TOO_MANY_PRICE_LISTS" });
    const list = await upsertPriceList(tx, { code, name: called, currency: paidIn, activeFrom, activeTo }, clocks.business.now());
    await audit(tx, { actor: viewer, action: "priceListUpsert", targetKind: "priceList", targetId: list.id, requestId, details: { code, currency: paidIn, activeFrom: activeFrom?.toISOString(), activeTo: activeTo?.toISOString(), isNew: !known } });
    return ok(list);
  }, { retries: 3 });
}
