import { z } from "zod";
import { ENCODINGS } from "../source.ts";

// How expressions are written in mappings. What each key means stands in docs/importing.md.

export const column = z.string().min(1).max(300);
export const plain = z.union([z.string().max(2_000), z.boolean(), z.number().transform(String)]);
export const key = z.string().min(1).max(100);
/** A word, or a list of words. */
export const some = <T extends z.ZodType>(one: T, most = 100) => z.union([one.transform((value) => [value]), z.array(one).min(1).max(most)]) as z.ZodType<z.output<T>[]>;
const oneChar = z.string().refine((text) => [...text].length === 1 && !/[\r\n]/.test(text), "takes one character");

export const aCondition: z.ZodType<ConditionText> = z.lazy(() => z.union([
  z.strictObject({ column, is: plain }),
  z.strictObject({ column, in: z.array(plain).min(1).max(1_000) }),
  z.strictObject({ column, empty: z.boolean() }),
  z.strictObject({ column, matches: z.string() }),
  z.strictObject({ all: z.array(aCondition).min(1).max(20) }),
  z.strictObject({ any: z.array(aCondition).min(1).max(20) }),
  z.strictObject({ not: aCondition }),
]));
export type ConditionText =
  | { column: string; is: string | boolean } | { column: string; in: (string | boolean)[] } | { column: string; empty: boolean } | { column: string; matches: string }
  | { all: ConditionText[] } | { any: ConditionText[] } | { not: ConditionText };

const punctuation = { decimal: z.enum([".", ","]).optional(), thousands: z.enum([".", ",", " ", "'", "none"]).optional() };
const WORDS = ["trim", "lower", "upper", "collapse", "json", "unique", "lines", "html", "htmlToText", "textToHtml", "number", "money"] as const;
const TRANSFORMS = {
  number: z.strictObject(punctuation),
  money: z.strictObject({ ...punctuation, currency: z.string().length(3).optional(), minorDigits: z.int().min(1).max(6).optional() }),
  date: z.union([z.string(), z.strictObject({ format: z.string(), zone: z.string().regex(/^(Z|UTC|[+-]\d{2}:\d{2})$/, "takes an offset such as +01:00").optional() })]),
  split: z.string().min(1).max(20),
  join: z.string().max(20),
  pairs: z.strictObject({ by: z.string().min(1).max(20), is: z.string().min(1).max(20), each: z.string().min(1).max(20).optional(), pick: z.array(key).max(500).optional(), omit: z.array(key).max(500).optional() }),
  key: key,
  lookup: z.union([key, z.strictObject({ table: z.union([key, z.record(z.string(), z.union([plain, z.null()]))]), otherwise: z.enum(["keep", "empty", "refuse"]).optional() })]),
  extract: z.union([z.string(), z.strictObject({ pattern: z.string(), otherwise: z.enum(["empty", "refuse"]).optional() })]),
  replace: z.strictObject({ from: z.string().min(1).max(200), to: z.string().max(200) }),
  wrap: z.string().max(300).refine((text) => text.split("{}").length === 2, "holds {} once, where the text goes"),
} as const;
const aTransform = z.union([z.enum(WORDS), z.strictObject(TRANSFORMS).partial().refine((one) => Object.keys(one).length === 1, "is one transform: a list has one for each line")]);
export type TransformText = z.output<typeof aTransform>;

export interface ExpressionText {
  column?: string | undefined; constant?: string | boolean | (string | boolean)[] | undefined; template?: string | undefined; firstOf?: AnExpression[] | undefined; allOf?: AnExpression[] | undefined;
  map?: Record<string, AnExpression> | undefined; join?: { source: string; on: AnExpression; key: string; take: string; all?: boolean | undefined } | undefined;
  transforms?: TransformText[] | undefined; when?: ConditionText | undefined; default?: string | boolean | (string | boolean)[] | undefined;
}
export type AnExpression = string | ExpressionText;
const constant = z.union([plain, z.array(plain).max(100)]);
export const anExpression: z.ZodType<AnExpression> = z.lazy(() => z.union([column, z.strictObject({
  column: column.optional(), constant: constant.optional(), template: z.string().min(1).max(1_000).optional(), firstOf: z.array(anExpression).min(1).max(20).optional(), allOf: z.array(anExpression).min(1).max(50).optional(),
  map: z.record(key, anExpression).optional(), join: z.strictObject({ source: key, on: anExpression, key: column, take: column, all: z.boolean().optional() }).optional(),
  transforms: z.array(aTransform).max(20).optional(), when: aCondition.optional(), default: constant.optional(),
})]));

/** How the files of a source are written. */
export const fileFormat = {
  format: z.enum(["csv", "jsonl"]).optional(), encoding: z.enum(ENCODINGS).optional(), delimiter: oneChar.optional(), quote: oneChar.optional(),
  columns: z.array(column).min(1).max(2_000).optional(), ragged: z.boolean().optional(), guarded: z.boolean().optional(), sparse: z.boolean().optional(),
};
