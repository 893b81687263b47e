import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { type Manifest, modelsOf } from "../../../tools/manifest.ts";
import { parseManifest } from "../../../tools/parseManifest.ts";
import { type OnlineTable, onlineTables } from "../mirror/onlineTables.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
/** Where tables of a slot are read in PostgreSQL, whichever engine builds: statements of the graph, scoring, the suites of predictions. */
const READ_IN = ["subgraphs/analytics/queries", "subgraphs/predictions", "warehouse/scoring", "expectations/suites/predictions"];
const NAMED = /(?:\{(?:marts|features)\}|\$(?:marts|features)|(?:marts|features)_\$\{slot\})\.([a-z_0-9]+)/g;

function readTables(): Set<string> {
  const files = READ_IN.flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).filter((file) => /\.(ts|yml)$/.test(file) && !file.includes("tests/")).map((file) => join(ROOT, folder, file)));
  return new Set(files.flatMap((file) => [...readFileSync(file, "utf8").matchAll(NAMED)].map(([, name = ""]) => name)));
}

describe("tables that stand in PostgreSQL too", { timeout: 120_000 }, () => {
  let manifest: Manifest;
  let online: OnlineTable[];
  beforeAll(async () => {
    manifest = await parseManifest();
    online = onlineTables(manifest);
  }, 120_000);

  test("are the marts that a statement reads by key, no more and no fewer, and every feature table", () => {
    const features = modelsOf(manifest, "features").map(({ name }) => name);
    const read = [...readTables()].filter((name) => !features.includes(name));
    expect(read.length).toBeGreaterThan(5);
    expect(online.filter(({ layer }) => layer === "marts").map(({ name }) => name).sort()).toEqual(read.sort());
    expect(online.filter(({ layer }) => layer === "features").map(({ name }) => name)).toEqual(features);
  });

  test("have types that both engines know, and an index each", () => {
    for (const { name, columns, indexes } of online) {
      expect(columns.map(({ type }) => type).filter((type) => !["uuid", "text", "bigint", "integer", "numeric", "double precision", "boolean", "date", "timestamptz"].includes(type)), name).toEqual([]);
      expect(indexes.length, name).toBeGreaterThan(0);
    }
  });
});
