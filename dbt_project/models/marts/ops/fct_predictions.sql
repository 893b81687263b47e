{{ config(indexes=[{'columns': ['batch_id', 'model', 'user_id'], 'unique': True}, {'columns': ['user_id']}]) }}

-- A build scores after its marts are made, so this holds what builds before it have published.
with batches as (

  select
    batch_id,
    made_at,
    as_of,
    {{ utc_date('as_of') }} as as_of_date,
    churn_version,
    recommendations_version,
    is_current,
    is_first_of_month
  from {{ source('predictions', 'told_batch') }}

),

-- As the model was taught: who placed an order with a price within 90 days has not gone.
returns as (

  select batches.batch_id, orders.user_id
  from batches
  inner join {{ ref('fct_orders') }} as orders
    on orders.placed_date >= batches.as_of_date
    and orders.placed_date < {{ add_days('batches.as_of_date', 90) }}
  where orders.user_id is not null and orders.revenue > 0
  group by batches.batch_id, orders.user_id

),

-- What was bought after the list was made, within 30 days.
purchases as (

  select batches.batch_id, order_lines.user_id, order_lines.product_id
  from batches
  inner join {{ ref('fct_order_lines') }} as order_lines
    on order_lines.placed_at > batches.as_of
    and order_lines.placed_date >= batches.as_of_date
    and order_lines.placed_date < {{ add_days('batches.as_of_date', 30) }}
  where order_lines.user_id is not null and order_lines.product_id is not null
  group by batches.batch_id, order_lines.user_id, order_lines.product_id

),

lists as (

  select
    told.batch_id,
    told.user_id,
    max(told.score) as score,
    count(*) as suggestions,
    count(purchases.product_id) as bought
  from {{ source('predictions', 'told_suggestion') }} as told
  left join purchases
    on purchases.batch_id = told.batch_id
    and purchases.user_id = told.user_id
    and purchases.product_id = told.product_id
  group by told.batch_id, told.user_id

),

said as (

  select
    'churn' as model,
    churn.batch_id,
    churn.user_id,
    churn.probability as score,
    churn.segment,
    cast(null as {{ type_count() }}) as suggestions,
    cast(null as {{ type_count() }}) as bought,
    returns.user_id is null as has_happened,
    90 as window_days
  from {{ source('predictions', 'told_churn') }} as churn
  left join returns on returns.batch_id = churn.batch_id and returns.user_id = churn.user_id
  union all
  select
    'recommendations' as model,
    batch_id,
    user_id,
    score,
    null as segment,
    suggestions,
    bought,
    bought > 0 as has_happened,
    30 as window_days
  from lists

),

due as (

  select
    said.*,
    batches.made_at,
    batches.as_of,
    batches.as_of_date,
    batches.is_current,
    batches.is_first_of_month,
    case when said.model = 'churn' then batches.churn_version else batches.recommendations_version end as model_version,
    {{ add_days('batches.as_of_date', 'said.window_days') }} as outcome_date,
    {{ add_days('batches.as_of_date', 'said.window_days') }} <= {{ business_date() }} as is_outcome_known
  from said
  inner join batches on batches.batch_id = said.batch_id

)

select
  batch_id,
  model,
  cast(model_version as {{ type_count() }}) as model_version,
  user_id,
  made_at,
  as_of,
  as_of_date,
  is_current,
  is_first_of_month,
  score,
  case when model = 'churn' then least(9, cast(floor(score * 10) as integer)) end as score_band,
  segment,
  suggestions,
  case when is_outcome_known then bought end as bought,
  outcome_date,
  is_outcome_known,
  case when is_outcome_known then has_happened end as has_happened
from due
