import { describe, expect, test } from "vitest";
import type { Manifest, ManifestNode } from "../manifest.ts";
import { PROJECT_RULES, projectViolations } from "../projectRules/projectRules.ts";

type Change = (project: ReturnType<typeof soundProject>) => void;

const model = (layer: string, name: string, reads: string[], more: Partial<ManifestNode> = {}): ManifestNode => ({
  unique_id: `model.martgraph.${name}`, resource_type: "model", name, description: "What it is.", schema: layer, original_file_path: `models/${layer}/shop/${name}.sql`,
  raw_code: "select 1 from {{ ref('x') }}", columns: { id: { name: "id", data_type: "uuid", description: "The id.", constraints: [{ type: "not_null" }] } },
  config: { materialized: layer === "marts" ? "table" : "view", contract: { enforced: true }, meta: { owner: "orders", grain: "one row" } },
  depends_on: { nodes: reads, macros: [] }, ...more,
});
const source = (name: string) => ({ unique_id: `source.martgraph.shop.${name}`, name, description: "Rows.", source_name: "shop", source_description: "The shop.", relation_name: `raw.${name}`, original_file_path: "models/staging/shop/_sources.yml" });
const id = (name: string) => `model.martgraph.${name}`;
const attached = (of: string, kind: string): ManifestNode => ({ ...model("marts", `${of}_${kind}`, [id(of)]), unique_id: `test.martgraph.${of}_${kind}`, resource_type: "test", attached_node: id(of), test_metadata: { name: kind, kwargs: {} }, original_file_path: "models/marts/shop/x.yml" });

/** A small project that breaks no rule: a source, a staging model, an intermediate one, two marts, who reads them. */
function soundProject() {
  const nodes = [
    model("staging", "stg_shop__orders", ["source.martgraph.shop.orders"]), model("staging", "stg_shop__users", ["source.martgraph.shop.users"]),
    model("intermediate", "int_orders", [id("stg_shop__orders")]), model("marts", "fct_orders", [id("int_orders")]), model("marts", "dim_users", [id("stg_shop__users"), id("int_orders")]),
    ...["fct_orders", "dim_users"].flatMap((mart) => [attached(mart, "unique_combo"), attached(mart, "row_rules")]),
  ];
  const manifest: Manifest = {
    nodes: Object.fromEntries(nodes.map((node) => [node.unique_id, node])),
    sources: Object.fromEntries([source("orders"), source("users")].map((one) => [one.unique_id, one])),
    unit_tests: Object.fromEntries(["int_orders", "fct_orders", "dim_users"].map((of) => [of, { unique_id: of, name: of, model: of, description: "x" }])),
    exposures: { board: { name: "board", description: "A board.", owner: { name: "x" }, depends_on: { nodes: [id("fct_orders"), id("dim_users")] } } },
  };
  const get = (name: string): ManifestNode => manifest.nodes[id(name)] as ManifestNode;
  const add = (node: ManifestNode) => {
    manifest.nodes[node.unique_id] = node;
    manifest.unit_tests[node.name] = { unique_id: node.name, name: node.name, model: node.name, description: "x" };
  };
  return { manifest, get, add };
}

const reads = (name: string, more: string[]): Change => ({ get }) => void get(name).depends_on.nodes.push(...more);
const USERS = "source.martgraph.shop.users";

