import { auditAs } from "#kit/audit.ts";
import { can } from "#kit/viewer.ts";
import { err, type Result } from "#schema/values/result.ts";
import type { Tx } from "#platform/db/database.ts";
import type { Commanded } from "../../context.ts";
import { isReason } from "../../domain/cancellation.ts";
import { type ExchangeRefusal, refuseExchange, windowEnd } from "../../domain/afterSale/return.ts";
import { type AskedLine, chooseUnits, type LinesRefusal, returnable, type SoldLine, type UnitsOf } from "../../domain/afterSale/soldLine.ts";
import { findOrderOfCallerForUpdate, isPrivileged, type OrderOfCaller } from "../../queries/afterSale/orders.ts";
import { findReplacement, insertReturn, isReplacement, listArrivals } from "../../queries/afterSale/returns.ts";
import type { IdempotencyRefusal } from "../idempotency.ts";
import { once, refuse } from "./once.ts";
import { type Scene, sceneOf } from "./scene.ts";

export type ReturnRequestRefusal =
  | { code: "ORDER_NOT_FOUND" }
  | { code: "RETURN_NOT_POSSIBLE" }
  | { code: "RETURN_WINDOW_CLOSED"; lineId: string; index: number; closedAt: Date }
  | { code: "INVALID_REASON"; index: number }
  | ExchangeRefusal
  | LinesRefusal
  | IdempotencyRefusal;

export interface ReturnRequestInput extends OrderOfCaller {
  readonly lines: readonly (AskedLine & { readonly reason: string | null })[];
  /** What is wanted in its place; null for the money. `variantId` is undefined where it is no id of a variant. */
  readonly exchange: { readonly apiId: string; readonly variantId: string | undefined } | null;
  readonly key: string;
}

/** Asks to give units back, for their money or for another variant. Nothing moves until somebody decides. */
export async function returnRequest(parts: Commanded, { key, ...input }: ReturnRequestInput): Promise<Result<{ returnId: string; orderId: string }, ReturnRequestRefusal>> {
  const wrong = input.lines.findIndex((line) => !isReason(line.reason));
  if (wrong >= 0) return err({ code: "INVALID_REASON", index: wrong });
  return once(parts, { operation: "returnRequest", key, content: input, secret: input.guestKey }, async (tx) => {
    const order = await findOrderOfCallerForUpdate(tx, input, parts.viewer, "returns.write");
    if (!order) return refuse({ code: "ORDER_NOT_FOUND" });
    const scene = await sceneOf(parts, tx, order);
    // What replaced something cost nothing: the money is with the order it stands for.
    if (await isReplacement(tx, order.id)) refuse({ code: "RETURN_NOT_POSSIBLE" });
    const chosen = chooseUnits(scene.lines, input.lines, returnable);
    if ("refusal" in chosen) return refuse(chosen.refusal);
    if (!can(parts.viewer, "returns.write")) await assertInTime(tx, input, scene.at);
    const exchangeVariantId = input.exchange && (await exchangeFor(scene, chosen.units, input.exchange));
    const reasonOf = new Map(input.lines.map((line) => [line.lineId, line.reason]));
    const asked = await insertReturn(tx, order, {
      actor: scene.actor, exchangeVariantId, lines: chosen.units.map((unit) => ({ ...unit, reason: reasonOf.get(unit.lineId) ?? null })), at: scene.at,
    });
    await scene.tell("ReturnRequested", {
      userId: order.userId, returnId: asked.id, returnNumber: asked.number, exchangeVariantId,
      lines: chosen.units.map(({ lineId, quantity }) => ({ lineId, quantity: quantity.toString() })),
    });
    await scene.move(chosen.units.map(({ lineId, quantity }) => ({ lineId, returning: quantity })));
    if (isPrivileged(order, parts.viewer, "returns.write")) await auditAs(tx, parts, "returnRequest", "return", asked.id, { orderId: order.id });
    return { returnId: asked.id, orderId: order.id };
  });
}

async function assertInTime(tx: Tx, { lines }: Pick<ReturnRequestInput, "lines">, at: Date): Promise<void> {
  const arrivals = new Map((await listArrivals(tx, lines.map((line) => line.lineId as string))).map((arrival) => [arrival.lineId, arrival]));
  for (const [index, { lineId, apiId }] of lines.entries()) {
    const arrival = arrivals.get(lineId as string);
    const closedAt = arrival && windowEnd(arrival.cameAt, arrival.returnDays);
    if (closedAt && closedAt < at) refuse({ code: "RETURN_WINDOW_CLOSED", lineId: apiId, index, closedAt });
  }
}

/** Refuses what cannot be had in the place of the units. */
export async function exchangeFor(scene: Scene, units: readonly UnitsOf[], { apiId, variantId }: { apiId: string; variantId: string | undefined }): Promise<string> {
  const offered = variantId === undefined ? undefined : await findReplacement(scene.tx, variantId, scene.order.total.currency);
  if (!offered) return refuse({ code: "VARIANT_NOT_FOUND", variantId: apiId });
  const byId = new Map(scene.lines.map((line) => [line.id, line]));
  const refusal = refuseExchange(units.map(({ lineId, quantity }) => ({ line: byId.get(lineId) as SoldLine, quantity })), offered);
  return refusal ? refuse(refusal) : offered.variantId;
}
