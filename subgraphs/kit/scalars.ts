import { type GraphQLScalarType as Scalar, GraphQLScalarType, Kind, valueFromASTUntyped } from "graphql";
import { isUuid } from "#schema/values/ids.ts";
import { badUserInput } from "./errors.ts";

/** A scalar that travels as text. `read` gives the value, or undefined where the text is none. */
function textScalar<T>(name: string, wanted: string, read: (text: string) => T | undefined, write: (value: unknown) => string): Scalar<T, string> {
  const parse = (value: unknown): T => {
    const parsed = typeof value === "string" ? read(value) : undefined;
    if (parsed === undefined) throw badUserInput(`${name} must be ${wanted}.`);
    return parsed;
  };
  return new GraphQLScalarType<T, string>({
    name,
    serialize: write,
    parseValue: parse,
    parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : undefined),
  });
}

const matching = (pattern: RegExp) => (text: string) => (pattern.test(text) ? text : undefined);

function readInstant(text: string): Date | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/.test(text)) return undefined;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) || !isDay(text.slice(0, 10)) ? undefined : date;
}

/** Whether `YYYY-MM-DD` is a day of the calendar; Date alone turns the 31st of February into March. There was no year 0. */
function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return /^(?!0000)\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function readInt64(text: string): bigint | undefined {
  if (!/^-?\d{1,19}$/.test(text)) return undefined;
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

const json = new GraphQLScalarType({ name: "JSON", parseValue: (value) => value, parseLiteral: (node, variables) => valueFromASTUntyped(node, variables) });

const SCALARS: Readonly<Record<string, GraphQLScalarType>> = {
  DateTime: textScalar("DateTime", "a moment such as \"2011-12-09T12:50:00Z\"", readInstant, (value) => (value instanceof Date ? value : new Date(String(value))).toISOString()),
  Date: textScalar("Date", "a day of the calendar such as \"2011-12-09\"", (text) => (isDay(text) ? text : undefined), (value) => (value instanceof Date ? value.toISOString().slice(0, 10) : String(value))),
  BigInt: textScalar("BigInt", "a 64-bit integer in quotes such as \"42\"", readInt64, (value) => BigInt(value as bigint).toString()),
  Decimal: textScalar("Decimal", "a decimal number in quotes such as \"19.99\", with at most 15 digits before and 6 after the point", matching(/^-?\d{1,15}(\.\d{1,6})?$/), String),
  CurrencyCode: textScalar("CurrencyCode", "three capitals such as \"GBP\"", matching(/^[A-Z]{3}$/), String),
  CountryCode: textScalar("CountryCode", "two capitals such as \"GB\"", matching(/^[A-Z]{2}$/), String),
  UUID: textScalar("UUID", "a UUID such as \"0190f5c2-6f0e-7c3a-9d53-0d1f6f6b2a11\"", (text) => (isUuid(text.toLowerCase()) ? text.toLowerCase() : undefined), String),
  JSON: json,
};

/** The resolvers of the shared scalars that a schema has. Inputs arrive as Date (DateTime), bigint (BigInt), else text. */
export function scalarsFor(names: ReadonlySet<string>): Record<string, GraphQLScalarType> {
  return Object.fromEntries(Object.entries(SCALARS).filter(([name]) => names.has(name)));
}
