import type { Grain } from "./catalogue.ts";

export type ParamType = "date" | "text" | "numeric" | "bigint" | "date[]" | "text[]" | "id[]";

/** The parameters of a statement, in the order in which they were named. */
export class Params {
  readonly values: unknown[] = [];
  readonly types: ParamType[] = [];
  readonly #dialect: Dialect;
  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }
  /** Adds a value and answers its place in the text. */
  add(type: ParamType, value: unknown): string {
    this.values.push(value);
    this.types.push(type);
    return this.#dialect.place(this.values.length, type);
  }
}

/** What the engines spell differently. Every method answers text over expressions that are text already. */
export interface Dialect {
  readonly engine: "postgres" | "bigquery";
  /** The place of parameter n, 1-based. */
  place(n: number, type: ParamType): string;
  /** A published table. */
  table(model: string): string;
  text(expression: string): string;
  /** Text in the order of its bytes, the same everywhere. */
  ordered(expression: string): string;
  dayText(day: string): string;
  /** The day of an instant where the clocks show the zone's time. */
  localDay(instant: string, zone: string): string;
  /** First day of the period. */
  truncate(grain: Grain, day: string): string;
  addDays(day: string, days: number): string;
  addMonths(day: string, months: number): string;
  /** An instant so many times 24 hours later. */
  laterByDays(instant: string, days: number): string;
  isLeapDay(day: string): string;
  percentile(share: number, expression: string): string;
  /** An exact decimal. */
  decimal(expression: string): string;
  /** The quotient of two numbers, exact until it is rounded once; null where the divisor is 0. */
  ratio(above: string, below: string, scale: number): string;
  /** The mean of decimals, exact; `mean` rounds it. */
  average(expression: string): string;
  mean(average: string, scale: number): string;
  /** A decimal as text, without zeros at its end. */
  decimalText(expression: string): string;
  contains(expression: string, part: string): string;
  inList(expression: string, list: string, negated: boolean): string;
  /** A relation `alias` with one column for each list. */
  lists(alias: string, columns: readonly { name: string; place: string }[]): string;
}
