import { describe, expect, test } from "vitest";
import { type Changes, affectedNodes as idsOf } from "../affectedNodes.ts";
import type { Manifest } from "../manifest.ts";

const affectedNodes = (manifest: Manifest, changes: Changes) => idsOf(manifest, changes).map((id) => id.split(".").at(-1) ?? "").toSorted((a, b) => (a < b ? -1 : 1));

type Part = Partial<Record<string, unknown>>;
const macro = (name: string, sql: string, calls: string[] = [], from = "martgraph") => ({ [`macro.${from}.${name}`]: { name, package_name: from, macro_sql: sql, depends_on: { macros: calls.map((call) => `macro.martgraph.${call}`) } } });
const node = (kind: string, name: string, reads: string[], macros: string[] = [], more: Part = {}) => ({
  [`${kind}.martgraph.${name}`]: { unique_id: `${kind}.martgraph.${name}`, resource_type: kind, name, raw_code: "", depends_on: { nodes: reads, macros: macros.map((one) => `macro.martgraph.${one}`) }, ...more },
});
const source = (schema: string, identifier: string) => ({ [`source.martgraph.x.${identifier}`]: { schema, identifier } });
const [ORDERS, BRANDS, SLOT] = ["source.martgraph.x.orders__orders", "source.martgraph.x.catalog__brands", "source.martgraph.x.slot_state"];

const project = {
  macros: {
    ...macro("slot_value", "select x from slot_state"), ...macro("as_of_cut", "slot_value('cut_pos')", ["slot_value"]), ...macro("changed_until_cut", "slot_value('cut_pos')", ["slot_value"]),
    ...macro("business_date", "from slot_state"), ...macro("business_as_of", "slot_value('business_as_of')", ["slot_value"]), ...macro("forget_old", "before it", ["business_date"]),
    ...macro("of_another", "slot_state", [], "dbt"),
  },
  sources: { ...source("raw", "orders__orders"), ...source("raw", "catalog__brands"), ...source("ops", "slot_state"), ...source("ops", "build") },
  nodes: {
    ...node("seed", "countries", []),
    ...node("model", "stg_orders", [ORDERS, SLOT], ["as_of_cut", "of_another"]),
    ...node("model", "stg_brands", [BRANDS, SLOT], ["as_of_cut"]),
    ...node("model", "int_changed_brands", [BRANDS, SLOT], ["changed_until_cut"]),
    ...node("model", "fct_orders", ["model.martgraph.stg_orders", "seed.martgraph.countries"]),
    ...node("model", "dim_brands", ["model.martgraph.stg_brands"]),
    ...node("model", "agg_of_days", ["model.martgraph.fct_orders"], ["forget_old"]),
    ...node("model", "dim_days", ["model.martgraph.stg_brands"], ["business_date"]),
    ...node("model", "features_of_past", ["model.martgraph.fct_orders", "model.martgraph.stg_brands"], ["business_date"], { config: { meta: { of_past_days: true } } }),
    ...node("test", "past_rules", ["model.martgraph.features_of_past"]),
    ...node("test", "past_of_orders", ["model.martgraph.features_of_past", "model.martgraph.fct_orders"]),
    ...node("model", "rpt_age", ["model.martgraph.stg_brands"], ["business_as_of"]),
    ...node("model", "rpt_of_age", ["model.martgraph.rpt_age"]),
    ...node("model", "rpt_slot", [SLOT], [], { raw_code: "{{ slot_value('cut_committed_at') }}" }),
    ...node("model", "rpt_builds", ["source.martgraph.x.build"]),
    ...node("model", "rpt_lost", ["model.martgraph.is_not_there"]),
    ...node("test", "brands_rules", ["model.martgraph.dim_brands"]),
    ...node("test", "brands_of_orders", ["model.martgraph.dim_brands", "model.martgraph.fct_orders"]),
    ...node("test", "countries_rules", ["seed.martgraph.countries"]),
  },
} as unknown as Manifest;

const ALWAYS = ["int_changed_brands", "rpt_age", "rpt_builds", "rpt_lost", "rpt_of_age", "rpt_slot"];

describe("what an increment has to look at", () => {
  test("nothing changed: what tells of the build itself, of the instant, of the ledger, or of what nobody knows", () => {
    expect(affectedNodes(project, { tables: [], isNewDay: false })).toEqual(ALWAYS);
  });

  test("a table: all that reads it, however far away, and the tests of those; nothing else", () => {
    expect(affectedNodes(project, { tables: ["orders__orders"], isNewDay: false })).toEqual(["agg_of_days", "brands_of_orders", "features_of_past", "fct_orders", "past_of_orders", "past_rules", "stg_orders", ...ALWAYS].sort());
    expect(affectedNodes(project, { tables: ["catalog__brands"], isNewDay: false })).toEqual(["brands_of_orders", "brands_rules", "dim_brands", "dim_days", "features_of_past", "past_of_orders", "past_rules", "stg_brands", ...ALWAYS].sort());
  });

  test("another business day: also what looks at the day, through whatever macro", () => {
    expect(affectedNodes(project, { tables: [], isNewDay: true })).toEqual(["agg_of_days", "dim_days", "features_of_past", "past_of_orders", "past_rules", ...ALWAYS].sort());
  });

  test("orders of the business day alone: what reads the days that are over is left out with its tests, unless these read more", () => {
    const today = { tables: ["orders__orders"], isNewDay: false, arePastDaysSame: true };
    expect(affectedNodes(project, today)).toEqual(["agg_of_days", "brands_of_orders", "fct_orders", "past_of_orders", "stg_orders", ...ALWAYS].sort());
    expect(affectedNodes(project, { ...today, isNewDay: true })).toEqual(expect.arrayContaining(["features_of_past", "past_rules"]));
    // a table that tells no day is looked at as ever
    expect(affectedNodes(project, { ...today, tables: ["catalog__brands"] })).toEqual(expect.arrayContaining(["features_of_past", "past_rules"]));
  });
});
