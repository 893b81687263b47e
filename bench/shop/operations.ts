import { readFileSync } from "node:fs";
import { z } from "zod";

/**
 * What the driver asks, as a JSON file; the format is described in bench/README.md. Texts `{{name}}` in variables, paths and
 * bodies are filled in for each request: from a pool (`{{products.id}}`, another entry by `{{products#2.id}}`), from what an
 * earlier step saved (`{{cart}}`), or anew (`{{uuid}}`).
 */
const step = z.strictObject({
  /** GraphQL: the document. */
  query: z.string().optional(),
  variables: z.record(z.string(), z.unknown()).optional(),
  /** REST: method, path below the target, JSON body. */
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).optional(),
  path: z.string().optional(),
  body: z.unknown().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  /** Must be there in the answer, and equal where a value is given; an answer without it is an error. */
  expect: z.array(z.strictObject({ at: z.string(), equals: z.unknown().optional() })).optional(),
  /** Values of the answer that later steps use. */
  save: z.record(z.string(), z.string()).optional(),
});

const pool = z.union([
  z.array(z.unknown()),
  z.strictObject({
    request: step,
    /** Where the list stands in the answer. */
    take: z.string(),
    /** Only entries with this value at this place. */
    where: z.strictObject({ at: z.string(), equals: z.unknown() }).optional(),
    /** Where the next page's cursor stands, and the variable or placeholder that it becomes; until it is absent. */
    next: z.strictObject({ from: z.string(), as: z.string() }).optional(),
  }),
]);

const operation = z.strictObject({
  name: z.string(),
  /** Requests of the measured run, and how many a second are begun. A run of several steps counts once. */
  count: z.int().positive(),
  rate: z.number().positive(),
  /** Contexts made before the measuring, by these steps; the runs take them in turn. */
  prepare: z.strictObject({ contexts: z.int().positive(), steps: z.array(step).min(1) }).optional(),
  steps: z.array(step).min(1),
});

const operationsFile = z.strictObject({
  title: z.string().optional(),
  pools: z.record(z.string(), pool).default({}),
  operations: z.array(operation).min(1),
});

export type Step = z.infer<typeof step>;
export type Pool = z.infer<typeof pool>;
export type Operation = z.infer<typeof operation>;
export type OperationsFile = z.infer<typeof operationsFile>;

/** @throws with the place and the reason where the file is not one of operations. */
export function readOperations(path: string): OperationsFile {
  const parsed = operationsFile.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (!parsed.success) throw new Error(`${path} is no file of operations: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
