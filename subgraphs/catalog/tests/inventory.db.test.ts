import { randomUUID } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import type { Viewer } from "#kit/viewer.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createCatalogSubgraph } from "../subgraph.ts";

const slice = useSlice("martgraph_catalog", createCatalogSubgraph);
const root = person(SMALL_SHOP.root, "ADMIN");
const sam = person(SMALL_SHOP.sam, "SUPPORT");
const vera: Viewer = { ...person(SMALL_SHOP.vera, "VENDOR"), vendorIds: [SMALL_SHOP.vendor] };
const ada = person(SMALL_SHOP.ada);
const variantId = (n: number) => encodeId("var", SMALL_SHOP.variant(n));
const MAIN = encodeId("whs", "01900000-0000-7000-8000-000000000001");
let NORTH = "";

const LEVEL = "level { warehouse { code } onHand reserved available incoming }";
const MOVEMENT = "kind quantity onHandBefore onHandAfter reason reference actor warehouse { code } occurredAt";
const ERROR = "... on UserError { code message path } ... on InvalidStockQuantity { min max } ... on InvalidStockText { maxLength } ... on StockChanged { level { onHand } } ... on StockHeld { level { onHand available } }";
const SOURCES: Record<string, string> = {
  warehouseUpsert: "... on WarehouseUpsertSuccess { warehouse { id code name countryCode priority isDefault } } ... on UserError { code message path } ... on TooManyWarehouses { limit }",
  inventoryAdjust: `... on InventoryAdjustSuccess { ${LEVEL} movement { ${MOVEMENT} } } ${ERROR} ... on VariantNotFound { variantId }`,
  inventoryReceive: `... on InventoryReceiveSuccess { ${LEVEL} movement { ${MOVEMENT} } } ${ERROR}`.replace(/\.\.\. on Stock(Changed|Held) \{ level \{[^}]*\} \}/g, ""),
  incomingSet: `... on IncomingSetSuccess { ${LEVEL} } ... on UserError { code path } ... on InvalidStockQuantity { min max }`,
  inventoryTransfer: `... on InventoryTransferSuccess { from { onHand } to { onHand } movements { ${MOVEMENT} } } ... on UserError { code path } ... on StockHeld { level { onHand available } }`,
  lowStockThresholdSet: "... on LowStockThresholdSetSuccess { variant { sku lowStockThreshold } } ... on UserError { code path }",
};
async function call(verb: string, input: Record<string, unknown>, viewer: Viewer = root) {
  const type = `${verb[0]?.toUpperCase()}${verb.slice(1)}Input`;
  const { data, errors } = await slice.graph.as(viewer).run(`mutation ($input: ${type}!) { ${verb}(input: $input) { __typename ${SOURCES[verb]} } }`, { input });
  if (errors) throw new Error(errors.map((error) => `${error.extensions?.["code"]}: ${error.message}`).join("; "));
  return data[verb];
}
const at = (n = 2, warehouseId = MAIN) => ({ variantId: variantId(n), warehouseId });
const keyed = (more: object = {}) => ({ ...at(), reason: "counted", idempotencyKey: randomUUID(), ...more });
const events = async (type: string, n = 2) => (await slice.owner.raw<{ payload: Record<string, unknown> }>("select payload from platform.outbox where type = $1 and aggregate_id = $2 order by recorded_at", [type, SMALL_SHOP.variant(n)])).rows.map((row) => row.payload);
const total = async (n = 2) => (await slice.owner.raw<{ on_hand: number }>("select on_hand::int from catalog.stock_levels where variant_id = $1", [SMALL_SHOP.variant(n)])).rows[0]?.on_hand;

beforeAll(async () => { NORTH = (await call("warehouseUpsert", { code: "NORTH", name: "North", countryCode: "GB", priority: 50 })).warehouse.id; });
beforeEach(async () => {
  await slice.owner.raw("update catalog.stock_levels set on_hand = 100, low_stock_threshold = null where variant_id = $1", [SMALL_SHOP.variant(2)]);
  await slice.owner.raw("delete from platform.outbox");
});

