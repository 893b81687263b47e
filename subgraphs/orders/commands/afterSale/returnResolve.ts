import { auditAs } from "#kit/audit.ts";
import { encodeId } from "#schema/values/ids.ts";
import { toDecimal } from "#schema/values/money.ts";
import { err, type Result } from "#schema/values/result.ts";
import type { Tx } from "#platform/db/database.ts";
import type { Commanded } from "../../context.ts";
import { isReason } from "../../domain/cancellation.ts";
import { type ExchangeRefusal, type Return, type ReturnLine, type ReturnState, type ReturnStep, RETURN_STEPS } from "../../domain/afterSale/return.ts";
import { refundOfUnits } from "../../domain/afterSale/refund.ts";
import type { SoldLine } from "../../domain/afterSale/soldLine.ts";
import { orderPlaced } from "../../domain/ledger/journals.ts";
import { findReturn, insertReplacementOrder, listReturnLines, settleReturn } from "../../queries/afterSale/returns.ts";
import { reserveStock, restock, sellReserved } from "../../queries/catalogue.ts";
import { postJournals } from "../../queries/ledger.ts";
import { tellOfOrder } from "../../queries/orderEvents.ts";
import { getOrder, lockOrder } from "../../queries/orders.ts";
import { listPaymentsForUpdate } from "../../queries/payments.ts";
import { insertVendorOrders } from "../../queries/vendorOrders.ts";
import type { IdempotencyRefusal } from "../idempotency.ts";
import { giveBack } from "./giveBack.ts";
import { inOneGo, once, refuse } from "./once.ts";
import { payRefund } from "./payRefund.ts";
import { exchangeFor } from "./returnRequest.ts";
import { type Scene, sceneOf } from "./scene.ts";

export type ReturnMoveRefusal = { code: "RETURN_NOT_FOUND" } | { code: "RETURN_IN_WRONG_STATE"; state: ReturnState } | { code: "REQUEST_IN_PROGRESS"; retryAfterSeconds: number };
export type ReturnResolveRefusal =
  | ReturnMoveRefusal
  | { code: "PAYMENT_IN_DISPUTE" }
  | { code: "INVALID_REASON" }
  | { code: "INSUFFICIENT_STOCK"; shortages: readonly { variantId: string; requested: bigint; available: bigint }[] }
  | ExchangeRefusal
  | IdempotencyRefusal;

export interface ReturnResolveInput {
  readonly returnId: string | undefined;
  readonly verdict: "APPROVE" | "REJECT";
  readonly restock: boolean;
  readonly refundShipping: boolean;
  readonly note: string | null;
  readonly key: string;
}
export interface StoredReturn {
  readonly returnId: string;
  readonly refundId: string | null;
}

interface ReturnScene extends Scene {
  readonly found: Return;
  readonly returned: readonly ReturnLine[];
  readonly next: ReturnState;
}

/** Decides a return. Approved, what was paid for the units goes back, or the wanted variant goes out in their place; refused, the units stay the buyer's. */
export async function returnResolve(parts: Commanded, { key, ...input }: ReturnResolveInput): Promise<Result<StoredReturn, ReturnResolveRefusal>> {
  if (!isReason(input.note)) return err({ code: "INVALID_REASON" });
  const outcome = await once<StoredReturn, ReturnResolveRefusal>(parts, { operation: "returnResolve", key, content: input }, async (tx) => {
    const scene = await returnSceneOf(parts, tx, input.returnId, input.verdict);
    const { found, returned, next, at } = scene;
    await auditAs(tx, parts, "returnResolve", "return", found.id, { verdict: input.verdict, restock: input.restock, refundShipping: input.refundShipping });
    if (input.verdict === "REJECT") {
      await settleReturn(tx, found.id, next, at, { note: input.note });
      await tellResolved(scene, { refundId: null, exchangeOrderId: null });
      await scene.move(returned.map(({ lineId, quantity }) => ({ lineId, returning: -quantity })));
      return { returnId: found.id, refundId: null };
    }
    // What a bank has taken for a dispute is not there to be given back: the units would go for nothing, or be paid for twice.
    if ((await listPaymentsForUpdate(tx, scene.order.id)).some((payment) => payment.state === "DISPUTED")) refuse<ReturnResolveRefusal>({ code: "PAYMENT_IN_DISPUTE" });
    const exchangeOrderId = found.exchangeVariantId === null ? null : await sendReplacement(scene, found.exchangeVariantId);
    const refundId = exchangeOrderId !== null ? null
      : await giveBack(scene, { units: returned, shipping: input.refundShipping, agreed: null, cause: "RETURN", reason: found.number, isExact: false });
    await settleReturn(tx, found.id, next, at, { note: input.note, isRestocked: input.restock, refundId, exchangeOrderId });
    await tellResolved(scene, { refundId, exchangeOrderId });
    if (next === "COMPLETED") await takeIn(scene, input.restock);
    return { returnId: found.id, refundId };
  });
  if (outcome.ok) await payRefund(parts, outcome.value.refundId);
  return outcome;
}

