import { graphMoney } from "#kit/graphMoney.ts";
import { type PageArgs, readPage, toConnection } from "#kit/page.ts";
import { toUserError } from "#kit/userError.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import type { Money } from "#schema/values/money.ts";
import { promotionCodeDisable } from "../commands/promotionCodeDisable.ts";
import { promotionCodesCreate } from "../commands/promotionCodesCreate.ts";
import { promotionDisable } from "../commands/promotionDisable.ts";
import { promotionUpsert } from "../commands/promotionUpsert.ts";
import { voucherBatchCreate } from "../commands/voucherBatchCreate.ts";
import type { OrdersContext } from "../context.ts";
import type { WantedPromotion } from "../domain/promotions/decidePromotion.ts";
import type { PromotionTarget } from "../domain/promotions/types.ts";
import { amountOfPromotion, listPromotions, listPromotionsByIds, promotionCursor, type StoredPromotion } from "../queries/promotionAdmin.ts";
import { codeCursor, type PromotionCode } from "../queries/promotionCodes.ts";
import {
  promotionCodeDisableErrors, promotionCodesCreateErrors, promotionDisableErrors, promotionUpsertErrors, voucherBatchCreateErrors,
} from "./errors/promotion.ts";
import { productRef, toInt, variantRef } from "./refs.ts";

interface UpsertInput extends WantedPromotion { id?: string | null; expectedVersion?: number | null }
interface CodesInput { promotionId: string; codes: string[]; usageLimit?: number | null; expiresAt?: Date | null }
interface BatchInput { promotionId: string; idempotencyKey: string; count: number; prefix?: string | null; usageLimit?: number | null; expiresAt?: Date | null }

const orNull = (value: bigint | null) => value === null ? null : toInt(value);
const orNullMoney = (amount: Money | null) => amount && graphMoney(amount);
/** Hundredths of a per cent as decimal text, `12.5`. */
const percent = (bps: number) => String(bps / 100);
const setsOf = ({ benefit }: StoredPromotion) => (benefit.kind === "BUY_X_GET_Y" ? benefit : undefined);

