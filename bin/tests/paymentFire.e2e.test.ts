import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fillSmallShop } from "#kit/testing/smallShop.ts";
import { proofMode } from "#platform/config.ts";
import { Database } from "#platform/db/database.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { findBreaches } from "#subgraphs/orders/queries/audit/auditCheck.ts";
import { checks as providerChecks } from "#subgraphs/orders/queries/audit/providers.ts";
import { checks as stockChecks } from "#subgraphs/orders/queries/audit/stock.ts";
import { type Fire, payUnderFire } from "./paymentFire.ts";

const DELIVERIES = proofMode() ? 20_000 : 400;

describe(`${DELIVERIES} webhooks, 1 to 5 copies each, out of order, late, lost, one in twenty forged, racing their buyers${proofMode() ? "" : " (npm run proof: 20,000)"}`, () => {
  const databases = useTestDatabases({ shop: true });
  let owner: Database;
  let fire: Fire;
  beforeAll(async () => {
    owner = Database.open({ ...databases.shop.config, max: 3 });
    await fillSmallShop(owner);
    await using db = Database.open({ ...databases.shop.as("martgraph_orders"), max: 12 });
    await using books = Database.open({ ...databases.shop.as("martgraph_orders"), max: 4 });
    fire = await payUnderFire({ owner, db, books, deliveries: DELIVERIES, seed: 20_260_301 });
    process.stdout.write(`  fire: ${JSON.stringify({ ...fire, defects: fire.defects.length })}\n`);
  }, proofMode() ? 3_600_000 : 120_000);
  afterAll(() => owner.close());
  const rows = async (sql: string) => (await owner.raw(sql)).rows;

  test("nothing forged was accepted, and everything genuine arrived", async () => {
    expect(fire.counts.forged).toBeGreaterThan(DELIVERIES / 50);
    expect(fire.counts.forgedAccepted).toBe(0);
    expect(fire.counts.abandoned).toBe(0);
    expect(await rows("select e.id, e.type from payment_fake.events e where not exists (select from orders.webhook_inbox i where i.event_id = e.id)")).toEqual([]);
    expect(await rows("select i.event_id from orders.webhook_inbox i where not exists (select from payment_fake.events e where e.id = i.event_id)")).toEqual([]);
  });
  test("each effect happened once", async () => {
    expect(await rows("select cart_id, count(*) from orders.orders where cart_id is not null group by 1 having count(*) > 1")).toEqual([]);
    expect(await rows("select payment_id, kind, provider_ref, count(*) from orders.payment_events where payment_id is not null and kind <> 'FAILED' group by 1, 2, 3 having count(*) > 1")).toEqual([]);
    expect(await rows("select order_id, type, data, count(*) from orders.order_events group by 1, 2, 3 having count(*) > 1")).toEqual([]);
  });
  test("every buyer was told the truth: nothing broke", () => {
    expect(fire.defects).toEqual([]);
    expect(Object.keys(fire.answers).filter((answer) => !["CheckoutCompleteSuccess", "PaymentDeclined", "PaymentUnavailable", "LeftAfterChallenge", "PaymentActionRequired", "RequestInProgress", "FraudReview"].includes(answer))).toEqual([]);
    expect(fire.answers["CheckoutCompleteSuccess"]).toBeGreaterThan(0);
  });
  test("our books are the provider's", async () => {
    expect(await findBreaches(owner, [...providerChecks, ...stockChecks])).toEqual([]);
    const [books] = await rows(`select
      (select coalesce(sum(units), 0)::int8 from orders.ledger_entries where account = 'provider:stripe') as ours,
      (select sum(captured_units - refunded_units)::int8 from payment_fake.intents) - (select coalesce(sum(units), 0)::int8 from payment_fake.disputes where state <> 'WON') as theirs`);
    expect(books?.["ours"]).toBe(books?.["theirs"]);
    expect(await rows(`select d.ref, d.state, o.state as ours from payment_fake.disputes d left join orders.payment_disputes o on o.provider_ref = d.ref where o.state is distinct from d.state`)).toEqual([]);
    expect(await rows(`select r.ref, r.state, o.state as ours from payment_fake.intent_refunds r left join orders.payment_refunds o on o.provider_ref = r.ref
      where o.state is distinct from r.state and coalesce(r.metadata ->> 'martgraph_key', '') not like '%:undo:%' and r.state <> 'PENDING'`)).toEqual([]);
    expect(await rows("select e.currency, sum(e.units) from orders.ledger_entries e group by 1 having sum(e.units) <> 0")).toEqual([]);
  });
});
