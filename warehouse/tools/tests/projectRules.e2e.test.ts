import { beforeAll, describe, expect, test } from "vitest";
import { type Manifest, type ManifestNode, modelsOf } from "../manifest.ts";
import { parseManifest } from "../parseManifest.ts";
import { projectViolations } from "../projectRules/projectRules.ts";
import { rowTypeFiles } from "../rowTypes.ts";

// Rules over dbt's own manifest: what dbt itself lets pass and the house does not.
describe("the dbt project", () => {
  let manifest: Manifest;
  let models: ManifestNode[];
  let contracted: ManifestNode[];
  beforeAll(async () => {
    manifest = await parseManifest();
    models = ["staging", "intermediate", "marts", "features"].flatMap((layer) => modelsOf(manifest, layer));
    contracted = ["marts", "features"].flatMap((layer) => modelsOf(manifest, layer));
  });

  const offenders = (nodes: ManifestNode[], rule: (node: ManifestNode) => boolean) => nodes.filter((node) => !rule(node)).map(({ name }) => name);
  const testsOf = (node: ManifestNode, kind: string) =>
    Object.values(manifest.nodes).filter((candidate) => candidate.resource_type === "test" && candidate.attached_node === node.unique_id && candidate.test_metadata?.name === kind);

  test("has models in every layer, each with an owner, a grain and a description", () => {
    expect(models.length).toBeGreaterThanOrEqual(31);
    expect(offenders(models, ({ description, config }) => description !== "" && typeof config.meta?.["owner"] === "string" && typeof config.meta["grain"] === "string")).toEqual([]);
  });

  test("describes and types every column", () => {
    const bare = models.flatMap((node) => Object.values(node.columns).filter((column) => column.description === "" || !column.data_type).map((column) => `${node.name}.${column.name}`));
    expect(bare).toEqual([]);
    expect(offenders(models, ({ columns }) => Object.keys(columns).length > 0)).toEqual([]);
  });

  test("enforces a contract on every mart and feature table", () => {
    expect(offenders(contracted, ({ config }) => config.contract?.enforced === true)).toEqual([]);
  });

  test("tests the key and the rules of every mart and feature table", () => {
    expect(offenders(contracted, (node) => testsOf(node, "unique_combo").length === 1)).toEqual([]);
    expect(offenders(contracted, (node) => testsOf(node, "row_rules").length === 1)).toEqual([]);
  });

  test("has key columns that are never null, but where a key says so", () => {
    const nullableKeys = contracted.flatMap((node) => {
      const [key] = testsOf(node, "unique_combo");
      const columns = (key?.test_metadata?.kwargs["columns"] ?? []) as string[];
      return columns.filter((name) => !node.columns[name]?.constraints.some(({ type }) => type === "not_null")).map((name) => `${node.name}.${name}`);
    });
    expect(nullableKeys).toEqual(["agg_daily_category.category_id", "agg_daily_country_customers.currency", "agg_daily_country_customers.previous_day", "agg_daily_customers.currency", "agg_daily_customers.previous_day", "agg_daily_sales.product_id", "agg_monthly_product.product_id", "agg_monthly_product.vendor_id"]);
  });

  test("has a unit test for every model that computes something", () => {
    const tested = new Set(Object.values(manifest.unit_tests).map(({ model }) => model));
    const computing = models.filter(({ name, original_file_path: path }) => !path.startsWith("models/staging/") || /order_lines|orders$/.test(name));
    expect(offenders(computing, ({ name }) => tested.has(name))).toEqual([]);
  });

  test("marks personal columns, and lets none that is clear out of staging", () => {
    const unmarked = models.flatMap((node) =>
      Object.values(node.columns)
        .filter(({ name }) => /^(user_id|email_sha256|search_text|session_id|visit_id|query_hash)$/.test(name))
        .filter((column) => (column.config?.meta ?? column.meta)?.["pii"] === undefined)
        .map(({ name }) => `${node.name}.${name}`),
    );
    expect(unmarked).toEqual([]);
    const clear = models.flatMap((node) => Object.keys(node.columns).filter((name) => /^(email|display_name|name1|line1|phone)$/.test(name)).map((name) => `${node.name}.${name}`));
    expect(clear).toEqual([]);
    expect(offenders(modelsOf(manifest, "features"), ({ columns }) => !("email_sha256" in columns))).toEqual([]);
  });

  test("breaks none of the rules over its graph, but where an exception says why", () => {
    expect(projectViolations(manifest)).toEqual([]);
  });

  test("reaches every mart and feature table from an exposure", () => {
    const reached = new Set(Object.values(manifest.exposures).flatMap((exposure) => exposure.depends_on.nodes));
    expect(offenders(contracted, ({ unique_id: id }) => reached.has(id))).toEqual([]);
    expect(Object.values(manifest.exposures).filter(({ description, owner }) => description === "" || !owner.name)).toEqual([]);
  });

  test("names its incremental strategy, and one that every engine has", () => {
    const incremental = models.filter(({ config }) => config.materialized === "incremental");
    expect(incremental.length).toBeGreaterThan(0);
    expect(offenders(incremental, ({ config }) => config.incremental_strategy === "merge" || config.incremental_strategy === "microbatch")).toEqual([]);
  });

  test("keeps what only one engine understands in its macros", () => {
    const native = /::|\bfilter\s*\(\s*where|\bdistinct on\b|\bgenerate_series\b|\bdate_trunc\b|->>|~\s*'|\bilike\b|\btimestamptz\b|at time zone|\blateral\b/i;
    const code = (text: string) => text.replace(/--.*$/gm, "").replace(/\{#[\s\S]*?#\}|\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g, "");
    expect(offenders(models, ({ raw_code: sql }) => !native.test(code(sql)))).toEqual([]);
  });

  test("has row types that follow the contracts", async () => {
    expect((await rowTypeFiles(manifest)).stale).toEqual([]);
  });
});
