import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { boundedPattern } from "#schema/mapping/boundedPattern.ts";
import { ok, type Result } from "#schema/values/result.ts";
import { compileCondition, compileExpression, type CompileScope } from "#platform/tabular/mapping/compileExpression.ts";
import { isInnerPath } from "#platform/tabular/mapping/innerPath.ts";
import { mappingSentence, type MappingProblem, readYaml, type Tell } from "#platform/tabular/mapping/readYaml.ts";
import type { FileFormat, FileSource, SourceColumn, SourceTable } from "./mapping.ts";
import { type ColumnText, type SourceText, sourceText } from "./mappingText.ts";

export const MAPPINGS_DIR = fileURLToPath(new URL("mappings", import.meta.url));

/** Names that a table of raw keeps for itself, or that the shop's schemas have. */
const TAKEN_SOURCES: ReadonlySet<string> = new Set(["users", "catalog", "orders", "events", "platform", "payment_fake", "shop", "ops"]);
/** Who somebody is, in clear: such a column is kept as a hash or not at all. */
const PERSONAL = /^(e_?mail|phone|first_name|last_name|full_name|display_name|street|line1|line2|postal_code|iban|birth_?day|birth_?date)/;
const TOLERATED = 0.1;

/** Reads a mapping of a file source written in YAML, or says all that is wrong with it. */
export function readSource(text: string): Result<FileSource, readonly MappingProblem[]> {
  const read = readYaml(text, sourceText, "docs/addingASource.md", compile);
  return read.ok ? ok({ ...read.value, hash: createHash("sha256").update(text).digest("hex") }) : read;
}

/** A mapping of a file source cannot be used; the message says where and why. */
export class BadSource extends Error {
  override readonly name = "BadSource";
}

/** Reads every mapping of a folder. @throws BadSource that names file, line and reason */
export async function readSources(folder: string = MAPPINGS_DIR): Promise<FileSource[]> {
  const files = (await readdir(folder)).filter((file) => /\.ya?ml$/.test(file)).toSorted();
  const sources: FileSource[] = [];
  for (const file of files) {
    const read = readSource(await readFile(join(folder, file), "utf8"));
    if (!read.ok) throw new BadSource(`the mapping ${file} cannot be used: ${read.error.map(mappingSentence).join("; ")}`);
    if (`${read.value.name}.yml` !== file && `${read.value.name}.yaml` !== file) throw new BadSource(`the mapping ${file} is named ${read.value.name}: name the file after it, ${read.value.name}.yml`);
    sources.push(read.value);
  }
  return sources;
}

function compile(text: SourceText, tell: Tell): Omit<FileSource, "hash"> {
  if (TAKEN_SOURCES.has(text.name)) tell(["name"], `"${text.name}" is a schema of the shop: give the source another name`);
  const lookups = new Map(Object.entries(text.lookups ?? {}).map(([name, table]) => [name, new Map(Object.entries(table))]));
  // A row is made of one line: nothing is joined to it, the models do that.
  const scope: CompileScope = { sources: new Set<string>(), lookups, currency: undefined, joined: new Map(), tell };
  const tables = Object.entries(text.tables).map(([name, table]): SourceTable => {
    const at = ["tables", name] as const;
    for (const [index, file] of table.files.entries()) {
      if (!isInnerPath(file) || file !== file.toLowerCase()) tell([...at, "files", index], "a file is named in lower case by its path inside of the source's folder, without `..`");
    }
    for (const [index, column] of table.key.entries()) if (!Object.hasOwn(table.columns, column)) tell([...at, "key", index], `there is no column "${column}"`);
    const columns = Object.entries(table.columns).map(([column, one]) => compileColumn(column, one, table.key.includes(column), scope, [...at, "columns", column]));
    return {
      name, description: table.description, files: table.files, format: formatOf(table), isSparse: table.sparse ?? false,
      mode: table.mode === "snapshot" ? "SNAPSHOT" : "UPSERT", where: table.where && compileCondition(table.where, scope, [...at, "where"]),
      tolerate: table.tolerate ?? TOLERATED, columns,
    };
  });
  if (tables.length === 0) tell(["tables"], "a source has at least one table");
  return { name: text.name, description: text.description, owner: text.owner, tables };
}

function formatOf(table: SourceText["tables"][string]): FileFormat {
  const first = table.files[0] ?? "";
  const kind = table.format ?? (/\.(jsonl|ndjson)(\.gz)?$/.test(first) ? "jsonl" : first.endsWith(".parquet") ? "parquet" : "csv");
  const encoding = table.encoding ?? "utf-8";
  if (kind === "parquet") return { kind: "PARQUET" };
  if (kind === "jsonl") return { kind: "JSONL", encoding };
  return { kind: "CSV", encoding, delimiter: table.delimiter ?? ",", quote: table.quote ?? '"', columns: table.header, ragged: table.ragged ?? false };
}

function compileColumn(name: string, text: ColumnText, isKey: boolean, scope: CompileScope, path: readonly PropertyKey[]): SourceColumn {
  const isHashed = text.personal === "hash";
  if (isHashed && text.is !== "text") scope.tell([...path, "personal"], "a hash is a text");
  if (PERSONAL.test(name) && !isHashed) scope.tell(path, "this names a person in clear: keep it as `personal: hash`, or leave it out");
  if ((text.min !== undefined || text.max !== undefined) && text.is !== "integer" && text.is !== "decimal") scope.tell(path, "`min` and `max` bound numbers");
  const pattern = text.matches === undefined ? undefined : boundedPattern(text.matches);
  if (pattern && "problem" in pattern) scope.tell([...path, "matches"], `the pattern cannot be read: ${pattern.problem}`);
  return {
    name, type: text.is, description: text.description, value: compileExpression(text.value, scope, [...path, "value"]), isKey, isRequired: isKey || (text.required ?? false), isHashed,
    oneOf: text.in && new Set(text.in.map(String)), pattern: pattern && !("problem" in pattern) ? pattern : undefined, min: text.min, max: text.max,
  };
}
