import { oneCurrency } from "../bundle/metricExpressions.ts";
import type { BiMetric } from "../bundle/types.ts";

/** Whole things. */
export const count = (name: string, label: string, expression: string, description: string): BiMetric => ({ name, label, expression, description, format: ",d" });

/** Money: nothing where rows of two currencies would be added up. */
export const money = (name: string, label: string, expression: string, description: string, currency = "currency"): BiMetric => ({ name, label, expression: oneCurrency(expression, currency), description, format: ",.2f" });

/** A share of one: `above` over `below`, never as whole numbers. */
export const share = (name: string, label: string, above: string, below: string, description: string): BiMetric => ({ name, label, expression: `cast(${above} as numeric) / nullif(${below}, 0)`, description, format: ".1%" });

export const decimal = (name: string, label: string, expression: string, description: string, digits = 2): BiMetric => ({ name, label, expression, description, format: `,.${digits}f` });
