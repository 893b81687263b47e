import { expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { GUEST } from "#kit/viewer.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { findBreaches } from "../queries/audit/auditCheck.ts";
import { checks } from "../queries/audit/afterSale.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { counter, plantParts, SAM, VERA } from "./afterSale.ts";
import { shopper } from "./shopper.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const [ada, bob] = [person(SMALL_SHOP.ada), person(SMALL_SHOP.bob)];
const INVOICE = `mutation ($input: OrderInvoiceInput!) { orderInvoice(input: $input) { __typename
  ... on OrderInvoiceSuccess { invoice { ...I } creditNotes { ...I } } ... on UserError { code message path } ... on OrderNotInvoiceable { state } ... on TooManyInvoiceLines { limit } } }
  fragment I on Invoice { id kind number total { amount } issuedAt pdf }`;
const ask = async (orderId: string, viewer = ada, guestKey?: string) => {
  const { data, errors } = await slice.graph.as(viewer).run(INVOICE, { input: { orderId, guestKey } });
  expect(errors).toBeUndefined();
  return data["orderInvoice"];
};
const placedBy = async (viewer = ada) => {
  await slice.owner.raw("update catalog.products set vendor_id = null");
  const buyer = shopper(slice.graph, viewer);
  const cartId = await buyer.cartWith({ 1: 3, 2: 2 });
  const { order } = await buyer.checkoutComplete(cartId);
  return { id: order.id as string, orderId: decodeId("ord", order.id) as string, number: order.number as string, cartId, lines: order.lines.nodes.map((line: { id: string }) => line.id) as string[] };
};

/** The words in a PDF whose streams are not compressed: the strings of its text operators, in order. */
function textOfPdf(base64: string): string {
  const body = Buffer.from(base64, "base64").toString("latin1");
  return [...body.matchAll(/\[((?:<[0-9a-f]*>|[\s\d.-])*)\] TJ/g)].map(([, run]) => [...(run ?? "").matchAll(/<([0-9a-f]*)>/g)].map(([, hex]) => Buffer.from(hex ?? "", "hex").toString("latin1")).join("")).join("\n");
}

test("OrderInvoiceSuccess: seller, buyer, lines, discounts, tax, total and payment can be read; the same bytes every time", async () => {
  await slice.owner.raw("update orders.seller set name = 'Lantern & Söhne', line1 = '2 Quay', city = 'Bath', tax_number = 'GB123'");
  const { id, orderId, number } = await placedBy();
  await plantParts(slice.owner, orderId, { lines: [{ discount: 51, tax: 67 }, { tax: 100 }], shipping: 395, shippingTax: 79 });
  await slice.owner.raw("insert into orders.order_contacts (order_id, name, line1, city, postal_code, country_code) values ($1, 'Ada Lovelace', '1 Mill Lane', 'Bath', 'BA1', 'GB') on conflict (order_id) do update set name = excluded.name, line1 = excluded.line1", [orderId]);
  const first = await ask(id);
  expect(first).toMatchObject({ __typename: "OrderInvoiceSuccess", invoice: { kind: "INVOICE", number: "INV-2011-000001", total: { amount: "15.40" }, issuedAt: "2011-12-10T09:00:00.000Z" }, creditNotes: [] });
  const text = textOfPdf(first.invoice.pdf);
  for (const words of ["Invoice INV-2011-000001", "Lantern & Söhne", "Tax number GB123", "Ada Lovelace", "1 Mill Lane", `Order: ${number} of 2011-12-10`, "85121A", "White Hanging Heart Lantern", "1.50", "4.50", "-0.51", "3.95", "2.46", "Total", "15.40", "VAT", "20.00 %", "0.79", "Paid 15.40 GBP on 2011-12-10"]) expect(text).toContain(words);
  expect(await ask(id)).toEqual(first);
  expect(await ask(id, SAM)).toEqual(first);
});

test("OrderInvoiceSuccess: a credit note for each refund, with what went back", async () => {
  const { id, lines } = await placedBy();
  const { invoice } = await ask(id);
  await counter(slice.graph).refundCreate(id, { amount: "1.00" });
  await counter(slice.graph, ada).orderLinesCancel(id, [{ lineId: lines[1] as string, quantity: 1 }]);
  const after = await ask(id);
  expect(after.invoice).toEqual(invoice);
  expect(after.creditNotes).toMatchObject([{ kind: "CREDIT_NOTE", number: "CN-2011-000001", total: { amount: "1.00" } }, { number: "CN-2011-000002", total: { amount: "2.50" } }]);
  expect(textOfPdf(after.creditNotes[1].pdf)).toContain("85122A");
});

test("OrderNotFound: others', a guest's without the key; OrderNotInvoiceable, TooManyInvoiceLines", async () => {
  const [mine, guests, large] = [await placedBy(), await placedBy(GUEST), await placedBy()];
  for (const viewer of [bob, GUEST, VERA]) expect((await ask(mine.id, viewer)).__typename).toBe("OrderNotFound");
  for (const id of [encodeId("ord", SMALL_SHOP.ada), "x"]) expect((await ask(id)).__typename).toBe("OrderNotFound");
  expect((await ask(guests.id, GUEST, mine.cartId)).__typename).toBe("OrderNotFound");
  expect((await ask(guests.id, GUEST, guests.cartId)).__typename).toBe("OrderInvoiceSuccess");
  await slice.owner.raw("update orders.orders set state = 'PLACED' where id = $1", [mine.orderId]);
  expect(await ask(mine.id)).toMatchObject({ __typename: "OrderNotInvoiceable", state: "PLACED" });
  await slice.owner.raw("update orders.orders set state = 'PAID' where id = $1", [mine.orderId]);
  await slice.owner.raw("insert into orders.order_lines (order_id, position, variant_id, product_id, sku, name, quantity, unit_amount, exponent) select $1, 10 + n, $2, $3, 'X', 'X', 1, 0, 2 from generate_series(1, 500) n", [large.orderId, SMALL_SHOP.variant(1), SMALL_SHOP.product(1)]);
  expect(await ask(large.id)).toMatchObject({ __typename: "TooManyInvoiceLines", limit: 500 });
});

test("ten orders at once, and two who ask for one: numbers without gaps, one invoice each", async () => {
  const orders = await Promise.all(Array.from({ length: 5 }, () => placedBy()));
  const answers = await Promise.all([...orders, ...orders].map((order) => ask(order.id)));
  expect(new Set(answers.map((answer) => answer.invoice.number)).size).toBe(5);
  expect(await findBreaches(slice.owner, checks)).toEqual([]);
});
