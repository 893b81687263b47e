{# Integer units and their exponent as an exact decimal in major units. A product with a decimal constant and not a division,
   which would round once the units need more digits than the engine's quotient keeps. Exponents end at 6. #}
{% macro amount(units, exponent) %}{{ return(adapter.dispatch('amount', 'martgraph')(units, exponent)) }}{% endmacro %}
{% macro postgres__amount(units, exponent) -%}{{ units_times_power(units, exponent) }}{%- endmacro %}
{# The product is NUMERIC already; said once more, because an emulator takes it for the wider decimal. #}
{% macro bigquery__amount(units, exponent) -%}cast({{ units_times_power(units, exponent) }} as numeric){%- endmacro %}

{% macro units_times_power(units, exponent) -%}
  cast({{ units }} as {{ type_money() }}) * case {{ exponent }}
    when 0 then {{ decimal('1') }} when 1 then {{ decimal('0.1') }} when 2 then {{ decimal('0.01') }} when 3 then {{ decimal('0.001') }}
    when 4 then {{ decimal('0.0001') }} when 5 then {{ decimal('0.00001') }} when 6 then {{ decimal('0.000001') }} end
{%- endmacro %}

{# Hundredths of a percent as an exact share: 1250 is 0.1250. #}
{% macro from_basis_points(points) %}{{ return(adapter.dispatch('from_basis_points', 'martgraph')(points)) }}{% endmacro %}
{% macro postgres__from_basis_points(points) -%}cast({{ points }} as numeric) * 0.0001{%- endmacro %}
{% macro bigquery__from_basis_points(points) -%}cast(cast({{ points }} as numeric) * numeric '0.0001' as numeric){%- endmacro %}

{# A decimal constant. Bare digits with a point are an exact decimal in PostgreSQL and a binary fraction in BigQuery. #}
{% macro decimal(digits) %}{{ return(adapter.dispatch('decimal', 'martgraph')(digits)) }}{% endmacro %}
{% macro postgres__decimal(digits) -%}{{ digits }}{%- endmacro %}
{% macro bigquery__decimal(digits) -%}numeric '{{ digits }}'{%- endmacro %}

{# a / b to `scale` digits, exact; null where b is 0. #}
{% macro safe_ratio(numerator, denominator, scale=6) %}{{ return(adapter.dispatch('safe_ratio', 'martgraph')(numerator, denominator, scale)) }}{% endmacro %}
{% macro postgres__safe_ratio(numerator, denominator, scale) -%}
  round(cast({{ numerator }} as {{ type_money() }}) / nullif({{ denominator }}, 0), {{ scale }})
{%- endmacro %}
{# Through the wider decimal: a quotient of NUMERIC is rounded to nine places before it could be rounded to `scale`. #}
{% macro bigquery__safe_ratio(numerator, denominator, scale) -%}
  cast(round(cast({{ numerator }} as bignumeric) / nullif(cast({{ denominator }} as bignumeric), 0), {{ scale }}) as numeric)
{%- endmacro %}

{# The currency of most of the shop's orders, of several the first by code: what is told in one currency is told in this. #}
{% macro main_currency(orders) -%}
  (
    select currency
    from (
      select currency, row_number() over (order by count(*) desc, currency) as place
      from {{ orders }}
      group by currency
    ) as counted_currencies
    where place = 1
  )
{%- endmacro %}

{# An amount cut to its first two digits, below ten to a tenth: of two amounts the larger never has the smaller step. Each branch says
   its type, for an engine may give what is cut as many places as it was cut to, and a case of several those of one of them. #}
{% macro value_step(amount) -%}
  case
    when abs({{ amount }}) < 10 then cast(trunc({{ amount }}, 1) as {{ type_money() }})
    {%- for digits in range(2, 12) %}
    when abs({{ amount }}) < 1{{ '0' * digits }} then cast(trunc({{ amount }}, {{ 2 - digits }}) as {{ type_money() }})
    {%- endfor %}
    else cast(trunc({{ amount }}, -10) as {{ type_money() }})
  end
{%- endmacro %}
