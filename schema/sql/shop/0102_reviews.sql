-- What people say about products, and what all of it comes to.
create table catalog.reviews (
  id uuid primary key default uuidv7(),
  product_id uuid not null references catalog.products (id),
  -- users.users; no foreign key crosses a slice
  user_id uuid not null, -- pii
  rating smallint not null check (rating between 1 and 5),
  title text check (length(title) between 1 and 200), -- pii
  body text check (length(body) between 1 and 5000), -- pii
  -- what the person wants to be called here; null for nobody in particular
  display_name text check (length(display_name) between 1 and 80), -- pii
  state text not null default 'PENDING' check (state in ('PENDING', 'PUBLISHED', 'REJECTED')),
  -- whether the person had bought the product when this was written
  is_verified boolean not null default false,
  helpful_count integer not null default 0 check (helpful_count >= 0),
  -- why it was rejected
  reason text check (length(reason) between 1 and 500),
  -- users.users
  moderated_by uuid,
  moderated_at timestamptz,
  -- what the vendor, or the shop, says to it
  reply text check (length(reply) between 1 and 2000),
  replied_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  published_at timestamptz,
  version integer not null default 1,
  unique (product_id, user_id),
  check ((reply is null) = (replied_at is null)),
  check ((state = 'PENDING') = (moderated_at is null)),
  check ((state = 'PUBLISHED') = (published_at is not null))
);
create index reviews_newest on catalog.reviews (product_id, created_at desc, id desc) where state = 'PUBLISHED';
create index reviews_helpful on catalog.reviews (product_id, helpful_count desc, id desc) where state = 'PUBLISHED';
create index reviews_by_rating on catalog.reviews (product_id, rating, id) where state = 'PUBLISHED';
create index reviews_by_user on catalog.reviews (user_id, created_at desc, id desc);
create index reviews_by_state on catalog.reviews (state, updated_at, id);

create table catalog.review_votes (
  review_id uuid not null references catalog.reviews (id) on delete cascade,
  user_id uuid not null, -- pii
  voted_at timestamptz not null,
  primary key (review_id, user_id)
);
create index review_votes_by_user on catalog.review_votes (user_id);

-- The published reviews of a product, counted. Kept by the trigger below, whoever writes reviews: always equal to a recount.
create table catalog.product_ratings (
  product_id uuid primary key references catalog.products (id),
  ones integer not null default 0 check (ones >= 0),
  twos integer not null default 0 check (twos >= 0),
  threes integer not null default 0 check (threes >= 0),
  fours integer not null default 0 check (fours >= 0),
  fives integer not null default 0 check (fives >= 0),
  count integer not null generated always as (ones + twos + threes + fours + fives) stored,
  -- exact to two places, half up; null without any
  average numeric(3, 2) generated always as (round((ones + 2 * twos + 3 * threes + 4 * fours + 5 * fives)::numeric / nullif(ones + twos + threes + fours + fives, 0), 2)) stored,
  -- to sort by: as if five reviews of 3.5 had come before, so that one enthusiast does not beat a hundred satisfied people
  rank numeric(6, 4) not null generated always as (round((17.5 + ones + 2 * twos + 3 * threes + 4 * fours + 5 * fives) / (5 + ones + twos + threes + fours + fives), 4)) stored
);

-- Adds up what a statement changed, each product once and in the order of their ids: writers of several products never wait in a circle.
create function catalog.ratings_follow_reviews() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  if tg_op = 'INSERT' then
    perform catalog.count_ratings(array(select array[a.product_id::text, a.rating::text, '1'] from added a where a.state = 'PUBLISHED'));
  elsif tg_op = 'DELETE' then
    perform catalog.count_ratings(array(select array[g.product_id::text, g.rating::text, '-1'] from gone g where g.state = 'PUBLISHED'));
  else
    perform catalog.count_ratings(array(
      select array[g.product_id::text, g.rating::text, '-1'] from gone g where g.state = 'PUBLISHED'
      union all
      select array[a.product_id::text, a.rating::text, '1'] from added a where a.state = 'PUBLISHED'));
  end if;
  return null;
end
$$;
-- `changes`: rows of product, rating and how many.
create function catalog.count_ratings(changes text[]) returns void language plpgsql security definer set search_path = pg_catalog as $$
begin
  if cardinality(changes) = 0 then
    return;
  end if;
  insert into catalog.product_ratings (product_id)
    select distinct changes[n][1]::uuid from generate_subscripts(changes, 1) n order by 1 on conflict do nothing;
  perform 1 from catalog.product_ratings r
    where r.product_id in (select changes[n][1]::uuid from generate_subscripts(changes, 1) n) order by r.product_id for update;
  update catalog.product_ratings r
    set ones = r.ones + s.ones, twos = r.twos + s.twos, threes = r.threes + s.threes, fours = r.fours + s.fours, fives = r.fives + s.fives
    from (
      select c.product_id, coalesce(sum(c.n) filter (where c.rating = 1), 0) as ones, coalesce(sum(c.n) filter (where c.rating = 2), 0) as twos,
        coalesce(sum(c.n) filter (where c.rating = 3), 0) as threes, coalesce(sum(c.n) filter (where c.rating = 4), 0) as fours, coalesce(sum(c.n) filter (where c.rating = 5), 0) as fives
      from (select changes[n][1]::uuid as product_id, changes[n][2]::int as rating, changes[n][3]::int as n from generate_subscripts(changes, 1) n) c group by c.product_id
    ) s
    where r.product_id = s.product_id;
end
$$;
create trigger reviews_counted_in after insert on catalog.reviews referencing new table as added for each statement execute function catalog.ratings_follow_reviews();
create trigger reviews_counted_anew after update on catalog.reviews referencing old table as gone new table as added for each statement execute function catalog.ratings_follow_reviews();
create trigger reviews_counted_out after delete on catalog.reviews referencing old table as gone for each statement execute function catalog.ratings_follow_reviews();

-- Whether a person has bought a product: it was delivered, or is ordered and not called off.
create function orders.has_bought(buyer uuid, bought_product uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog
  return exists (
    select from orders.orders o join orders.order_lines l on l.order_id = o.id
    where o.user_id = buyer and o.state <> 'CANCELLED' and l.product_id = bought_product and l.quantity > l.cancelled_quantity);
revoke all on function orders.has_bought(uuid, uuid) from public;
grant usage on schema orders to martgraph_catalog;
grant execute on function orders.has_bought(uuid, uuid) to martgraph_catalog;

revoke all on function catalog.ratings_follow_reviews(), catalog.count_ratings(text[]) from public;
grant select, insert, update, delete on catalog.reviews to martgraph_catalog;
grant select, insert, delete on catalog.review_votes to martgraph_catalog;
grant select on catalog.product_ratings to martgraph_catalog;
