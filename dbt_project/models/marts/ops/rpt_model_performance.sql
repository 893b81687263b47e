{{ config(indexes=[{'columns': ['batch_id', 'model'], 'unique': True}]) }}

-- The area under the curve is the share of pairs, one who went and one who stayed, that the score puts in the right order; ties count
-- half. By places in the order of scores that is a sum, and places of equal scores are the mean of theirs.
with predicted as (

  select
    predictions.*,
    case when has_happened then 1 else 0 end as happened,
    -- six digits, in which sums come out the same in every order of addition
    round(cast(score as {{ type_money() }}), 6) as said
  from {{ ref('fct_predictions') }} as predictions

),

placed as (

  select
    predicted.*,
    rank() over (partition by batch_id, model order by said)
    + cast(count(*) over (partition by batch_id, model, said) - 1 as {{ type_money() }}) / 2 as place
  from predicted

),

summed as (

  select
    batch_id,
    model,
    model_version,
    made_at,
    as_of_date,
    is_current,
    is_first_of_month,
    outcome_date,
    is_outcome_known,
    count(*) as customers,
    sum(happened) as happened,
    sum(said) as said,
    sum(case when happened = 1 then place else 0 end) as places,
    sum((said - happened) * (said - happened)) as squares,
    sum(suggestions) as suggestions,
    sum(bought) as bought
  from placed
  group by batch_id, model, model_version, made_at, as_of_date, is_current, is_first_of_month, outcome_date, is_outcome_known

),

-- How far what was said is from what came, in tenths of the scale, weighed by customers.
bands as (

  select batch_id, model, abs(sum(said) - sum(happened)) as gap
  from placed
  where score_band is not null
  group by batch_id, model, score_band

),

gaps as (

  select batch_id, model, sum(gap) as gap
  from bands
  group by batch_id, model

),

reach as (

  select batch_id, 'recommendations' as model, count(distinct product_id) as products
  from {{ source('predictions', 'told_suggestion') }}
  group by batch_id

),

catalogue as (

  select count(*) as products
  from {{ ref('dim_products') }}
  where status = 'ACTIVE'

)

select
  summed.batch_id,
  summed.model,
  summed.model_version,
  summed.made_at,
  summed.as_of_date,
  {{ trunc_date('month', 'summed.as_of_date') }} as as_of_month,
  summed.is_current,
  summed.is_first_of_month,
  summed.outcome_date,
  summed.customers,
  case when summed.model = 'churn' then {{ safe_ratio('summed.said', 'summed.customers') }} end as mean_score,
  case when summed.is_outcome_known then {{ safe_ratio('summed.happened', 'summed.customers') }} end as observed_rate,
  case when summed.model = 'churn' and summed.is_outcome_known then {{ safe_ratio(
    '(summed.places - cast(summed.happened * (summed.happened + 1) as ' ~ type_money() ~ ') / 2)', '(summed.happened * (summed.customers - summed.happened))'
  ) }} end as auc,
  case when summed.model = 'churn' and summed.is_outcome_known then {{ safe_ratio('summed.squares', 'summed.customers') }} end as brier_score,
  case when summed.model = 'churn' and summed.is_outcome_known then {{ safe_ratio('gaps.gap', 'summed.customers') }} end as calibration_error,
  case when summed.model = 'recommendations' and summed.is_outcome_known then {{ safe_ratio('summed.bought', 'summed.suggestions') }} end as precision_at_10,
  reach.products as suggested_products,
  case when summed.model = 'recommendations' then {{ safe_ratio('reach.products', 'catalogue.products') }} end as catalogue_share,
  case
    when not summed.is_outcome_known then 'OUTCOME_NOT_YET'
    when summed.model = 'churn' and (summed.happened = 0 or summed.happened = summed.customers) then 'ONE_OUTCOME'
  end as why_missing
from summed
left join gaps on gaps.batch_id = summed.batch_id and gaps.model = summed.model
left join reach on reach.batch_id = summed.batch_id and reach.model = summed.model
cross join catalogue