describe("inventoryAdjust", () => {
  test("InventoryAdjustSuccess: level, total, ledger and event agree", async () => {
    const { movement, level, __typename } = await call("inventoryAdjust", keyed({ delta: -7, kind: "WRITE_OFF", reason: "water damage" }));
    expect([__typename, level]).toEqual(["InventoryAdjustSuccess", { warehouse: { code: "MAIN" }, onHand: 93, reserved: 0, available: 93, incoming: 0 }]);
    expect(movement).toMatchObject({ kind: "WRITE_OFF", quantity: -7, onHandBefore: 100, onHandAfter: 93, reason: "water damage", actor: `user:${SMALL_SHOP.root}`, warehouse: { code: "MAIN" } });
    expect(await total()).toBe(93);
    expect(await events("StockAdjusted")).toMatchObject([{ quantity: "-7", onHandAfter: "93", warehouseCode: "MAIN", kind: "WRITE_OFF" }]);
  });

  test("InventoryAdjustSuccess: to a counted number; the number that stands there already is no movement", async () => {
    expect(await call("inventoryAdjust", keyed({ setTo: 40, changeFrom: 100 }))).toMatchObject({ level: { onHand: 40 }, movement: { quantity: -60 } });
    expect(await call("inventoryAdjust", keyed({ setTo: 40 }))).toMatchObject({ level: { onHand: 40 }, movement: null });
    expect(await events("StockAdjusted")).toHaveLength(1);
  });

  test("InventoryAdjustSuccess again: the same key has no second effect, however many ask at once", async () => {
    const input = keyed({ delta: 5 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => call("inventoryAdjust", input)));
    expect(new Set(answers.map((answer) => answer.__typename))).toEqual(new Set(["InventoryAdjustSuccess"]));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.movement))).size).toBe(1);
    expect(await total()).toBe(105);
  });

  test("StockChanged: of many who saw the same number one changes it", async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => call("inventoryAdjust", keyed({ delta: 1, changeFrom: 100 }))));
    expect(answers.map((answer) => answer.__typename).toSorted((one, other) => (one < other ? -1 : 1))).toEqual(["InventoryAdjustSuccess", ...Array.from({ length: 5 }, () => "StockChanged")]);
    expect(answers.find((answer) => answer.__typename === "StockChanged")).toMatchObject({ code: "STOCK_CHANGED", path: ["input", "changeFrom"], level: { onHand: 101 } });
    expect(await total()).toBe(101);
  });

  test("StockHeld: what a purchase holds stays; nothing goes below zero", async () => {
    const reference = randomUUID();
    await slice.owner.raw("select catalog.reserve_stock($1, array[$2::uuid], array[60::bigint], now() + interval '1 hour')", [reference, SMALL_SHOP.variant(2)]);
    expect(await call("inventoryAdjust", keyed({ delta: -41 }))).toMatchObject({ __typename: "StockHeld", level: { onHand: 100, available: 40 } });
    expect((await call("inventoryAdjust", keyed({ setTo: 59 }))).__typename).toBe("StockHeld");
    expect((await call("inventoryAdjust", keyed({ delta: -40 }))).level).toMatchObject({ onHand: 60, available: 0 });
    await slice.owner.raw("select catalog.release_stock($1)", [reference]);
    expect((await call("inventoryAdjust", keyed({ delta: -61 }))).__typename).toBe("StockHeld");
  });

  test("a refused call keeps nothing under its key", async () => {
    const input = keyed({ delta: -200 });
    expect((await call("inventoryAdjust", input)).__typename).toBe("StockHeld");
    await slice.owner.raw("update catalog.stock_levels set on_hand = 300 where variant_id = $1", [SMALL_SHOP.variant(2)]);
    expect((await call("inventoryAdjust", input)).level.onHand).toBe(100);
  });

  test("IdempotencyConflict, InvalidIdempotencyKey, RequestInProgress", async () => {
    const input = keyed({ delta: 1 });
    await call("inventoryAdjust", input);
    expect(await call("inventoryAdjust", { ...input, delta: 2 })).toMatchObject({ __typename: "IdempotencyConflict", path: ["input", "idempotencyKey"] });
    // Another person's key is another key.
    expect((await call("inventoryAdjust", { ...input, variantId: variantId(1) }, vera)).__typename).toBe("InventoryAdjustSuccess");
    for (const idempotencyKey of ["", "with space", "x".repeat(201), "ü"]) expect((await call("inventoryAdjust", keyed({ delta: 1, idempotencyKey }))).__typename).toBe("InvalidIdempotencyKey");
    const running = keyed({ delta: 1 });
    await call("inventoryAdjust", running);
    await slice.owner.raw("update catalog.idempotency_keys set state = 'RUNNING', lease_until = now() + interval '20 seconds' where key = $1", [running["idempotencyKey"]]);
    expect((await call("inventoryAdjust", running)).__typename).toBe("RequestInProgress");
  });

  test.each([
    [{}, "InvalidAdjustment"], [{ delta: 1, setTo: 1 }, "InvalidAdjustment"], [{ delta: 0 }, "InvalidAdjustment"],
    [{ delta: 3, kind: "WRITE_OFF" }, "InvalidAdjustment"], [{ delta: -3, kind: "FOUND" }, "InvalidAdjustment"], [{ setTo: 101, kind: "GIVEN_FREE" }, "InvalidAdjustment"],
    [{ delta: 1_000_000_001 }, "InvalidStockQuantity"], [{ delta: -1_000_000_001 }, "InvalidStockQuantity"], [{ delta: 1_000_000_000 }, "InvalidStockQuantity"],
    [{ setTo: -1 }, "InvalidStockQuantity"], [{ setTo: 1_000_000_001 }, "InvalidStockQuantity"], [{ delta: 1, changeFrom: -1 }, "InvalidStockQuantity"],
    [{ delta: 1, reason: " " }, "InvalidStockText"], [{ delta: 1, reason: "x".repeat(501) }, "InvalidStockText"], [{ delta: 1, reason: "a\0b" }, "InvalidStockText"], [{ delta: 1, reason: "\ud800" }, "InvalidStockText"],
  ])("%j is refused as %s and changes nothing", async (more, member) => {
    expect((await call("inventoryAdjust", keyed(more))).__typename).toBe(member);
    expect(await total()).toBe(100);
  });

  test.each([[{ delta: 2_147_483_648 }], [{ delta: 1.5 }], [{ delta: "7" }], [{ delta: 1, kind: "SALE" }]])("%j is not even read", async (more) => {
    await expect(call("inventoryAdjust", keyed(more))).rejects.toThrow();
  });

  test.each([
    ["another kind's id", { variantId: encodeId("prd", SMALL_SHOP.variant(2)) }, "VariantNotFound"], ["a raw UUID", { variantId: SMALL_SHOP.variant(2) }, "VariantNotFound"],
    ["nobody's id", { variantId: encodeId("var", randomUUID()) }, "VariantNotFound"], ["no id", { variantId: "'; drop table" }, "VariantNotFound"],
    ["a variant as warehouse", { warehouseId: variantId(2) }, "WarehouseNotFound"], ["nobody's warehouse", { warehouseId: encodeId("whs", randomUUID()) }, "WarehouseNotFound"], ["no warehouse", { warehouseId: "MAIN" }, "WarehouseNotFound"],
  ])("%s: %j is %s", async (_what, more, member) => {
    expect((await call("inventoryAdjust", keyed({ delta: 1, ...more }))).__typename).toBe(member);
  });

  test("VariantNotFound: a vendor keeps own stock, drafts too, and nobody else's", async () => {
    for (const n of [1, 6]) expect((await call("inventoryAdjust", keyed({ ...at(n), delta: 1 }), vera)).__typename).toBe("InventoryAdjustSuccess");
    expect(await call("inventoryAdjust", keyed({ delta: 1 }), vera)).toMatchObject({ __typename: "VariantNotFound", variantId: variantId(2) });
    await expect(call("inventoryAdjust", keyed({ delta: 1 }), ada)).rejects.toThrow("FORBIDDEN");
    await expect(call("inventoryAdjust", keyed({ delta: 1 }), sam)).rejects.toThrow("FORBIDDEN");
  });
});

