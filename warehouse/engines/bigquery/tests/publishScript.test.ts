import { describe, expect, test } from "vitest";
import { martCatalogue } from "#schema/generated/martCatalogue.ts";
import { readerEntry, withReaders, withViewsOf } from "../publish/grants.ts";
import { bigQueryText, publishScript } from "../publish/publishScript.ts";

const VENDOR = "01900000-0000-7000-8000-00000000000a";
const NAMES = { project: "proof", dataset: (name: string) => `shop_${name}` };
const mart = (name: string) => ({ name, columns: Object.keys(martCatalogue[name]?.columns ?? {}) });
const script = (vendors: ReadonlyMap<string, readonly string[]> = new Map(), shown: ReadonlyMap<string, readonly string[]> = new Map()) =>
  publishScript(NAMES, { buildId: "01900000-0000-7000-8000-000000000001", slot: "b", turn: 3, committedAt: new Date("2026-09-01T08:00:00Z"), marts: ["dim_date", "dim_customers", "fct_orders", "fct_order_lines"].map(mart), vendors, shown }).split(";\n");
const of = (statements: string[], view: string) => statements.find((statement) => statement.startsWith(`create or replace view \`proof.${view}\``)) ?? "";

describe("the script that publishes", () => {
  test("shows every mart of the slot, and the build last", () => {
    const statements = script();
    expect(of(statements, "shop_marts.fct_orders")).toMatch(/ as select `order_id`, .* from `proof\.shop_marts_b\.fct_orders`$/);
    expect(statements.slice(-3)).toEqual(["marts", "marts_masked", "marts_vendor"].map((dataset) => expect.stringMatching(new RegExp(`^alter schema shop_${dataset} set options .*'build', '01900000-0000-7000-8000-000000000001'`))));
  });

  test("hashes people's ids for who may not see persons, and empties what says more", () => {
    const view = of(script(), "shop_marts_masked.dim_customers");
    expect(view).toMatch(/regexp_replace\(substr\(to_hex\(sha256\(concat\(\(select mask_key from `proof\.shop_access\.mask_keys`\), from_hex\('01900000000070008000000000000001'\), from_hex\(replace\(`user_id`, '-', ''\)\)\)\)\), 1, 32\).* as `user_id`/);
    expect(view).not.toMatch(/select `user_id`|, `user_id`[,\s]/);
  });

  test("shows vendors nothing where none is named", () => {
    expect(script().filter((statement) => /shop_(marts_vendor|vendor_b)\./.test(statement))).toEqual([]);
  });

  test("gives each vendor a policy for its own rows before a view shows them", () => {
    const statements = script(new Map([[VENDOR, ["group:acme@shop.example", "user:bo@acme.example"]]]));
    const at = (pattern: RegExp) => statements.findIndex((statement) => pattern.test(statement));
    const places = [at(/^drop table if exists `proof\.shop_vendor_b\.fct_order_lines`/), at(/^create table `proof\.shop_vendor_b\.fct_order_lines` as select/), at(/^create or replace row access policy .* on `proof\.shop_vendor_b\.fct_order_lines`/), at(/^create or replace view `proof\.shop_marts_vendor\.fct_order_lines`/)];
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(statements[places[2] ?? 0]).toBe(`create or replace row access policy vendor_${VENDOR.replaceAll("-", "_")} on \`proof.shop_vendor_b.fct_order_lines\` grant to ('group:acme@shop.example', 'user:bo@acme.example') filter using (vendor_id = '${VENDOR}')`);
    // Calendars are everybody's, orders of the whole shop nobody's.
    expect(of(statements, "shop_marts_vendor.dim_date")).toContain("from `proof.shop_marts_b.dim_date`");
    expect(of(statements, "shop_marts_vendor.fct_orders")).toBe("");
  });

  test("takes away what is no longer there", () => {
    expect(script(new Map(), new Map([["marts", ["fct_orders", "fct_old"]]]))).toContain("drop view if exists `proof.shop_marts.fct_old`");
  });

  test("keeps quotes and backslashes of a description in it", () => {
    expect(bigQueryText("it's a \\ and\na line")).toBe("'it\\'s a \\\\ and\\na line'");
  });
});

describe("who may read", () => {
  test("is named as the API names them", () => {
    expect(["user:a@b.example", "group:a@b.example", "serviceAccount:a@b.iam.gserviceaccount.com", "domain:b.example"].map(readerEntry)).toEqual([
      { role: "READER", userByEmail: "a@b.example" }, { role: "READER", groupByEmail: "a@b.example" }, { role: "READER", userByEmail: "a@b.iam.gserviceaccount.com" }, { role: "READER", domain: "b.example" },
    ]);
  });

  const owner = { role: "OWNER", userByEmail: "builder@shop.example" };
  const project = { role: "READER", specialGroup: "projectReaders" };
  test("is who the settings name, and nobody who was named before; owners stay", () => {
    expect(withReaders([owner, project, readerEntry("user:gone@shop.example")], ["group:bi@shop.example"])).toEqual([owner, project, readerEntry("group:bi@shop.example")]);
  });

  test("views are authorised once", () => {
    const once = withViewsOf([owner], "proof", ["shop_marts"]);
    expect(once).toEqual([owner, { dataset: { dataset: { projectId: "proof", datasetId: "shop_marts" }, targetTypes: ["VIEWS"] } }]);
    expect(withViewsOf(once, "proof", ["shop_marts"])).toEqual(once);
  });
});
