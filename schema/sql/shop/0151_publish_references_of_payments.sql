-- A refund that failed after it had been paid is told of by the same reference: without it the warehouse cannot tell one that never was.
alter publication martgraph drop table orders.payment_events;
alter publication martgraph add table orders.payment_events (id, payment_id, checkout_id, kind, units, currency, exponent, provider_ref, occurred_at);
