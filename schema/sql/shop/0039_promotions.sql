-- Promotions, their codes and who used them. What a promotion takes off is decided in TypeScript; how often it may be used is
-- decided here, by counters behind checks: a use is held when a checkout starts, used when the order is placed, given back otherwise.

create table orders.promotions (
  id uuid primary key default uuidv7(),
  -- for the people of the shop
  name text not null,
  -- what buyers read
  label text not null,
  kind text not null check (kind in ('PERCENTAGE_OFF', 'AMOUNT_OFF', 'BUY_X_GET_Y', 'FREE_SHIPPING')),
  -- hundredths of a per cent: of PERCENTAGE_OFF, and what the units got by BUY_X_GET_Y cost less
  bps integer check (bps between 1 and 10000),
  -- amounts are at the exponent of this currency; null where there is none
  currency text check (currency ~ '^[A-Z]{3}$'),
  -- what AMOUNT_OFF takes off; the most that FREE_SHIPPING does
  amount_units bigint check (amount_units > 0),
  buy_quantity bigint check (buy_quantity > 0),
  get_quantity bigint check (get_quantity > 0),
  max_sets bigint check (max_sets > 0),
  min_subtotal_units bigint check (min_subtotal_units > 0),
  min_quantity bigint check (min_quantity > 0),
  countries text[] not null default '{}',
  customers text not null default 'EVERYONE' check (customers in ('EVERYONE', 'REGISTERED', 'FIRST_ORDER')),
  starts_at timestamptz,
  ends_at timestamptz,
  needs_code boolean not null,
  priority integer not null default 0,
  is_exclusive boolean not null default false,
  stacking_group text not null check (stacking_group ~ '^[a-z][a-z0-9_]{0,29}$'),
  combines_with text[] not null default '{}',
  -- how often one customer may use it
  customer_limit integer check (customer_limit > 0),
  is_active boolean not null default true,
  is_demo boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version integer not null default 1,
  constraint benefit_is_whole check (case kind
    when 'PERCENTAGE_OFF' then bps is not null and num_nonnulls(amount_units, buy_quantity, get_quantity, max_sets) = 0
    when 'AMOUNT_OFF' then amount_units is not null and num_nonnulls(bps, buy_quantity, get_quantity, max_sets) = 0
    when 'BUY_X_GET_Y' then num_nulls(bps, buy_quantity, get_quantity) = 0 and amount_units is null
    else num_nonnulls(bps, buy_quantity, get_quantity, max_sets) = 0 end),
  constraint amounts_have_a_currency check (currency is not null or num_nonnulls(amount_units, min_subtotal_units) = 0),
  constraint first_order_is_once check (customers <> 'FIRST_ORDER' or customer_limit = 1),
  constraint ends_after_start check (ends_at > starts_at)
);
-- Read for every cart that is looked at.
create index promotions_automatic on orders.promotions (priority) where is_active and not needs_code;

-- What a promotion speaks of; without rows for its role, of everything.
create table orders.promotion_targets (
  promotion_id uuid not null references orders.promotions (id) on delete cascade,
  -- GET: what may be got by BUY_X_GET_Y
  role text not null check (role in ('BUY', 'GET')),
  kind text not null check (kind in ('PRODUCT', 'VARIANT', 'CATEGORY', 'VENDOR')),
  target_id uuid not null,
  primary key (promotion_id, role, kind, target_id)
);

-- How often a promotion with a limit was used. Apart from the promotion, so that a sale in full swing makes no new versions of it.
create table orders.promotion_uses (
  promotion_id uuid primary key references orders.promotions (id),
  usage_limit bigint not null,
  held bigint not null default 0 check (held >= 0),
  used bigint not null default 0 check (used >= 0),
  constraint uses_within_limit check (held + used between 0 and usage_limit)
) with (fillfactor = 50);