/** What breaks each rule, and whom it must name. */
const PLANTED: Record<string, [Change, string]> = {
  direct_join_to_source: [reads("int_orders", [USERS]), "int_orders"],
  marts_or_intermediate_on_source: [reads("fct_orders", [USERS]), "fct_orders"],
  multiple_sources_joined: [reads("stg_shop__orders", [USERS]), "stg_shop__orders"],
  source_fan_out: [({ add }) => add(model("staging", "stg_shop__again", [USERS])), "users"],
  unused_sources: [({ manifest }) => void (manifest.sources["source.martgraph.shop.lost"] = source("lost")), "lost"],
  duplicate_sources: [({ manifest }) => void (manifest.sources["source.martgraph.shop.twice"] = { ...source("twice"), relation_name: "raw.users" }), "raw.users"],
  hard_coded_references: [({ get }) => void (get("fct_orders").raw_code = "select 1 from marts_a.dim_users"), "fct_orders"],
  root_models: [({ get }) => void (get("fct_orders").depends_on.nodes = []), "fct_orders"],
  model_fan_out: [({ add }) => ["fct_a", "fct_b", "fct_c"].forEach((name) => add(model("marts", name, [id("int_orders")]))), "int_orders"],
  staging_on_staging: [reads("stg_shop__orders", [id("stg_shop__users")]), "stg_shop__orders"],
  staging_on_marts_or_intermediate: [reads("stg_shop__orders", [id("dim_users")]), "stg_shop__orders"],
  intermediate_on_marts: [reads("int_orders", [id("dim_users")]), "int_orders"],
  rejoining_of_upstream: [({ add }) => {
    add(model("intermediate", "int_users", [id("stg_shop__users")]));
    add(model("marts", "fct_users", [id("int_users"), id("stg_shop__users")]));
  }, "int_users"],
  too_many_joins: [({ add, get }) => Array.from({ length: 7 }, (_, n) => `stg_shop__t${n}`).forEach((name) => { add(model("staging", name, [USERS])); get("fct_orders").depends_on.nodes.push(id(name)); }), "fct_orders"],
  undocumented_models: [({ get }) => void (get("fct_orders").description = " "), "fct_orders"],
  documentation_coverage: [({ get }) => void (get("fct_orders").columns = { id: { name: "id", data_type: "uuid", description: "", constraints: [] } }), "fct_orders.id"],
  undocumented_sources: [({ manifest }) => void (manifest.sources[USERS] = { ...source("users"), description: "" }), "users"],
  undocumented_source_tables: [({ manifest }) => void (manifest.sources[USERS] = { ...source("users"), source_description: "" }), "shop"],
  public_models_without_contract: [({ get }) => void (get("fct_orders").config = { ...get("fct_orders").config, contract: { enforced: false } }), "fct_orders"],
  torn_meta: [({ get }) => void (get("fct_orders").config = { ...get("fct_orders").config, meta: { owner: "orders", grain: "one row per order", "currency and day": null } }), "fct_orders"],
  undocumented_public_models: [({ get }) => void (get("fct_orders").config = { ...get("fct_orders").config, meta: { owner: "orders" } }), "fct_orders"],
  exposures_on_private_models: [({ manifest }) => void manifest.exposures["board"]?.depends_on.nodes.push(id("int_orders")), "board"],
  exposures_on_sources: [({ manifest }) => void manifest.exposures["board"]?.depends_on.nodes.push(USERS), "board"],
  exposure_parents_materialized: [({ get }) => void (get("fct_orders").config = { ...get("fct_orders").config, materialized: "view" }), "board"],
  chained_views: [({ add }) => Array.from({ length: 5 }, (_, n) => n).forEach((n) => add(model("intermediate", `int_v${n}`, [n === 0 ? id("int_orders") : id(`int_v${n - 1}`)]))), "int_v3"],
  naming_conventions: [({ add }) => add(model("marts", "orders", [id("int_orders")])), "orders"],
  model_directories: [({ get }) => void (get("stg_shop__users").original_file_path = "models/staging/other/stg_shop__users.sql"), "stg_shop__users"],
  source_directories: [({ manifest }) => void (manifest.sources[USERS] = { ...source("users"), original_file_path: "models/marts/_sources.yml" }), "users"],
  test_directories: [({ manifest }) => void (manifest.nodes["test.martgraph.lost"] = { ...attached("fct_orders", "lost"), name: "lost", attached_node: null, test_metadata: null, original_file_path: "models/lost.sql" }), "lost"],
  primary_key_tests: [({ manifest }) => void delete manifest.nodes["test.martgraph.fct_orders_unique_combo"], "fct_orders"],
  test_coverage: [({ manifest }) => void delete manifest.unit_tests["fct_orders"], "fct_orders"],
  exposed_marts: [({ manifest }) => void manifest.exposures["board"]?.depends_on.nodes.shift(), "fct_orders"],
};

describe("rules of the dbt project", () => {
  test("a sound project breaks none, and there are as many as the note names at least", () => {
    expect(projectViolations(soundProject().manifest, PROJECT_RULES, {})).toEqual([]);
    expect(PROJECT_RULES.length).toBeGreaterThanOrEqual(29);
    expect(new Set(PROJECT_RULES.map(({ name }) => name)).size).toBe(PROJECT_RULES.length);
  });

  test.each(PROJECT_RULES.map(({ name }) => name))("%s can be broken, and names who does", (name) => {
    const [change, offender] = PLANTED[name] ?? [() => {}, "nothing is planted for it"];
    const project = soundProject();
    change(project);
    expect(projectViolations(project.manifest, PROJECT_RULES, {}).filter(({ rule }) => rule === name).map((one) => one.offender)).toContain(offender);
    expect(projectViolations(project.manifest, PROJECT_RULES, { [name]: { [offender]: "planted" } }).filter((one) => one.rule === name && one.offender === offender)).toEqual([]);
  });

  test("an exception that nobody needs is a violation too", () => {
    expect(projectViolations(soundProject().manifest, PROJECT_RULES, { root_models: { fct_orders: "once" } })).toMatchObject([{ rule: "root_models", offender: "fct_orders" }]);
  });
});
