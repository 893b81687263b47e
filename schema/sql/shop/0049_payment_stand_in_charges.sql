-- The stand-in's first books knew charges alone. What was taken and given back goes on in the new ones under the same references, so
-- orders that were paid then can still be refunded.
insert into payment_fake.intents (ref, state, currency, exponent, amount_units, capture, captured_units, refunded_units, client_secret, metadata, version, created_at)
select c.ref, 'CAPTURED', c.currency, c.exponent, c.amount_units, 'AUTOMATIC', c.amount_units, c.refunded_units, c.ref || '_secret_' || replace(gen_random_uuid()::text, '-', ''),
  jsonb_build_object('martgraph_checkout', c.idempotency_key), 1, c.recorded_at
from payment_fake.charges c where c.state = 'CAPTURED' and c.amount_units > 0;

insert into payment_fake.intent_refunds (ref, intent_ref, state, units, metadata, created_at)
select r.ref, r.charge_ref, 'SUCCEEDED', r.amount_units, jsonb_build_object('martgraph_key', r.idempotency_key), r.recorded_at
from payment_fake.refunds r join payment_fake.intents i on i.ref = r.charge_ref;

drop table payment_fake.refunds;
drop table payment_fake.charges;
