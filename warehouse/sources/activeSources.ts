import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { DBT_PROJECT_DIR } from "../tools/dbt.ts";
import type { FileSource } from "./mapping.ts";
import { BadSource, MAPPINGS_DIR, readSources } from "./readSource.ts";

/** The source that capture fills; it needs no mapping. */
const SHOP = "shop";

/**
 * The file sources that the models read: those that `vars.sources` of dbt_project.yml names beside the shop. One list switches a source
 * on, for its files and for its staging models.
 * @throws BadSource when a source is named that has no mapping, or a mapping cannot be used
 */
export async function activeSources(projectDir: string = DBT_PROJECT_DIR, mappingsDir: string = MAPPINGS_DIR): Promise<FileSource[]> {
  const project = parse(await readFile(join(projectDir, "dbt_project.yml"), "utf8")) as { vars?: { sources?: unknown } };
  const named = project.vars?.sources;
  if (!Array.isArray(named) || !named.includes(SHOP) || !named.every((name) => typeof name === "string")) throw new BadSource("dbt_project.yml has to name its sources, the shop among them: vars: {sources: [shop]}");
  const wanted = named.filter((name) => name !== SHOP) as string[];
  if (wanted.length === 0) return [];
  const sources = await readSources(mappingsDir);
  return wanted.map((name) => {
    const source = sources.find((one) => one.name === name);
    if (!source) throw new BadSource(`dbt_project.yml names the source "${name}", which has no mapping: write warehouse/sources/mappings/${name}.yml, or take the name out`);
    return source;
  });
}
