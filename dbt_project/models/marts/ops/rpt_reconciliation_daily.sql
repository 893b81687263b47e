{{ config(indexes=[{'columns': ['date_day', 'provider', 'currency'], 'unique': True}]) }}

with shop as (

  select {{ utc_date('paid_at') }} as date_day, provider, currency, amount as captured, 0 as refunded
  from {{ ref('stg_shop__payments') }}
  where method = 'CARD' and not is_synthetic and state not in ('AUTHORIZED', 'VOIDED')
  union all
  select {{ utc_date('refunds.refunded_at') }}, payments.provider, payments.currency, 0, {{ amount('parts.units', 'payments.currency_exponent') }}
  from {{ ref('stg_shop__payment_refunds') }} as parts
  inner join {{ ref('stg_shop__payments') }} as payments on payments.payment_id = parts.payment_id
  inner join {{ ref('stg_shop__refunds') }} as refunds on refunds.refund_id = parts.refund_id
  where payments.method = 'CARD' and not payments.is_synthetic and parts.state = 'SUCCEEDED'

),

books as (

  select
    {{ utc_date('journals.occurred_at') }} as date_day,
    replace(entries.account, 'provider:', '') as provider,
    entries.currency,
    case when journals.kind = 'PAYMENT_CAPTURED' then entries.amount else 0 end as captured,
    case when journals.kind in ('REFUND', 'REFUND_FAILED') then -entries.amount else 0 end as refunded
  from {{ ref('stg_shop__ledger_entries') }} as entries
  inner join {{ ref('stg_shop__ledger_journals') }} as journals on journals.journal_id = entries.journal_id
  where entries.account like 'provider:%'

),

told as (

  select
    {{ utc_date('events.occurred_at') }} as date_day,
    coalesce(payments.provider, checkouts.provider) as provider,
    events.currency,
    case when events.kind = 'CAPTURED' then events.amount else 0 end as captured,
    -- a refund that failed at once was never paid; one that fails later is told of by the reference it was paid by
    case
      when events.kind = 'REFUNDED' then events.amount
      when events.kind = 'REFUND_FAILED' and events.kind_before = 'REFUNDED' then -events.amount
      else 0
    end as refunded
  from (
    select heard.*, lag(kind) over (partition by payment_id, provider_ref order by event_id) as kind_before
    from {{ ref('stg_shop__payment_events') }} as heard
  ) as events
  left join {{ ref('stg_shop__payments') }} as payments on payments.payment_id = events.payment_id
  left join {{ ref('stg_shop__checkouts') }} as checkouts on checkouts.checkout_id = events.checkout_id
  where coalesce(payments.method, 'CARD') = 'CARD' and not coalesce(payments.is_synthetic, false)
    and coalesce(payments.provider, checkouts.provider) is not null

),

messages as (

  select
    {{ utc_date('told_at') }} as date_day,
    provider,
    count(*) as messages,
    cast(sum(case when outcome = 'NOT_OURS' then 1 else 0 end) as {{ type_count() }}) as not_ours
  from {{ ref('stg_shop__webhook_inbox') }}
  group by {{ utc_date('told_at') }}, provider

),

days as (

  select
    date_day,
    provider,
    currency,
    sum(case when voice = 'SHOP' then captured else 0 end) as captured_shop,
    sum(case when voice = 'LEDGER' then captured else 0 end) as captured_ledger,
    sum(case when voice = 'PROVIDER' then captured else 0 end) as captured_provider,
    sum(case when voice = 'SHOP' then refunded else 0 end) as refunded_shop,
    sum(case when voice = 'LEDGER' then refunded else 0 end) as refunded_ledger,
    sum(case when voice = 'PROVIDER' then refunded else 0 end) as refunded_provider
  from (
    select 'SHOP' as voice, date_day, provider, currency, captured, refunded from shop
    union all
    select 'LEDGER', date_day, provider, currency, captured, refunded from books
    union all
    select 'PROVIDER', date_day, provider, currency, captured, refunded from told
  ) as voices
  group by date_day, provider, currency

),

sums as (

  select
    days.*,
    {% for what in ['captured', 'refunded'] %}{% for voice in ['shop', 'ledger', 'provider'] -%}
    sum({{ what }}_{{ voice }}) over (
      partition by provider, currency order by date_day rows between unbounded preceding and current row
    ) as {{ what }}_{{ voice }}_so_far{{ ',' if not (loop.last and what == 'refunded') }}
    {% endfor %}{% endfor %}
  from days

),

gaps as (

  select
    sums.*,
    greatest(captured_shop_so_far, captured_ledger_so_far, captured_provider_so_far)
      - least(captured_shop_so_far, captured_ledger_so_far, captured_provider_so_far) as captured_gap,
    greatest(refunded_shop_so_far, refunded_ledger_so_far, refunded_provider_so_far)
      - least(refunded_shop_so_far, refunded_ledger_so_far, refunded_provider_so_far) as refunded_gap
  from sums

)

select
  gaps.date_day,
  gaps.provider,
  gaps.currency,
  gaps.captured_shop,
  gaps.captured_ledger,
  gaps.captured_provider,
  gaps.refunded_shop,
  gaps.refunded_ledger,
  gaps.refunded_provider,
  gaps.captured_gap,
  gaps.refunded_gap,
  coalesce(messages.messages, 0) as messages,
  coalesce(messages.not_ours, 0) as messages_not_ours,
  gaps.captured_gap = 0 and gaps.refunded_gap = 0 as is_reconciled
from gaps
left join messages on messages.date_day = gaps.date_day and messages.provider = gaps.provider