describe("inventoryReceive and incomingSet", () => {
  test("InventoryReceiveSuccess, IncomingSetSuccess: on hand grows, incoming shrinks, never below nothing", async () => {
    expect((await call("incomingSet", { ...at(), incoming: 30 })).level).toMatchObject({ onHand: 100, incoming: 30 });
    const received = await call("inventoryReceive", keyed({ quantity: 20, reference: "PO-7", reason: undefined }));
    expect(received).toMatchObject({ level: { onHand: 120, incoming: 10 }, movement: { kind: "RECEIVED", quantity: 20, reference: "PO-7", reason: null } });
    expect((await call("inventoryReceive", keyed({ quantity: 15 }))).level).toMatchObject({ onHand: 135, incoming: 0 });
    expect((await call("inventoryReceive", keyed({ ...at(2, NORTH), quantity: 5 }))).level).toMatchObject({ warehouse: { code: "NORTH" }, onHand: 5 });
    expect(await total()).toBe(140);
  });

  test("a repeated delivery comes once; other content is IdempotencyConflict, a key that is none InvalidIdempotencyKey", async () => {
    const input = keyed({ quantity: 20 });
    await Promise.all([call("inventoryReceive", input), call("inventoryReceive", input)]);
    expect((await call("inventoryReceive", { ...input, quantity: 21 })).__typename).toBe("IdempotencyConflict");
    expect((await call("inventoryReceive", keyed({ quantity: 1, idempotencyKey: "" }))).__typename).toBe("InvalidIdempotencyKey");
    await slice.owner.raw("update catalog.idempotency_keys set state = 'RUNNING', lease_until = now() + interval '20 seconds' where key = $1", [input["idempotencyKey"]]);
    expect((await call("inventoryReceive", input)).__typename).toBe("RequestInProgress");
    expect((await events("StockAdjusted")).map((event) => event["quantity"])).toEqual(["20"]);
  });

  test.each([[0], [-5], [1_000_000_001], [1_000_000_000]])("InvalidStockQuantity: a delivery of %d", async (quantity) => {
    expect((await call("inventoryReceive", keyed({ quantity }))).__typename).toBe("InvalidStockQuantity");
  });

  test("VariantNotFound, WarehouseNotFound, InvalidStockText", async () => {
    expect((await call("inventoryReceive", keyed({ quantity: 1, variantId: "var_1" }))).__typename).toBe("VariantNotFound");
    expect((await call("inventoryReceive", keyed({ quantity: 1, warehouseId: "whs_1" }))).__typename).toBe("WarehouseNotFound");
    expect((await call("inventoryReceive", keyed({ quantity: 1, reference: "x".repeat(201) }))).__typename).toBe("InvalidStockText");
    expect((await call("incomingSet", { ...at(), incoming: -1 })).__typename).toBe("InvalidStockQuantity");
    expect((await call("incomingSet", { ...at(), incoming: 1, variantId: "x" })).__typename).toBe("VariantNotFound");
    expect((await call("incomingSet", { ...at(), incoming: 1, warehouseId: "x" })).__typename).toBe("WarehouseNotFound");
    expect((await call("incomingSet", { ...at(), incoming: 1 }, vera)).__typename).toBe("VariantNotFound");
  });
});

