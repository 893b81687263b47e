import { z } from "zod";
import { aCondition, anExpression, column as columnName, fileFormat, key, plain, some } from "#platform/tabular/mapping/expressionText.ts";
import { COLUMN_TYPES } from "./mapping.ts";

// How mappings of file sources are written. docs/addingASource.md explains them.

const name = z.string().regex(/^[a-z][a-z0-9_]{0,29}$/, "is made of lower-case letters, digits and `_`, at most 30, and begins with a letter");
const sentence = z.string().min(1).max(1_000);
const bound = z.union([z.number(), z.string().regex(/^-?\d{1,18}(\.\d{1,12})?$/, "takes a number")]).transform(String);
const { encoding, delimiter, quote, ragged, sparse } = fileFormat;

const aColumn = z.strictObject({
  is: z.enum(COLUMN_TYPES),
  description: sentence,
  value: anExpression,
  required: z.boolean().optional(),
  personal: z.literal("hash").optional(),
  in: z.array(plain).min(1).max(1_000).optional(),
  matches: z.string().max(1_000).optional(),
  min: bound.optional(),
  max: bound.optional(),
});

export const sourceText = z.strictObject({
  version: z.literal(1),
  name,
  description: sentence,
  owner: key,
  lookups: z.record(key, z.record(z.string(), z.union([plain, z.null()]))).optional(),
  tables: z.record(name, z.strictObject({
    description: sentence,
    files: some(z.string().min(1).max(300)),
    format: z.enum(["csv", "jsonl", "parquet"]).optional(),
    encoding, delimiter, quote, ragged, sparse,
    // names of the columns where the files have no header
    header: z.array(columnName).min(1).max(2_000).optional(),
    key: z.array(name).min(1).max(10),
    mode: z.enum(["upsert", "snapshot"]).optional(),
    where: aCondition.optional(),
    tolerate: z.number().min(0).max(1).optional(),
    columns: z.record(name, aColumn).refine((columns) => Object.keys(columns).length <= 500, "has more than 500 columns"),
  })),
});
export type SourceText = z.output<typeof sourceText>;
export type ColumnText = z.output<typeof aColumn>;
