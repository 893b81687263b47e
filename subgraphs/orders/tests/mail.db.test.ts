import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { GUEST } from "#kit/viewer.ts";
import { Database } from "#platform/db/database.ts";
import { writeEvents } from "#platform/events/outbox.ts";
import { startRelay } from "#platform/events/relay/relay.ts";
import { readRelayStatus } from "#platform/events/relay/upkeep.ts";
import { silentLog } from "#platform/log.ts";
import { mailConsumer } from "#platform/mail/mailConsumer.ts";
import { createSmtpMailer } from "#platform/mail/smtp.ts";
import { reply, startMailServer } from "#platform/mail/tests/mailServer.ts";
import { decodeId } from "#schema/values/ids.ts";
import { composeOrderMail, MAIL_TYPES } from "../mail/orderMail.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { counter } from "./afterSale.ts";
import { shopper } from "./shopper.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const ada = person(SMALL_SHOP.ada);
const closers: (() => Promise<void>)[] = [];
let db: Database | undefined;
const relayDb = () => (db ??= Database.open({ ...slice.databases.shop.as("martgraph_relay"), max: 12 }));
beforeEach(() => slice.owner.raw("truncate platform.outbox, platform.event_queue, platform.event_dead_letters, platform.event_consumers, platform.mails"));
afterEach(async () => { for (const close of closers.splice(0).toReversed()) await close(); });
afterAll(() => db?.close());

type ServerOptions = Parameters<typeof startMailServer>[0];
async function start(options: ServerOptions = {}, port = 0) {
  const server = await startMailServer(options, port);
  closers.push(server.close);
  await startTelling(server.url());
  return server;
}
async function startTelling(url: string) {
  const mailer = createSmtpMailer({ url, from: "The Shop <shop@shop.example>", timeoutMs: 2_000 });
  const consumer = mailConsumer({ db: relayDb(), mailer, types: MAIL_TYPES, compose: (event) => composeOrderMail(relayDb(), "The Shop", event), domain: "shop.example", log: silentLog });
  const relay = await startRelay({ db: relayDb(), consumers: [consumer], log: silentLog, pollMs: 30, tries: { most: 4, baseMs: 20, maxMs: 50, leaseSeconds: 5 } });
  closers.push(async () => { await relay.stop(); await mailer.close(); });
}
const buy = async (viewer = ada, quantities: Record<number, number> = { 1: 2, 3: 1 }) => {
  const buyer = shopper(slice.graph, viewer);
  const { order } = await buyer.checkoutComplete(await buyer.cartWith(quantities));
  return { ...order, uuid: decodeId("ord", order.id) as string };
};
const idle = async () => {
  const { undispatched, consumers } = await readRelayStatus(relayDb());
  return undispatched.waiting === 0 && consumers.every(({ waiting }) => waiting === 0);
};
const until = async (holds: () => boolean | Promise<boolean>, ms = 15_000) => {
  for (const deadline = Date.now() + ms; !(await holds()); await sleep(20)) if (Date.now() > deadline) throw new Error("it did not come to that");
};

