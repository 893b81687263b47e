import type { Condition, Expression } from "./expression.ts";
import { textOf, transform } from "./transform.ts";
import { isEmpty, isList, toValue, type Value } from "./values.ts";

/** What a row is asked: its columns, and those of rows in other files. */
export interface Cells {
  get(column: string): unknown;
  /** What rows of a joined source whose `key` is the text have in `take`, in their order. */
  joined(source: string, key: string, text: string, take: string): readonly unknown[];
}

export function holds(condition: Condition, cells: Cells): boolean {
  switch (condition.kind) {
    case "IS": return condition.values.has(plainText(cells.get(condition.column)).trim());
    case "EMPTY": return plainText(cells.get(condition.column)).trim() === "";
    case "MATCHES": return condition.pattern.matches(plainText(cells.get(condition.column)));
    case "ALL": return condition.of.every((one) => holds(one, cells));
    case "ANY": return condition.of.some((one) => holds(one, cells));
    case "NOT": return !holds(condition.of, cells);
  }
}

function plainText(cell: unknown): string {
  return typeof cell === "string" ? cell : typeof cell === "number" || typeof cell === "boolean" ? String(cell) : cell == null ? "" : "[...]";
}

/** @throws RowProblem without a field */
export function evaluate(expression: Expression, cells: Cells): Value {
  if (expression.when && !holds(expression.when, cells)) return expression.fallback === undefined ? null : toValue(expression.fallback);
  let value = startOf(expression.from, cells);
  for (const rule of expression.transforms) value = transform(value, rule);
  return isEmpty(value) && expression.fallback !== undefined ? toValue(expression.fallback) : value;
}

function startOf(from: Expression["from"], cells: Cells): Value {
  switch (from.kind) {
    case "COLUMN": return toValue(cells.get(from.column));
    case "CONSTANT": return toValue(from.value);
    case "TEMPLATE": return from.parts.map((part) => ("text" in part ? part.text : textOf(toValue(cells.get(part.column))))).join("");
    case "FIRST_OF": {
      for (const one of from.of) {
        const value = evaluate(one, cells);
        if (!isEmpty(value)) return value;
      }
      return null;
    }
    case "ALL_OF": return from.of.flatMap((one) => {
      const value = evaluate(one, cells);
      return isEmpty(value) ? [] : isList(value) ? [...value] : [value];
    });
    case "MAP": {
      const entries = [...from.of].flatMap(([name, one]) => {
        const value = evaluate(one, cells);
        return isEmpty(value) ? [] : [[name, value] as const];
      });
      return new Map(entries);
    }
    case "JOIN": {
      const key = textOf(evaluate(from.on, cells));
      const found = key === "" ? [] : cells.joined(from.source, from.key, key, from.take).map((one) => toValue(one));
      return from.all ? found : (found[0] ?? null);
    }
  }
}
