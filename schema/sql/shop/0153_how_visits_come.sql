-- How a visit came about, on what kind of device, where a product stood among what was found, which order a purchase was: what sessions,
-- searches and channels are made of in the warehouse. Nobody's words: subgraphs/orders/domain/touch.ts says what is kept.
alter table events.behaviour_events
  add column channel text check (channel in ('DIRECT', 'ORGANIC_SEARCH', 'PAID_SEARCH', 'ORGANIC_SOCIAL', 'PAID_SOCIAL', 'EMAIL', 'AFFILIATE', 'DISPLAY', 'REFERRAL', 'OTHER')),
  add column source text check (length(source) between 1 and 100 and source !~ '@'),
  add column medium text check (length(medium) between 1 and 100 and medium !~ '@'),
  add column campaign text check (length(campaign) between 1 and 100 and campaign !~ '@'),
  add column landing text check (landing in ('HOME', 'CATEGORY', 'PRODUCT', 'SEARCH', 'CAMPAIGN', 'CART', 'ACCOUNT', 'CONTENT', 'OTHER')),
  add column device text check (device in ('DESKTOP', 'MOBILE', 'TABLET', 'OTHER')),
  -- of a SEARCH: how many products were found; 0 where nothing was
  add column results integer check (results >= 0),
  -- of a VIEW: the place in the list from which the product was opened, from 1
  add column position integer check (position >= 1),
  -- of a PURCHASE: the order
  add column order_id uuid,
  add check (channel is not null or (source is null and medium is null and campaign is null)),
  add check (results is null or type = 'SEARCH'),
  add check (position is null or type = 'VIEW'),
  add check (order_id is null or type = 'PURCHASE');

-- An order leads to whose it is, so it goes with them.
create or replace function events.erase_person(person uuid) returns void
  language sql security definer set search_path = pg_catalog
as $$ update events.behaviour_events e set user_id = null, search_text = null, order_id = null where e.user_id = person $$;

alter publication martgraph drop table events.behaviour_events;
alter publication martgraph add table events.behaviour_events (id, session_id, user_id, type, product_id, search_text, occurred_at, is_synthetic, step,
  channel, source, medium, campaign, landing, device, results, position, order_id);