describe("inventoryTransfer", () => {
  const input = (more: object = {}) => ({ variantId: variantId(3), fromWarehouseId: MAIN, toWarehouseId: NORTH, quantity: 10, reason: "closer to buyers", idempotencyKey: randomUUID(), ...more });

  test("InventoryTransferSuccess: two movements that sum to zero, the total and its stage untouched", async () => {
    await call("lowStockThresholdSet", { variantId: variantId(3), threshold: 995 });
    const moved = await call("inventoryTransfer", input());
    expect(moved).toMatchObject({ __typename: "InventoryTransferSuccess", from: { onHand: 990 }, to: { onHand: 10 } });
    expect(moved.movements).toMatchObject([{ kind: "TRANSFER", quantity: -10, warehouse: { code: "MAIN" } }, { kind: "TRANSFER", quantity: 10, warehouse: { code: "NORTH" } }]);
    expect([await total(3), await events("StockLow", 3), (await events("StockAdjusted", 3)).length]).toEqual([1_000, [], 2]);
  });

  test("the same key again moves nothing", async () => {
    const once = input();
    const [first, second] = [await call("inventoryTransfer", once), await call("inventoryTransfer", once)];
    expect(second).toEqual(first);
    expect((await call("inventoryTransfer", { ...once, quantity: 11 })).__typename).toBe("IdempotencyConflict");
    await slice.owner.raw("update catalog.idempotency_keys set state = 'RUNNING', lease_until = now() + interval '20 seconds' where key = $1", [once.idempotencyKey]);
    expect((await call("inventoryTransfer", once)).__typename).toBe("RequestInProgress");
    expect((await call("inventoryTransfer", input({ idempotencyKey: " " }))).__typename).toBe("InvalidIdempotencyKey");
  });

  test("StockHeld, SameWarehouse, WarehouseNotFound, VariantNotFound, InvalidStockQuantity, InvalidStockText", async () => {
    expect(await call("inventoryTransfer", input({ quantity: 5_000 }))).toMatchObject({ __typename: "StockHeld", path: ["input", "quantity"] });
    expect((await call("inventoryTransfer", input({ toWarehouseId: MAIN }))).__typename).toBe("SameWarehouse");
    expect(await call("inventoryTransfer", input({ toWarehouseId: "whs_0" }))).toMatchObject({ __typename: "WarehouseNotFound", path: ["input", "toWarehouseId"] });
    expect(await call("inventoryTransfer", input({ fromWarehouseId: "whs_0" }))).toMatchObject({ __typename: "WarehouseNotFound", path: ["input", "fromWarehouseId"] });
    expect((await call("inventoryTransfer", input(), vera)).__typename).toBe("VariantNotFound");
    for (const quantity of [0, -1, 2_000_000_000]) expect((await call("inventoryTransfer", input({ quantity }))).__typename).toBe("InvalidStockQuantity");
    expect((await call("inventoryTransfer", input({ reason: "" }))).__typename).toBe("InvalidStockText");
  });

  test("both ways at once, many times: nobody waits in a circle and no unit is lost", async () => {
    const before = await total(3);
    await Promise.all(Array.from({ length: 20 }, (_, index) => call("inventoryTransfer", input(index % 2 === 0 ? { quantity: 1 } : { quantity: 1, fromWarehouseId: NORTH, toWarehouseId: MAIN }))));
    expect(await total(3)).toBe(before);
  });
});

