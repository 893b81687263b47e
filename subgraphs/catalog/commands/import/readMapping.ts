import { compileCondition, compileExpression, type CompileScope } from "#platform/tabular/mapping/compileExpression.ts";
import { isInnerPath } from "#platform/tabular/mapping/innerPath.ts";
import { type MappingProblem, readYaml, type Tell } from "#platform/tabular/mapping/readYaml.ts";
import type { Expression } from "#schema/mapping/expression.ts";
import { isCurrency } from "#schema/values/currencies.ts";
import type { Result } from "#schema/values/result.ts";
import { FIELDS, ROW_PREFIX } from "../../domain/import/entityFields.ts";
import type { Entity, Mapping, Source, Step } from "../../domain/import/mapping.ts";
import { type MappingText, mappingText } from "./mappingSchema.ts";

/** Reads a mapping written in YAML, or says all that is wrong with it. */
export function readMapping(text: string): Result<Mapping, readonly MappingProblem[]> {
  return readYaml(text, mappingText, "docs/importing.md", compile);
}

function compile(text: MappingText, tell: Tell): Mapping {
  if (text.currency !== undefined && !isCurrency(text.currency)) tell(["currency"], "this is no currency of ISO 4217");
  const sources = new Map<string, Source>();
  for (const [name, source] of Object.entries(text.sources)) {
    for (const [index, file] of source.files.entries()) if (!isInnerPath(file)) tell(["sources", name, "files", index], "a file is named by its path inside of the import's folder, without `..`");
    const kind = source.format === "jsonl" || (source.format === undefined && /\.(jsonl|ndjson)(\.gz)?$/i.test(source.files[0] ?? "")) ? "JSONL" : "CSV";
    sources.set(name, { name, files: source.files, format: {
      kind, encoding: source.encoding ?? "utf-8", delimiter: source.delimiter ?? ",", quote: source.quote ?? '"', columns: source.columns, ragged: source.ragged ?? false, guarded: source.guarded ?? false, isSparse: source.sparse ?? false,
    } });
  }
  const joined = new Map<string, Set<string>>();
  const scope: CompileScope = { sources, lookups: new Map(Object.entries(text.lookups ?? {}).map(([name, table]) => [name, new Map(Object.entries(table))])), currency: text.currency, tell, joined };
  const steps = text.imports.map((one, index): Step => {
    const at = ["imports", index] as const;
    const entity = one.entity.toUpperCase() as Entity;
    const source = sources.get(one.from);
    if (!source) tell([...at, "from"], `there is no source "${one.from}" under \`sources\``);
    const known = FIELDS[entity];
    const fields = new Map<string, Expression>();
    for (const [name, expression] of Object.entries(one.fields)) {
      if (!Object.hasOwn(known, name)) tell([...at, "fields", name], `a ${one.entity} has no field "${name}"; it has ${Object.keys(known).join(", ")}`);
      fields.set(name, compileExpression(expression, scope, [...at, "fields", name]));
    }
    for (const [name, spec] of Object.entries(known)) if (spec.isRequired && !fields.has(name)) tell([...at, "fields"], `a ${one.entity} needs the field "${name}"`);
    if (entity === "PRODUCT" && !["externalRef", "slug", "variant.sku"].some((name) => fields.has(name))) tell([...at, "fields"], "a product needs `variant.sku`, `externalRef` or `slug`, to be known by");
    if (one.group && !ROW_PREFIX[entity]) tell([...at, "group"], "only products and orders are made of several rows");
    return {
      name: one.name ?? `${one.entity} from ${one.from}`, entity, source: source as Source, fields,
      where: one.where && compileCondition(one.where, scope, [...at, "where"]),
      groupBy: one.group ? compileExpression(one.group.by, scope, [...at, "group", "by"]) : entity === "ORDER" ? fields.get("number") : undefined,
      parent: one.group?.parent && compileCondition(one.group.parent, scope, [...at, "group", "parent"]),
    };
  });
  const attributes = new Map(Object.entries(text.attributes ?? {}).map(([code, rule]) => {
    if (!/^[a-z][a-z0-9_]{0,99}$/.test(code)) tell(["attributes", code], "a code has small letters, digits and `_`, and begins with a letter");
    const type = (rule.type ?? "option").toUpperCase() as "TEXT" | "NUMBER" | "BOOLEAN" | "DATE" | "OPTION";
    if (rule.variant && type !== "OPTION") tell(["attributes", code, "variant"], "variants differ by attributes of type option alone");
    return [code, { name: rule.name, type, unit: rule.unit, isFilterable: rule.filterable ?? false, isSearchable: rule.searchable ?? false, isVariantOption: rule.variant ?? false }];
  }));
  return { name: text.name, currency: text.currency, sources, joined, attributes, steps };
}