-- The same per customer: by account, by e-mail address (hashed) or by cart.
create table orders.promotion_customer_uses (
  promotion_id uuid not null references orders.promotions (id),
  -- user:<uuid>, email:<sha-256 of the normalised address> or cart:<uuid>
  customer_key text not null,
  usage_limit integer not null,
  held integer not null default 0 check (held >= 0),
  used integer not null default 0 check (used >= 0),
  primary key (promotion_id, customer_key),
  constraint customer_uses_within_limit check (held + used between 0 and usage_limit)
) with (fillfactor = 70);

create table orders.promotion_codes (
  id uuid primary key default uuidv7(),
  promotion_id uuid not null references orders.promotions (id),
  -- in the shop's spelling, and as it is compared
  code text not null,
  normalized text not null unique check (normalized ~ '^[A-Z0-9]{4,40}$'),
  -- of codes that were generated together
  batch_id uuid,
  -- null: as often as the promotion allows; then uses are not counted here
  usage_limit bigint,
  held bigint not null default 0 check (held >= 0),
  used bigint not null default 0 check (used >= 0),
  expires_at timestamptz,
  is_active boolean not null default true,
  created_at timestamptz not null,
  constraint code_uses_within_limit check (usage_limit is null or held + used between 0 and usage_limit)
) with (fillfactor = 70);
create index promotion_codes_by_promotion on orders.promotion_codes (promotion_id, id);
create index promotion_codes_by_batch on orders.promotion_codes (batch_id) where batch_id is not null;

-- One use of a promotion by one checkout, with the counters it stands in.
create table orders.promotion_redemptions (
  id uuid primary key default uuidv7(),
  checkout_id uuid not null references orders.checkouts (id),
  cart_id uuid not null,
  promotion_id uuid not null references orders.promotions (id),
  code_id uuid references orders.promotion_codes (id),
  state text not null check (state in ('HELD', 'USED', 'RELEASED')),
  order_id uuid references orders.orders (id),
  is_counted boolean not null,
  is_code_counted boolean not null,
  customer_keys text[] not null,
  -- what it took off
  units bigint not null check (units >= 0),
  held_at timestamptz not null default clock_timestamp(),
  settled_at timestamptz,
  unique (checkout_id, promotion_id),
  check ((state = 'USED') = (order_id is not null))
);
create index promotion_redemptions_by_promotion on orders.promotion_redemptions (promotion_id, state);
create index promotion_redemptions_held on orders.promotion_redemptions (cart_id) where state = 'HELD';
create index promotion_redemptions_by_order on orders.promotion_redemptions (order_id) where order_id is not null;

-- Codes that were entered into a cart.
create table orders.cart_codes (
  cart_id uuid not null references orders.carts (id) on delete cascade,
  code_id uuid not null references orders.promotion_codes (id),
  position integer not null,
  primary key (cart_id, code_id)
);

-- How often somebody entered a code that is none, in the window of time that runs. Wall time.
create table orders.code_guesses (
  -- cart:<uuid>, user:<uuid> or all
  subject text primary key,
  window_ends_at timestamptz not null,
  guesses integer not null
) with (fillfactor = 50);

-- What lies below categories, each below itself.
create function catalog.categories_below(category_ids uuid[]) returns table (category_id uuid) language sql stable security definer set search_path = pg_catalog as $$
  with recursive below (id, depth) as (
    select unnest(category_ids), 0
    union
    select c.id, b.depth + 1 from below b join catalog.categories c on c.parent_id = b.id where b.depth < 20
  )
  select distinct b.id from below b
$$;
revoke execute on function catalog.categories_below(uuid[]) from public;

-- Whether an address has bought before is asked when a checkout with a promotion for first orders starts.
create index order_contacts_by_email on orders.order_contacts (lower(email)) where email is not null;

grant execute on function catalog.categories_below(uuid[]) to martgraph_orders;
grant select, insert, update on orders.promotions, orders.promotion_uses, orders.promotion_customer_uses, orders.promotion_codes, orders.promotion_redemptions to martgraph_orders;
grant select, insert, update, delete on orders.promotion_targets, orders.promotion_uses, orders.cart_codes, orders.code_guesses to martgraph_orders;