describe("what happens to an order is written to its buyer", () => {
  test("bought, shipped, delivered, sent back, received, approved, paid back: a mail each, to the account, in order", async () => {
    const server = await start();
    const order = await buy();
    const [sam, her] = [counter(slice.graph), counter(slice.graph, ada)];
    const lines = order.lines.nodes.map((line: { id: string; quantity: number }) => ({ lineId: line.id, quantity: line.quantity }));
    const { fulfilment } = await sam.fulfilmentCreate(order.id, lines);
    await sam.fulfilmentShip(fulfilment.id, { carrier: "Royal Mail", number: "RM1", url: "https://track.example/RM1" });
    await sam.fulfilmentDeliver(fulfilment.id);
    const asked = await her.returnRequest(order.id, [lines[0]]);
    await sam.returnReceive(asked.return.id);
    await sam.returnResolve(asked.return.id, "APPROVE");
    await until(async () => server.received.length >= 7 && (await idle()));
    const subjects = server.received.map(({ mail }) => mail.subject);
    const n = order.number;
    // The refund is a thing of its own: its mail may overtake one about the order.
    const isRefund = (subject: string | undefined) => subject?.startsWith("Money back") === true;
    expect(subjects.filter((subject) => !isRefund(subject))).toEqual([`Your order ${n}`, `Your order ${n} is on its way`, `Your order ${n} has arrived`, `Your return ${n}-R1`, `Your return ${n}-R1 is here`, `Your return ${n}-R1 is accepted`]);
    expect(subjects.filter(isRefund)).toEqual([`Money back for your order ${n}`]);
    expect(new Set(server.received.flatMap(({ to }) => to))).toEqual(new Set(["ada@example.test"]));
    const [confirmation, shipped] = server.received.map(({ mail }) => mail);
    expect(confirmation?.text).toContain("2 x White Hanging Heart Lantern: 3.00 GBP\n  1 x Party Bunting: 0.125 GBP\n");
    expect(confirmation?.text).toContain(`Total: ${order.total.amount} GBP`);
    expect(shipped?.text).toContain("with Royal Mail");
    expect(shipped?.html).toContain('<a href="https://track.example/RM1">');
    const { rows } = await slice.owner.raw<{ message: string }>("select message from platform.mails where sent_at is not null and answer like '250%'");
    expect(rows).toHaveLength(server.received.length);
  });

  test("cancelled: one mail, to the address given with the order", async () => {
    const server = await start();
    const order = await buy(GUEST);
    await slice.owner.raw("insert into orders.order_contacts (order_id, email, name) values ($1, 'guest@example.com', 'Grace') on conflict (order_id) do update set email = excluded.email, name = excluded.name", [order.uuid]);
    await until(idle);
    const before = server.received.length;
    await shopper(slice.graph, person(SMALL_SHOP.sam, "SUPPORT")).orderCancel(order.id, { reason: "<b>twice</b>" });
    await until(async () => server.received.length > before && (await idle()));
    const last = server.received.find(({ mail }) => mail.subject?.includes("cancelled"));
    expect(last).toMatchObject({ to: ["guest@example.com"], mail: { subject: `Your order ${order.number} is cancelled`, text: expect.stringContaining('Hello Grace,') } });
    expect(last?.mail.html).toContain("&lt;b&gt;twice&lt;/b&gt;");
  });

  test("nobody to write to is no failure", async () => {
    const server = await start();
    const order = await buy(GUEST);
    await slice.owner.raw("update orders.order_contacts set email = null where order_id = $1", [order.uuid]);
    await until(idle);
    expect((await readRelayStatus(relayDb())).consumers).toMatchObject([{ dead: 0 }]);
    expect(server.received.length).toBeLessThanOrEqual(1);
  });
});

const told = async (orderId: string, total = "1.00") => {
  await slice.owner.tx((tx) => writeEvents(tx, [{ aggregate: "refund", aggregateId: randomUUID(), type: "RefundPaid", payload: { refundId: randomUUID(), orderId, total, currency: "GBP" }, occurredAt: new Date() }]));
};

