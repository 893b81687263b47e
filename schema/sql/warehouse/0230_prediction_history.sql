-- What the models read of predictions (fct_predictions, rpt_model_performance): flat, so that every engine can, and of batches that
-- somebody was shown alone. Of each pair of models' versions the first batch of a business month says how well they did, and the
-- one that is read now what they say today; the batches between say the same a minute later.
set role martgraph_builder;

create view predictions.told_batch as
with shown as (
  select b.id as batch_id, b.created_at as made_at, b.as_of, b.churn_version, b.recommendations_version, min(o.published_at) as published_at
    from predictions.batch b join ops.build o on o.prediction_batch_id = b.id
   where b.audited and o.published_at is not null
   group by b.id
), placed as (
  select s.*,
    row_number() over (
      partition by churn_version, recommendations_version, date_trunc('month', as_of at time zone 'UTC') order by as_of, published_at, batch_id
    ) = 1 as is_first_of_month,
    batch_id is not distinct from (select prediction_batch_id from ops.pointer) as is_current
  from shown s
)
select * from placed where is_first_of_month or is_current;
comment on view predictions.told_batch is 'Batches that readers were given: the first of each business month and pair of versions, and the one they read now.';

create view predictions.told_churn as
select c.batch_id, c.user_id, c.probability, c.segment
  from predictions.churn c join predictions.told_batch b on b.batch_id = c.batch_id;

-- The first ten of a list are what a page shows.
create view predictions.told_suggestion as
select r.batch_id, r.user_id, s.place, s.product_id, r.scores[s.place] as score
  from predictions.user_recommendations r
  join predictions.told_batch b on b.batch_id = r.batch_id
  cross join lateral unnest(r.product_ids[1:10]) with ordinality as s (product_id, place);
reset role;
