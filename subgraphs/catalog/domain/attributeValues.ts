import { err, ok, type Result } from "#schema/values/result.ts";
import type { DraftRefusal } from "./draftRefusal.ts";

export const ATTRIBUTE_TYPES = ["TEXT", "NUMBER", "BOOLEAN", "DATE", "OPTION"] as const;
export type AttributeType = (typeof ATTRIBUTE_TYPES)[number];

/** A value as it is stored: exactly the column of the attribute's type is filled. */
export interface AttributeRow {
  readonly attributeId: string;
  readonly place: number;
  readonly text: string | null;
  /** Exact decimal. */
  readonly number: string | null;
  readonly boolean: boolean | null;
  /** `YYYY-MM-DD`. */
  readonly date: string | null;
  readonly optionId: string | null;
}
type Value = Partial<Pick<AttributeRow, "text" | "number" | "boolean" | "date" | "optionId">>;

const NONE = { text: null, number: null, boolean: null, date: null, optionId: null } as const;
const WANTED: Readonly<Record<AttributeType, string>> = {
  TEXT: "text",
  NUMBER: "a decimal number such as 12.5, with at most 15 digits before and 6 after the point",
  BOOLEAN: "true or false",
  DATE: "a day of the calendar such as 2011-12-09",
  OPTION: "one of the attribute's options",
};
/** Of these a product has one or none. */
const SINGLE = new Set<AttributeType>(["BOOLEAN", "DATE"]);

/** The values as rows, those of a list in its order; a value that stands there twice is one. `optionOf` finds an option by code or label. */
export function valuesOf(
  { id, code, type }: { readonly id: string; readonly code: string; readonly type: AttributeType },
  values: readonly string[],
  optionOf: (text: string) => string | undefined,
  path: readonly string[],
): Result<AttributeRow[], DraftRefusal[]> {
  const wrong: DraftRefusal[] = [];
  const distinct = new Map<string, Value>();
  for (const [n, given] of values.entries()) {
    const text = given.trim();
    const value = read(type, text, optionOf);
    if (value) distinct.set(JSON.stringify(value), value);
    else if (type === "OPTION") wrong.push({ code: "OPTION_NOT_FOUND", path: [...path, String(n)], attribute: code, option: text });
    else wrong.push({ code: "INVALID_VALUE", path: [...path, String(n)], message: `A value of \`${code}\` is ${WANTED[type]}.` });
  }
  if (SINGLE.has(type) && distinct.size > 1) wrong.push({ code: "INVALID_VALUE", path, message: `A product has one value of \`${code}\`.` });
  if (wrong.length > 0) return err(wrong);
  return ok([...distinct.values()].map((value, place) => ({ attributeId: id, place, ...NONE, ...value })));
}

function read(type: AttributeType, text: string, optionOf: (text: string) => string | undefined): Value | undefined {
  switch (type) {
    case "TEXT": return { text };
    case "NUMBER": return /^-?\d{1,15}(\.\d{1,6})?$/.test(text) ? { number: text } : undefined;
    case "BOOLEAN": return text === "true" || text === "false" ? { boolean: text === "true" } : undefined;
    case "DATE": return isDay(text) ? { date: text } : undefined;
    case "OPTION": {
      const optionId = optionOf(text);
      return optionId === undefined ? undefined : { optionId };
    }
  }
}

function isDay(text: string): boolean {
  if (!/^(?!0000)\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