describe("a server that is not as it should be", () => {
  test("away, then back: everything is sent once", async () => {
    const order = await buy();
    const probe = await startMailServer();
    const { port } = probe;
    await probe.close();
    await startTelling(`smtp://127.0.0.1:${port}?starttls=never`);
    for (let n = 0; n < 5; n += 1) await told(order.uuid);
    await sleep(300);
    const server = await startMailServer({}, port);
    closers.unshift(server.close);
    await until(async () => server.received.length >= 5 && (await idle()));
    expect(new Set(server.received.map(({ mail }) => mail.messageId)).size).toBe(server.received.length);
    expect((await readRelayStatus(relayDb())).consumers).toMatchObject([{ dead: 0 }]);
  });

  test("4xx twice: tried again and taken; 5xx: a dead letter at once, and others go on", async () => {
    let refusals = 0;
    const order = await buy();
    const server = await start({ onRcptTo: ({ address }, _session, done) => done(address.startsWith("nobody") ? reply(550, "no such mailbox") : refusals++ < 2 ? reply(451, "later") : null) });
    const gone = await buy(GUEST);
    await slice.owner.raw("insert into orders.order_contacts (order_id, email) values ($1, 'nobody@example.com') on conflict (order_id) do update set email = excluded.email", [gone.uuid]);
    await told(gone.uuid);
    await told(order.uuid, "2.00");
    await until(async () => server.received.some(({ mail }) => mail.text?.includes("2.00 GBP")) && (await readRelayStatus(relayDb())).consumers[0]?.dead !== 0 && (await idle()));
    const { rows } = await slice.owner.raw<{ last_error: string; attempts: number }>("select last_error, attempts from platform.event_dead_letters where last_error like '%550%'");
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(rows.map(({ attempts }) => attempts))).toEqual(new Set([1]));
  });

  test("4xx for ever: after the last try a dead letter", async () => {
    const order = await buy();
    await start({ onRcptTo: (_address, _session, done) => done(reply(451, "later")) });
    await told(order.uuid);
    await until(async () => ((await readRelayStatus(relayDb())).consumers[0]?.dead ?? 0) > 0);
    expect((await slice.owner.raw("select distinct attempts from platform.event_dead_letters")).rows).toEqual([{ attempts: 4 }]);
  });

  test("an event that is told again is not sent again; a crash between the server's yes and our note sends the same id", async () => {
    const order = await buy();
    const server = await start();
    const sent = () => server.received.filter(({ mail }) => mail.subject?.startsWith("Money back"));
    await told(order.uuid);
    await until(async () => sent().length === 1 && (await idle()));
    const again = "insert into platform.event_queue (consumer, position, event_id, aggregate_id) select 'mail', position, event_id, aggregate_id from platform.outbox where type = 'RefundPaid'";
    await slice.owner.raw(again);
    await until(idle);
    expect(sent()).toHaveLength(1);
    // As it stands when the process died before the note.
    await slice.owner.raw("update platform.mails set sent_at = null");
    await slice.owner.raw(again);
    await until(async () => sent().length === 2 && (await idle()));
    expect(sent()[0]?.mail.messageId).toBe(sent()[1]?.mail.messageId);
  });
});

test("three declined cards are one mail", async () => {
  const server = await start();
  const checkoutId = randomUUID();
  const cart = await shopper(slice.graph, ada).cartWith({ 1: 1 });
  await slice.owner.raw(`insert into orders.checkouts (id, cart_id, user_id, actor, idempotency_key, state, currency, total_units, exponent, lease_until)
    values ($1, $2, $3, 'x', 'x', 'DECLINED', 'GBP', 100, 2, now())`, [checkoutId, decodeId("crt", cart), SMALL_SHOP.ada]);
  await slice.owner.tx((tx) => writeEvents(tx, [1, 2, 3].map(() => ({ aggregate: "checkout", aggregateId: checkoutId, type: "PaymentFailed", payload: { checkoutId, reason: "CARD_DECLINED", amount: "1.00", currency: "GBP" }, occurredAt: new Date() }))));
  await until(async () => server.received.length > 0 && (await idle()));
  expect(server.received.map(({ to, mail }) => [to, mail.subject])).toEqual([[["ada@example.test"], "Your payment did not go through"]]);
});

test("the role that writes mails reads what a mail shows, and nothing else of people", async () => {
  for (const table of ["users.users", "orders.orders", "orders.order_contacts", "orders.carts", "orders.payments", "orders.checkouts", "orders.gift_cards"]) {
    await expect(relayDb().raw(`select * from ${table}`)).rejects.toThrow(/permission denied/);
  }
  // The account's address comes with an order alone.
  await expect(relayDb().raw("select email from users.mail_addresses")).rejects.toThrow(/permission denied/);
});
