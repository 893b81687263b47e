import type { Dialect, Params } from "./dialect.ts";
import type { CheckedRequest, OrderOf } from "./metricRequest.ts";

export interface SortKey {
  readonly column: string;
  readonly descending: boolean;
  /** A number that may be undefined; it stands last then, in both directions. */
  readonly nullable: boolean;
}

const COLUMN: Readonly<Record<OrderOf, string>> = { VALUE: "m", PREVIOUS: "q", CHANGE: "x", CHANGE_PERCENT: "y" };

/** What was asked for, then the groups' own keys, which make the order total. */
export function keysOf(request: CheckedRequest, keys: readonly string[]): SortKey[] {
  const asked = request.order.map(({ key, descending }): SortKey => ("dimension" in key ? { column: `d${key.dimension}`, descending, nullable: false } : { column: `${COLUMN[key.of]}${key.metric}`, descending, nullable: true }));
  const first = asked.filter(({ column }, index) => asked.findIndex((other) => other.column === column) === index);
  const named = new Set(first.map(({ column }) => column));
  return [...first, ...keys.filter((column) => !named.has(column)).map((column) => ({ column, descending: false, nullable: false }))];
}

/** What a cursor holds where a number is undefined. */
export const NOTHING = "null";
const DECIMAL = /^-?\d{1,60}(\.\d{1,60})?$/;

/** ` where ...`: the groups behind a place in the order; undefined where the place is none of this order. */
export function pageCondition(sort: readonly SortKey[], after: readonly string[], params: Params, dialect: Dialect): string | undefined {
  if (after.length !== sort.length) return undefined;
  const same: string[] = [];
  const ways: string[] = [];
  for (const [index, { column: name, descending, nullable }] of sort.entries()) {
    const value = after[index] as string;
    const column = `counted.${name}`;
    if (nullable && value !== NOTHING && !DECIMAL.test(value)) return undefined;
    if (nullable && value === NOTHING) {
      same.push(`${column} is null`);
      continue;
    }
    const place = nullable ? params.add("numeric", value) : dialect.ordered(params.add("text", value));
    const beyond = `${column} ${descending ? "<" : ">"} ${place}`;
    ways.push([...same, nullable ? `(${beyond} or ${column} is null)` : beyond].join(" and "));
    same.push(`${column} = ${place}`);
  }
  return ` where (${ways.map((way) => `(${way})`).join(" or ")})`;
}