export const promotionResolvers = {
  Query: {
    async promotion(_root: unknown, { id }: { id: string }, { db }: OrdersContext) {
      const uuid = decodeId("prm", id);
      return uuid === undefined ? null : ((await listPromotionsByIds(db, [uuid]))[0] ?? null);
    },
    async promotions(_root: unknown, args: PageArgs, { db }: OrdersContext) {
      const page = readPage(args, promotionCursor);
      return toConnection(await listPromotions(db, page.limit + 1, page.after?.[0]), page, (one) => promotionCursor.encode([one.id]));
    },
  },
  Mutation: {
    async promotionUpsert(_root: unknown, { input }: { input: UpsertInput }, context: OrdersContext) {
      const outcome = await promotionUpsert(context, { ...input, promotionId: input.id == null ? null : decodeId("prm", input.id), expectedVersion: input.expectedVersion ?? null });
      return outcome.ok ? { __typename: "PromotionUpsertSuccess", promotion: outcome.value } : toUserError(promotionUpsertErrors, outcome.error);
    },
    async promotionDisable(_root: unknown, { promotionId }: { promotionId: string }, context: OrdersContext) {
      const outcome = await promotionDisable(context, decodeId("prm", promotionId));
      return outcome.ok ? { __typename: "PromotionDisableSuccess", promotion: outcome.value } : toUserError(promotionDisableErrors, outcome.error);
    },
    async promotionCodesCreate(_root: unknown, { input }: { input: CodesInput }, context: OrdersContext) {
      const { promotionId, codes, usageLimit, expiresAt } = input;
      const outcome = await promotionCodesCreate(context, { promotionId: decodeId("prm", promotionId), codes, usageLimit: usageLimit ?? null, expiresAt: expiresAt ?? null });
      return outcome.ok ? { __typename: "PromotionCodesCreateSuccess", codes: outcome.value } : toUserError(promotionCodesCreateErrors, outcome.error);
    },
    async voucherBatchCreate(_root: unknown, { input }: { input: BatchInput }, context: OrdersContext) {
      const { promotionId, idempotencyKey: key, count, prefix, usageLimit, expiresAt } = input;
      const outcome = await voucherBatchCreate(context, {
        promotionId: decodeId("prm", promotionId), key, count, prefix: prefix ?? null, usageLimit: usageLimit ?? null, expiresAt: expiresAt ?? null,
      });
      return outcome.ok ? { __typename: "VoucherBatchCreateSuccess", codes: outcome.value } : toUserError(voucherBatchCreateErrors, outcome.error);
    },
    async promotionCodeDisable(_root: unknown, { codeId }: { codeId: string }, context: OrdersContext) {
      const outcome = await promotionCodeDisable(context, decodeId("pcd", codeId));
      return outcome.ok ? { __typename: "PromotionCodeDisableSuccess", promotionCode: outcome.value } : toUserError(promotionCodeDisableErrors, outcome.error);
    },
  },
  Promotion: {
    id: (one: StoredPromotion) => encodeId("prm", one.id),
    kind: (one: StoredPromotion) => one.benefit.kind,
    percent: ({ benefit }: StoredPromotion) => ("bps" in benefit ? percent(benefit.bps) : null),
    amount: (one: StoredPromotion) => orNullMoney(amountOfPromotion(one, one.benefit.kind === "AMOUNT_OFF" ? one.benefit.units : one.benefit.kind === "FREE_SHIPPING" ? one.benefit.maxUnits : null)),
    buyQuantity: (one: StoredPromotion) => orNull(setsOf(one)?.buy ?? null),
    getQuantity: (one: StoredPromotion) => orNull(setsOf(one)?.get ?? null),
    maxSets: (one: StoredPromotion) => orNull(setsOf(one)?.maxSets ?? null),
    getTarget: (one: StoredPromotion) => setsOf(one)?.gets ?? one.target,
    minimumSubtotal: (one: StoredPromotion) => orNullMoney(amountOfPromotion(one, one.conditions.minSubtotalUnits)),
    minimumQuantity: (one: StoredPromotion) => orNull(one.conditions.minQuantity),
    countries: (one: StoredPromotion) => one.conditions.countries,
    customers: (one: StoredPromotion) => one.conditions.customers,
    startsAt: (one: StoredPromotion) => one.conditions.startsAt,
    endsAt: (one: StoredPromotion) => one.conditions.endsAt,
    priority: (one: StoredPromotion) => one.stacking.priority,
    isExclusive: (one: StoredPromotion) => one.stacking.isExclusive,
    group: (one: StoredPromotion) => one.stacking.group,
    combinesWith: (one: StoredPromotion) => one.stacking.combinesWith,
    usageLimit: (one: StoredPromotion) => orNull(one.usageLimit),
    usageLimitPerCustomer: (one: StoredPromotion) => one.customerLimit,
    used: (one: StoredPromotion) => toInt(one.used),
    held: (one: StoredPromotion) => toInt(one.held),
    async codes(one: StoredPromotion, args: PageArgs, { loaders }: OrdersContext) {
      const page = readPage(args, codeCursor);
      return toConnection(await loaders.codesOfPromotion.load({ key: one.id, ...page }), page, (code) => codeCursor.encode([code.id]));
    },
  },
  PromotionTarget: {
    products: (target: PromotionTarget) => target.productIds.map(productRef),
    variants: (target: PromotionTarget) => target.variantIds.map(variantRef),
    categoryIds: (target: PromotionTarget) => target.categoryIds.map((id) => encodeId("cat", id)),
    vendorIds: (target: PromotionTarget) => target.vendorIds.map((id) => encodeId("ven", id)),
  },
  PromotionCode: {
    id: (code: PromotionCode) => encodeId("pcd", code.id),
    usageLimit: (code: PromotionCode) => orNull(code.usageLimit),
    used: (code: PromotionCode) => toInt(code.used),
    held: (code: PromotionCode) => toInt(code.held),
  },
};
