-- What many searched for and looked at, for suggestions: no sessions, no people, no times. A text counts where at least five sessions
-- had it, and none that looks like an address or a number of somebody's.
create function events.popular_searches(since timestamptz) returns table (search_text text, sessions bigint)
  language sql stable security definer set search_path = pg_catalog as $$
  select lower(regexp_replace(btrim(e.search_text), '\s+', ' ', 'g')) as asked, count(distinct e.session_id)
  from events.behaviour_events e
  where e.type = 'SEARCH' and e.occurred_at >= since and e.search_text is not null
    and e.search_text !~ '@|[0-9]{6,}' and length(btrim(e.search_text)) between 2 and 60
  group by asked having count(distinct e.session_id) >= 5
  order by 2 desc, 1 limit 2000
$$;

create function events.popular_products(since timestamptz) returns table (product_id uuid, points bigint)
  language sql stable security definer set search_path = pg_catalog as $$
  select e.product_id, sum(case e.type when 'PURCHASE' then 10 when 'ADD_TO_CART' then 3 else 1 end)::bigint
  from events.behaviour_events e
  where e.occurred_at >= since and e.product_id is not null and e.type in ('VIEW', 'ADD_TO_CART', 'PURCHASE')
  group by e.product_id order by 2 desc, 1 limit 2000
$$;

revoke all on function events.popular_searches(timestamptz), events.popular_products(timestamptz) from public;
grant usage on schema events to martgraph_catalog;
grant execute on function events.popular_searches(timestamptz), events.popular_products(timestamptz) to martgraph_catalog;
