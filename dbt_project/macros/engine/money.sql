{# Integer units and their exponent as an exact decimal in major units. A product with a decimal constant and not a division,
   which would round once the units need more digits than the engine's quotient keeps. Exponents end at 6. #}
{% macro amount(units, exponent) -%}
  cast({{ units }} as {{ type_money() }}) * case {{ exponent }}
    when 0 then 1 when 1 then 0.1 when 2 then 0.01 when 3 then 0.001
    when 4 then 0.0001 when 5 then 0.00001 when 6 then 0.000001 end
{%- endmacro %}

{# a / b to `scale` digits; null where b is 0. #}
{% macro safe_ratio(numerator, denominator, scale=6) -%}
  round(cast({{ numerator }} as {{ type_money() }}) / nullif({{ denominator }}, 0), {{ scale }})
{%- endmacro %}
