import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { countriesSeed } from "./countriesSeed.ts";
import { generateMartCatalogue } from "./martCatalogue.ts";
import { type Manifest, type ManifestColumn, type ManifestNode, modelsOf } from "./manifest.ts";
import { parseManifest } from "./parseManifest.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const LAYERS = ["marts", "features"] as const;

/** A contract's type in the words of our statements, and the JavaScript value that the database layer makes of it. */
const TYPES: Readonly<Record<string, { sql: string; js: string }>> = {
  uuid: { sql: "uuid", js: "string" },
  text: { sql: "text", js: "string" },
  boolean: { sql: "bool", js: "boolean" },
  integer: { sql: "int4", js: "number" },
  bigint: { sql: "int8", js: "bigint" },
  "double precision": { sql: "float8", js: "number" },
  numeric: { sql: "numeric", js: "string" },
  date: { sql: "date", js: "string" },
  timestamptz: { sql: "timestamptz", js: "Date" },
};

/**
 * What is generated beside the warehouse: the row types of marts and features from dbt's contracts, and dbt's country names
 * from the shop's. `stale` names the files that differ from what they should be, `write` puts them right.
 * `parsed` saves reading the project again.
 * @throws DbtError when dbt cannot read the project
 */
export async function rowTypeFiles(parsed?: Manifest): Promise<{ stale: string[]; write(): void }> {
  const manifest = parsed ?? (await parseManifest());
  const files = new Map<string, string>(LAYERS.map((layer) => [`${ROOT}schema/generated/${layer}.ts`, generateRowTypes(manifest, layer)]));
  files.set(`${ROOT}schema/generated/martCatalogue.ts`, generateMartCatalogue(modelsOf(manifest, "marts")));
  files.set(`${ROOT}dbt_project/seeds/countries.csv`, countriesSeed());
  files.set(`${ROOT}schema/generated/freshness.ts`, generateFreshness(manifest));
  const stale = [...files].filter(([path, text]) => currentText(path) !== text);
  return {
    stale: stale.map(([path]) => relative(ROOT, path)),
    write() {
      for (const [path, text] of stale) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
      }
    },
  };
}

function currentText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** How old each mart and feature table may be: meta `stale_after_minutes`, of the folder in dbt_project.yml or of the model. @throws Error where one has none */
export function generateFreshness(manifest: Manifest): string {
  const contracts = LAYERS.flatMap((layer) => modelsOf(manifest, layer)).map(({ name, config }) => {
    const minutes = config.meta?.["stale_after_minutes"];
    if (!Number.isInteger(minutes) || Number(minutes) < 1) throw new Error(`${name} has no contract of freshness: meta stale_after_minutes is a whole number of minutes, not ${String(minutes)}`);
    return `  ${name}: ${Number(minutes)},`;
  });
  return [
    '// Generated from meta stale_after_minutes in dbt_project; "npm run gen" writes it.\n',
    "/** Minutes that may pass between the shop and what a table tells of it, by mart and feature table. */",
    "export const STALE_AFTER_MINUTES: Readonly<Record<string, number>> = {", ...contracts, "};", "",
  ].join("\n");
}

/** TypeScript for one layer: per model the columns as a statement names them, and the row they make. */
export function generateRowTypes(manifest: Manifest, layer: (typeof LAYERS)[number]): string {
  const models = modelsOf(manifest, layer);
  return [`// Generated from the contracts in dbt_project/models/${layer}; "npm run gen" writes it.\n`, ...models.map(modelTypes)].join("\n");
}

function modelTypes(model: ManifestNode): string {
  const columns = Object.values(model.columns);
  const camel = model.name.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
  const pascal = camel[0]?.toUpperCase() + camel.slice(1);
  return [
    `/** ${model.description} Grain: ${String(model.config.meta?.["grain"])}. */`,
    `export interface ${pascal}Row {`,
    ...columns.flatMap((column) => [`  /** ${column.description} */`, `  ${column.name}: ${typeOf(model, column).js}${nullable(column) ? " | null" : ""};`]),
    "}",
    "",
    `/** Columns of ${model.name} as a statement's row names them. */`,
    `export const ${camel}Columns = {`,
    ...columns.map((column) => `  ${column.name}: "${typeOf(model, column).sql}${nullable(column) ? "?" : ""}",`),
    "} as const;",
    "",
  ].join("\n");
}

function nullable(column: ManifestColumn): boolean {
  return !column.constraints.some(({ type }) => type === "not_null");
}

function typeOf(model: ManifestNode, column: ManifestColumn): { sql: string; js: string } {
  const type = TYPES[column.data_type ?? ""];
  if (!type) throw new Error(`column ${column.name} of ${model.name} is of type ${column.data_type}, which rowTypes.ts does not know`);
  return type;
}
