import type { Database } from "#platform/db/database.ts";
import { breachesOf } from "./books.ts";
import { type PaymentProvider, PaymentsUnavailable } from "../ports/paymentProvider.ts";

/** What a test throws where a process would have died. */
export class Crash extends Error {
  override readonly name = "Crash";
}

/** Dies before or after a transaction of the database given, as `dies` says. Statements outside of transactions run as ever. */
export function crashingDatabase(db: Database, dies: (moment: "before" | "after") => boolean): Database {
  return new Proxy(db, {
    get(target, name) {
      if (name === "tx") {
        return async (...args: Parameters<Database["tx"]>) => {
          if (dies("before")) throw new Crash("before the transaction");
          const result = await target.tx(...args);
          if (dies("after")) throw new Crash("after the commit");
          return result;
        };
      }
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** A provider whose answers get lost, before or after it did what it was asked. */
export function unreliablePayments(payments: PaymentProvider, fails: (moment: "before" | "after", verb: string) => boolean): PaymentProvider {
  const lossy = <Args extends unknown[], T>(verb: string, call: (...args: Args) => Promise<T>) => async (...args: Args): Promise<T> => {
    if (fails("before", verb)) throw new PaymentsUnavailable("lost on the way there");
    const answer = await call(...args);
    if (fails("after", verb)) throw new PaymentsUnavailable("lost on the way back");
    return answer;
  };
  return {
    name: payments.name, readEvent: payments.readEvent, open: lossy("open", payments.open), confirm: lossy("confirm", payments.confirm), find: lossy("find", payments.find),
    capture: lossy("capture", payments.capture), cancel: lossy("cancel", payments.cancel), refund: lossy("refund", payments.refund),
  };
}

/** Makes every lease end: as if the time had passed that a dead process leaves behind. */
export async function endLeases(owner: Database): Promise<void> {
  await owner.raw("update orders.checkouts set lease_until = now() - interval '1 second' where state in ('HELD', 'REVIEW', 'UNDOING') or undo_since is not null");
  await owner.raw("update orders.payment_refunds set lease_until = now() - interval '1 second' where state = 'PENDING'");
  await owner.raw("update orders.payments set busy_until = now() - interval '1 second' where busy_until is not null");
  await owner.raw("update orders.cancellations set lease_until = now() - interval '1 second' where state = 'RUNNING'");
  await owner.raw("update orders.idempotency_keys set lease_until = now() - interval '1 second' where state = 'RUNNING'");
}

/** What must hold at any rest: money taken is money of orders, units gone are units of orders, nothing is held for nobody. Empty when it does. */
export async function auditShop(owner: Database): Promise<object[]> {
  const { rows } = await owner.raw(`
    select 'captured money is not the money of orders' as what, c.captured::text as left_side, p.paid::text as right_side
    from (select coalesce(sum(captured_units - refunded_units), 0) as captured from payment_fake.intents where state = 'CAPTURED') c,
         (select coalesce(sum(amount_units - refunded_units), 0) as paid from orders.payments where provider = 'fake') p where c.captured <> p.paid
    union all
    select 'a paid order is not what was paid for it', o.id::text, p.amount_units::text from orders.orders o join orders.payments p on p.order_id = o.id
    where o.source = 'API' and (p.amount_units <> o.total_units or (p.amount_units > 0 and (o.state = 'CANCELLED') <> (p.refunded_units = p.amount_units)))
    union all
    select 'held units without a purchase under way', r.reference_id::text, r.variant_id::text from catalog.reservations r
    where not exists (select 1 from orders.checkouts k where k.id = r.reference_id and k.state in ('HELD', 'REVIEW', 'UNDOING'))
    union all
    select 'reserved is not the sum of what is held', s.variant_id::text, s.reserved::text from catalog.stock_levels s
    where s.reserved <> coalesce((select sum(r.quantity) from catalog.reservations r where r.variant_id = s.variant_id), 0)
    union all
    select 'units sold are not units of orders', m.variant_id::text, m.sold::text
    from (select variant_id, -sum(quantity) as sold from catalog.stock_movements where kind in ('SALE', 'RETURN', 'CANCELLED') group by variant_id) m
    where m.sold <> coalesce((select sum(l.quantity) from orders.order_lines l join orders.orders o on o.id = l.order_id
      where l.variant_id = m.variant_id and o.source = 'API' and o.state <> 'CANCELLED'), 0)
    union all
    select 'a cart with two orders', o.cart_id::text, count(*)::text from orders.orders o where o.cart_id is not null group by o.cart_id having count(*) > 1
    union all
    select 'a refund is not its lines', r.id::text, r.total_units::text from orders.refunds r
    where r.source = 'API' and abs(r.total_units - (select sum(l.amount_units / (10::numeric ^ l.exponent)) from orders.refund_lines l where l.refund_id = r.id) * 100) > 0.5`);
  return [...rows, ...(await breachesOf(owner))];
}
