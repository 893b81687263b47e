import type { ManifestColumn, ManifestNode } from "./manifest.ts";

/** TypeScript of what dbt's yml says about each mart: for who shows, describes or masks columns without asking dbt. */
export function generateMartCatalogue(models: readonly ManifestNode[]): string {
  return [
    `// Generated from the contracts in dbt_project/models/marts; "npm run gen" writes it.\n`,
    `import type { MartInfo } from "../martInfo.ts";\n`,
    "/** Every mart by name. */",
    "export const martCatalogue: Readonly<Record<string, MartInfo>> = {",
    ...models.flatMap((model) => [
      `  ${model.name}: {`,
      `    description: ${JSON.stringify(model.description)},`,
      `    grain: ${JSON.stringify(String(model.config.meta?.["grain"] ?? ""))},`,
      `    owner: ${JSON.stringify(String(model.config.meta?.["owner"] ?? ""))},`,
      "    columns: {",
      ...Object.values(model.columns).map((column) => `      ${column.name}: { type: ${JSON.stringify(column.data_type ?? "")}, description: ${JSON.stringify(column.description)}${personal(column)} },`),
      "    },",
      "  },",
    ]),
    "};",
    "",
  ].join("\n");
}

function personal(column: ManifestColumn): string {
  const pii = column.config?.meta?.["pii"] ?? column.meta?.["pii"];
  return pii === undefined || pii === null || pii === false ? "" : `, pii: ${JSON.stringify(String(pii))}`;
}