/** Notes that the goods are here; repeating it changes nothing. Where the return is approved, they go on the shelf if that was decided. */
export function returnReceive(parts: Commanded, returnId: string | undefined): Promise<Result<Return, ReturnMoveRefusal>> {
  return inOneGo(parts, async (tx) => {
    const known = returnId === undefined ? undefined : await findReturn(tx, returnId);
    if (known?.receivedAt) return known;
    const scene = await returnSceneOf(parts, tx, returnId, "RECEIVE");
    const after = await settleReturn(tx, scene.found.id, scene.next, scene.at);
    await auditAs(tx, parts, "returnReceive", "return", scene.found.id);
    await scene.tell("ReturnReceived", { userId: scene.order.userId, returnId: scene.found.id, returnNumber: scene.found.number });
    if (scene.next === "COMPLETED") await takeIn(scene, scene.found.isRestocked ?? false);
    return after;
  });
}

async function returnSceneOf(parts: Commanded, tx: Tx, returnId: string | undefined, step: ReturnStep): Promise<ReturnScene> {
  const orderId = returnId === undefined ? undefined : (await findReturn(tx, returnId))?.orderId;
  if (returnId === undefined || orderId === undefined) return refuse({ code: "RETURN_NOT_FOUND" });
  await lockOrder(tx, orderId);
  // Read again under the lock: somebody else may have decided meanwhile.
  const found = (await findReturn(tx, returnId)) as Return;
  const next = RETURN_STEPS[found.state][step];
  if (!next) return refuse({ code: "RETURN_IN_WRONG_STATE", state: found.state });
  const scene = await sceneOf(parts, tx, await getOrder(tx, orderId));
  return Object.assign(scene, { found, next, returned: await listReturnLines(tx, [found.id]) });
}

/** The units are the shop's again. */
async function takeIn(scene: ReturnScene, onShelf: boolean): Promise<void> {
  const { tx, order, returned } = scene;
  const after = await scene.move(returned.map(({ lineId, quantity }) => ({ lineId, returned: quantity })));
  if (!onShelf) return;
  const variantOf = new Map(after.map((line) => [line.id, line.variantId]));
  await restock(tx, order.id, returned.map(({ lineId, quantity }) => ({ variantId: variantOf.get(lineId) as string, quantity })));
}

/** An order of the wanted variant that costs nothing, with its stock sold. Answers its id. */
async function sendReplacement(scene: ReturnScene, variantId: string): Promise<string> {
  const { tx, order, found, returned, at, lines } = scene;
  await exchangeFor(scene, returned, { apiId: encodeId("var", variantId), variantId });
  const quantity = returned.reduce((so, line) => so + line.quantity, 0n);
  const [short] = await reserveStock(tx, found.id, [{ variantId, quantity }], new Date(Date.now() + 60_000));
  if (short) return refuse({ code: "INSUFFICIENT_STOCK", shortages: [{ variantId, requested: quantity, available: short.available }] });
  const gross = (line: SoldLine) => ({ gross: line.parts.gross, discount: 0n, taxIncluded: 0n, paid: line.parts.gross, tax: 0n });
  const byId = new Map(lines.map((line) => [line.id, line]));
  const subtotal = returned.reduce((so, { lineId, quantity: units }) => {
    const line = byId.get(lineId) as SoldLine;
    return so + refundOfUnits({ lineId, quantity: line.quantity, refundedQuantity: 0n, refundedUnits: 0n, refundedTaxUnits: 0n, parts: gross(line) }, units).units;
  }, 0n);
  const replacement = await insertReplacementOrder(tx, { orderId: order.id, variantId, quantity, subtotal, at });
  // It went off sale between the check and here.
  if (!replacement) return refuse<ExchangeRefusal>({ code: "VARIANT_NOT_FOUND", variantId: encodeId("var", variantId) });
  await sellReserved(tx, found.id, replacement.id);
  await postJournals(tx, [orderPlaced({ orderId: replacement.id, currency: order.total.currency, at }, {
    subtotal, discount: subtotal, shipping: 0n, tax: 0n, lineTaxIncluded: 0n, shippingTaxIncluded: 0n, total: 0n,
  })]);
  await insertVendorOrders(tx, replacement.id, at);
  await tellOfOrder(tx, replacement.id, "OrderPlaced", {
    orderId: replacement.id, number: replacement.number, userId: replacement.userId, countryCode: replacement.countryCode, total: toDecimal(replacement.total), currency: replacement.total.currency,
  }, at, scene.actor);
  return replacement.id;
}

async function tellResolved({ tell, order, found, next }: ReturnScene, made: { refundId: string | null; exchangeOrderId: string | null }): Promise<void> {
  await tell("ReturnResolved", { userId: order.userId, returnId: found.id, returnNumber: found.number, verdict: next === "REJECTED" ? "REJECT" : "APPROVE", ...made });
}