describe("low stock", () => {
  test("LowStockThresholdSetSuccess; StockLow and StockBack once for each crossing, by hand and by sales", async () => {
    expect(await call("lowStockThresholdSet", { variantId: variantId(4), threshold: 10 })).toMatchObject({ variant: { lowStockThreshold: 10 } });
    await call("inventoryAdjust", keyed({ ...at(4), setTo: 11 }));
    expect(await events("StockLow", 4)).toEqual([]);
    const [reference, orderId] = [randomUUID(), randomUUID()];
    await slice.owner.raw("select catalog.reserve_stock($1, array[$2::uuid], array[4::bigint], now() + interval '1 hour')", [reference, SMALL_SHOP.variant(4)]);
    expect(await events("StockLow", 4)).toEqual([]);
    await slice.owner.raw("select catalog.sell_reserved($1, $2)", [reference, orderId]);
    await call("inventoryAdjust", keyed({ ...at(4), delta: -1 }));
    expect(await events("StockLow", 4)).toEqual([{
      variantId: SMALL_SHOP.variant(4), productId: SMALL_SHOP.product(4), sku: "85124A", vendorId: null, stage: "LOW", before: "PLENTY", onHand: "7", threshold: "10",
    }]);
    await call("inventoryAdjust", keyed({ ...at(4), setTo: 0 }));
    await call("inventoryReceive", keyed({ ...at(4), quantity: 5 }));
    await slice.owner.raw("select catalog.restock($1, array[$2::uuid], array[4::bigint])", [orderId, SMALL_SHOP.variant(4)]);
    await call("inventoryReceive", keyed({ ...at(4), quantity: 5 }));
    expect((await events("StockLow", 4)).map((event) => [event["before"], event["stage"]])).toEqual([["PLENTY", "LOW"], ["LOW", "OUT"]]);
    expect((await events("StockBack", 4)).map((event) => [event["before"], event["stage"], event["onHand"]])).toEqual([["OUT", "LOW", "5"], ["LOW", "PLENTY", "14"]]);
    await call("lowStockThresholdSet", { variantId: variantId(4), threshold: 14 });
    expect(await events("StockLow", 4)).toHaveLength(3);
    await call("lowStockThresholdSet", { variantId: variantId(4), threshold: null });
    expect(await events("StockBack", 4)).toHaveLength(3);
  });

  test("InvalidStockQuantity, VariantNotFound", async () => {
    for (const threshold of [-1, 1_000_000_001]) expect((await call("lowStockThresholdSet", { variantId: variantId(2), threshold })).__typename).toBe("InvalidStockQuantity");
    expect((await call("lowStockThresholdSet", { variantId: MAIN, threshold: 1 })).__typename).toBe("VariantNotFound");
    expect((await call("lowStockThresholdSet", { variantId: variantId(2), threshold: 1 }, vera)).__typename).toBe("VariantNotFound");
  });
});
