import type { Database } from "#platform/db/database.ts";
import { seeded } from "#platform/seeded.ts";
import type { Slot } from "../../publish/slots.ts";

/** A purchase of one product; an order is all that a customer bought on one day. */
export interface TestPurchase {
  user: number;
  product: number;
  /** `YYYY-MM-DD`; bought at noon. */
  day: string;
}

const id = (kind: string, index: number) => `0000000${kind}-0000-7000-8000-${String(index).padStart(12, "0")}`;
export const userId = (index: number) => id("1", index);
export const productId = (index: number) => id("2", index);

/** Makes empty marts and features of a slot, with the columns that models read. `db` is the superuser's; the tables are the builder's. */
export async function makeFeatureTables(db: Database, slot: Slot): Promise<void> {
  await db.raw(`
    drop schema if exists features_${slot} cascade; drop schema if exists marts_${slot} cascade;
    create schema features_${slot} authorization martgraph_builder; create schema marts_${slot} authorization martgraph_builder;
    set role martgraph_builder;
    create table marts_${slot}.dim_products (product_id uuid primary key, status text not null);
    create table features_${slot}.user_item_interactions (
      user_id uuid not null, product_id uuid not null, order_id uuid not null, purchased_at timestamptz not null, available_ts timestamptz not null,
      quantity bigint not null, amount numeric not null, primary key (order_id, product_id));
    create table features_${slot}.customer_churn_features (
      user_id uuid not null, as_of_date date not null, available_ts timestamptz not null, is_current boolean not null,
      recency_days integer not null, tenure_days integer not null, frequency bigint not null, order_days bigint not null, order_months bigint not null,
      monetary numeric not null, orders_30d bigint not null, orders_90d bigint not null, orders_180d bigint not null, orders_365d bigint not null,
      monetary_90d numeric not null, monetary_365d numeric not null, same_season_orders bigint not null, autumn_share double precision not null,
      decayed_orders_30 double precision not null, decayed_orders_90 double precision not null, decayed_orders_180 double precision not null,
      mean_gap_days double precision, max_gap_days integer, label_window_days integer not null, churned boolean, primary key (user_id, as_of_date));
    reset role;`);
}

/** Fills the tables from purchases as dbt would at the start of `today`: current features, and labelled ones each 30 days back from 91 days ago. */
export async function fillFeatureTables(db: Database, slot: Slot, request: { purchases: readonly TestPurchase[]; products: number; today: string }): Promise<void> {
  const { purchases, products, today } = request;
  await db.raw(`truncate features_${slot}.user_item_interactions, features_${slot}.customer_churn_features, marts_${slot}.dim_products`);
  await db.raw(`insert into marts_${slot}.dim_products select unnest($1::uuid[]), 'ACTIVE'`, [Array.from({ length: products }, (_, index) => productId(index))]);
  await db.raw(
    `insert into features_${slot}.user_item_interactions
     select user_id, product_id, md5(user_id::text || day)::uuid, day + time '12:00' at time zone 'UTC', day + time '12:00' at time zone 'UTC', 1, 10
       from unnest($1::uuid[], $2::uuid[], $3::date[]) as p (user_id, product_id, day)
     on conflict do nothing`,
    [purchases.map((one) => userId(one.user)), purchases.map((one) => productId(one.product)), purchases.map((one) => one.day)],
  );
  await db.raw(`
    drop table if exists public.test_days;
    create table public.test_days as
      select user_id, (purchased_at at time zone 'UTC')::date as day, sum(amount) as amount from features_${slot}.user_item_interactions group by 1, 2;
    create index on public.test_days (user_id, day); analyze public.test_days;`);
  await db.raw(
    `with days as (select * from public.test_days), gaps as (
       select *, day - lag(day) over (partition by user_id order by day) as gap from days
     ), grid as (
       select $1::date as as_of union all
       select d::date from generate_series($1::date - 91, (select min(day) from days) + 1, interval '-30 days') d
     ), summed as (
       select user_id, as_of, min(as_of - day) as recency, max(as_of - day) as tenure, count(*) as n, sum(amount) as amount,
         count(distinct date_trunc('month', day)) as months, max(gap) as max_gap,
         array[count(*) filter (where as_of - day <= 30), count(*) filter (where as_of - day <= 90),
               count(*) filter (where as_of - day <= 180), count(*) filter (where as_of - day <= 365)] as within,
         count(*) filter (where as_of - day between 276 and 365) as season,
         avg(case when extract(month from day) >= 9 and extract(month from day) <= 12 then 1.0 else 0 end) as autumn,
         array[sum(exp(-(as_of - day) / 30.0)), sum(exp(-(as_of - day) / 90.0)), sum(exp(-(as_of - day) / 180.0))] as decayed
       from grid join gaps g on g.day < as_of group by user_id, as_of
     )
     insert into features_${slot}.customer_churn_features
     select user_id, as_of, as_of + case when as_of = $1 then 0 else 90 end, as_of = $1, recency, tenure, n, n, months, amount,
       within[1], within[2], within[3], within[4], 10 * within[2], 10 * within[4], season, round(autumn, 6),
       round(decayed[1], 6), round(decayed[2], 6), round(decayed[3], 6),
       case when n > 1 then round((tenure - recency)::numeric / (n - 1), 6) end, max_gap, 90,
       case when as_of < $1 then coalesce(ahead.next_day >= as_of + 90, true) end
     from summed
     left join lateral (select min(day) as next_day from public.test_days d where d.user_id = summed.user_id and d.day >= as_of) ahead on true`,
    [today],
  );
}

/** A seeded shop: customers with a rhythm of their own who leave at some time, each with some favourite products of one of five tastes. */
export function makePurchases(options: { customers: number; products: number; from: string; days: number; seed: number }): TestPurchase[] {
  const random = seeded(options.seed);
  const start = Date.parse(`${options.from}T00:00:00Z`);
  const purchases: TestPurchase[] = [];
  for (let user = 0; user < options.customers; user += 1) {
    const rhythm = 10 + random() ** 2 * 120;
    const taste = Math.floor(random() * 5);
    const favourite = () => taste + 5 * Math.floor(random() ** 2 * (options.products / 5));
    const favourites = Array.from({ length: 4 }, favourite);
    let day = random() * options.days * 0.7;
    const leaves = day + 60 + random() * options.days * 1.2;
    while (day < Math.min(leaves, options.days)) {
      const date = new Date(start + Math.floor(day) * 86_400_000).toISOString().slice(0, 10);
      for (let line = 0; line < 5; line += 1) purchases.push({ user, product: random() < 0.6 ? (favourites[line % 4] as number) : favourite(), day: date });
      day += -Math.log(1 - random()) * rhythm + 1;
    }
  }
  return purchases;
}
