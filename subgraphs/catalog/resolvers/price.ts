import { graphMoney } from "#kit/graphMoney.ts";
import { type PageArgs, readPage, toConnection } from "#kit/page.ts";
import { toUserError } from "#kit/userError.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import type { ChangedPrice } from "../commands/price/changePrices.ts";
import { priceCancel } from "../commands/price/priceCancel.ts";
import { priceListUpsert } from "../commands/price/priceListUpsert.ts";
import { priceSchedule } from "../commands/price/priceSchedule.ts";
import { priceSet } from "../commands/price/priceSet.ts";
import type { CatalogContext } from "../context.ts";
import { isListCode } from "../domain/priceInput.ts";
import type { CurrentPrice, PriceState } from "../domain/price.ts";
import type { PriceList } from "../domain/priceList.ts";
import type { Variant } from "../domain/product.ts";
import { priceHistoryCursor, type RecordedPrice } from "../queries/priceHistory.ts";
import { findPriceListByCode, listPriceLists, priceListCursor } from "../queries/priceLists.ts";
import { priceCancelErrors, priceListErrors, priceScheduleErrors, priceSetErrors } from "./errors/price.ts";

type Given<T> = T | null | undefined;
interface PriceInput { variantId: string; currency: string; amount: string; compareAt: Given<string>; list: Given<string> }
interface ScheduleInput extends PriceInput { validFrom: Date; validTo: Given<Date> }
interface ListInput { code: string; name: Given<string>; currency: Given<string>; activeFrom: Given<Date>; activeTo: Given<Date>; expectedVersion: Given<number> }

/** A price as the graph shows it to everybody. */
export interface GraphPrice {
  readonly priceId: string;
  readonly listId: string | null;
  readonly price: CurrentPrice;
  readonly amount: ReturnType<typeof graphMoney>;
  readonly validFrom: Date;
}

/** Made for each variant of each page: the rest is computed where it is asked for. */
export function toPrice(price: CurrentPrice | null, listId: string | null = null): GraphPrice | null {
  return price && { priceId: price.id, listId, price, amount: graphMoney(price.amount), validFrom: price.validFrom };
}

type Record = CurrentPrice & { readonly variantId: string; readonly listId: string | null; readonly state: PriceState };
const contentOf = ({ variantId, currency, amount, compareAt, list }: PriceInput) => ({ variantId: decodeId("var", variantId), currency, amount, compareAt: compareAt ?? null, list: list ?? null });
const recordOf = ({ key, price }: ChangedPrice, state: PriceState): Record => ({ ...price, variantId: key.variantId, listId: key.listId, state });

export const priceResolvers = {
  Query: {
    async priceLists(_root: unknown, args: PageArgs, { db }: CatalogContext) {
      const page = readPage(args, priceListCursor);
      return toConnection(await listPriceLists(db, page), page, (list) => priceListCursor.encode([list.code]));
    },
  },
  Mutation: {
    async priceSet(_root: unknown, { input }: { input: PriceInput }, context: CatalogContext) {
      const outcome = await priceSet(context, contentOf(input));
      return outcome.ok ? { __typename: "PriceSetSuccess", price: recordOf(outcome.value, "IN_FORCE") } : toUserError(priceSetErrors(input.variantId), outcome.error);
    },
    async priceSchedule(_root: unknown, { input }: { input: ScheduleInput }, context: CatalogContext) {
      const outcome = await priceSchedule(context, { ...contentOf(input), validFrom: input.validFrom, validTo: input.validTo ?? null });
      return outcome.ok ? { __typename: "PriceScheduleSuccess", price: recordOf(outcome.value, "PLANNED") } : toUserError(priceScheduleErrors(input.variantId), outcome.error);
    },
    async priceCancel(_root: unknown, { input }: { input: { priceId: string } }, context: CatalogContext) {
      const outcome = await priceCancel(context, decodeId("prc", input.priceId));
      return outcome.ok ? { __typename: "PriceCancelSuccess", price: recordOf(outcome.value, "CANCELLED") } : toUserError(priceCancelErrors, outcome.error);
    },
    async priceListUpsert(_root: unknown, { input }: { input: ListInput }, context: CatalogContext) {
      const { code, name, currency, activeFrom, activeTo, expectedVersion } = input;
      const outcome = await priceListUpsert(context, { code, activeFrom, activeTo, name: name ?? undefined, currency: currency ?? undefined, expectedVersion: expectedVersion ?? undefined });
      return outcome.ok ? { __typename: "PriceListUpsertSuccess", priceList: outcome.value } : toUserError(priceListErrors, outcome.error);
    },
  },
  ProductVariant: {
    prices: async (variant: Variant, _args: unknown, { loaders }: CatalogContext) => (await loaders.basePricesOfVariant.load(variant.id)).map((price) => toPrice(price)),
    async priceHistory(variant: Variant, args: PageArgs & { currency?: string | null; list?: string | null }, { db, loaders }: CatalogContext) {
      const page = readPage(args, priceHistoryCursor);
      const list = args.list == null ? null : isListCode(args.list) ? await findPriceListByCode(db, args.list) : undefined;
      const rows = list === undefined ? [] : await loaders.priceHistoryOfVariant({ currency: args.currency ?? null, listId: list?.id ?? null }).load({ key: variant.id, ...page });
      return toConnection(rows, page, (price: RecordedPrice) => priceHistoryCursor.encode([price.sortKey, price.id]));
    },
  },
  Price: {
    compareAt: ({ price }: GraphPrice) => price.compareAt && graphMoney(price.compareAt),
    lowest30Days: async ({ priceId, price }: GraphPrice, _args: unknown, { loaders }: CatalogContext) => graphMoney((await loaders.lowestOf30Days.load(priceId))?.amount ?? price.amount),
    // When a standing price ends is what the shop plans, and nobody else's business.
    validUntil: ({ price }: GraphPrice) => (price.kind === "TEMPORARY" ? price.validTo : null),
    list: ({ listId }: GraphPrice, _args: unknown, { loaders }: CatalogContext) => listId && loaders.priceListById.load(listId),
  },
  PriceList: { id: (list: PriceList) => encodeId("prl", list.id) },
  PriceRecord: {
    id: (price: Record) => encodeId("prc", price.id),
    variant: (price: Record, _args: unknown, { loaders }: CatalogContext) => loaders.variantById.load(price.variantId),
    amount: (price: Record) => graphMoney(price.amount),
    compareAt: (price: Record) => price.compareAt && graphMoney(price.compareAt),
    list: ({ listId }: Record, _args: unknown, { loaders }: CatalogContext) => listId && loaders.priceListById.load(listId),
    isTemporary: ({ kind }: Record) => kind === "TEMPORARY",
  },
};
