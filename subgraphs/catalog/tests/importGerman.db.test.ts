import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { createCatalogSubgraph } from "../subgraph.ts";
import { GERMAN_FILES, GERMAN_MAPPING } from "./germanShop.ts";
import { importHarness, type Imported } from "./importHarness.ts";

const slice = useSlice("martgraph_catalog", createCatalogSubgraph);
let harness: Awaited<ReturnType<typeof importHarness>>;
let dry: Imported;
let first: Imported;
let before = "";
const rows = async <Row extends Record<string, unknown>>(sql: string) => (await slice.owner.raw<Row>(sql)).rows;
const fingerprint = async () => JSON.stringify(await rows(`select (select count(*) from catalog.products)::int4 as p, (select count(*) from users.users)::int4 as u, (select count(*) from orders.orders)::int4 as o,
  (select count(*) from catalog.categories)::int4 as c, (select count(*) from catalog.attributes)::int4 as a, (select sum(on_hand) from catalog.stock_levels)::int4 as s, (select count(*) from catalog.stock_movements)::int4 as m`));

beforeAll(async () => {
  harness = await importHarness(slice.db);
  before = await fingerprint();
  const folder = await harness.folder(GERMAN_FILES);
  dry = await harness.run(GERMAN_MAPPING, folder, { isDryRun: true });
  const after = await fingerprint();
  if (after !== before) throw new Error(`a dry run wrote: ${before} became ${after}`);
  first = await harness.run(GERMAN_MAPPING, folder);
}, 60_000);
afterAll(() => harness?.close());
const of = (entity: string, imported: Imported = first) => imported.rows.filter((row) => row.entity === entity).map(({ line, key, outcome, field }) => [Number(line), key, outcome, field]);

describe("a German shop's files", () => {
  test("products: groups, decimal commas, thousands, windows-1252, quotes, lookups", async () => {
    expect(first.job.problem).toBeNull();
    expect(of("PRODUCT")).toEqual([
      [2, "B100-R", "CREATED", null], [3, "B100-B", "CREATED", null], [4, "S7", "CREATED", null],
      [5, "X1", "REFUSED", "status"], [6, "X2", "REFUSED", "variant.price"], [7, "X3", "REFUSED", "variant.price"],
    ]);
    expect(await rows(`select p.external_ref, p.name, p.status, b.name as brand, p.description_html, pr.unit_amount::text, pr.currency from catalog.products p join catalog.brands b on b.id = p.brand_id
      join catalog.variants v on v.product_id = p.id join catalog.current_prices pr on pr.variant_id = v.id where p.external_ref in ('B100', 'S7') order by v.sku desc`)).toEqual([
      { external_ref: "S7", name: 'Säge; "fein"', status: "ARCHIVED", brand: "Müller & Söhne", description_html: null, unit_amount: "1990", currency: "EUR" },
      ...[0, 1].map(() => ({ external_ref: "B100", name: 'Bohrmaschine "Größe L"', status: "ACTIVE", brand: "Müller & Söhne", description_html: expect.stringMatching(/^<p>Bohrt\.<\/p><p>Sehr &lt;script&gt;/), unit_amount: "129900", currency: "EUR" })),
    ]);
    expect(await rows("select x.value_number::text as watts from catalog.product_attributes x join catalog.attributes t on t.id = x.attribute_id where t.code = 'leistung'")).toEqual([{ watts: "1250.5" }]);
    expect(await rows("select c.name, p.name as parent from catalog.categories c join catalog.categories p on p.id = c.parent_id where p.name = 'Werkzeug'")).toEqual([{ name: "Elektro", parent: "Werkzeug" }]);
  });

  test("stock: what is counted is booked; what cannot be is refused", async () => {
    expect(of("STOCK")).toEqual([[2, "B100-R", "UPDATED", null], [3, "B100-B", "UPDATED", null], [5, "S7", "REFUSED", "quantity"]]);
    expect(await rows("select v.sku, s.on_hand::int4 as units from catalog.stock_levels s join catalog.variants v on v.id = s.variant_id where v.sku like 'B100%' order by 1")).toEqual([{ sku: "B100-B", units: 1_200 }, { sku: "B100-R", units: 12 }]);
  });

  describe("people and past orders", () => {
    let isProvable = false;
    beforeAll(async () => { isProvable = (await rows("select 1 from information_schema.columns where table_schema = 'users' and table_name = 'users' and column_name = 'email_verified_at'")).length > 0; });
    beforeEach(({ skip }) => skip(!isProvable, "this shop does not tell proven addresses from others"));

    test("customers: no password, proven only where the mapping says so, duplicates settled", async () => {
      expect(of("CUSTOMER")).toEqual([[2, "N-1", "CREATED", null], [3, "N-2", "CREATED", null], [4, "N-3", "REFUSED", "email"], [5, "N-1", "REFUSED", null], [6, "N-5", "UPDATED", null]]);
      expect(await rows(`select u.external_ref, u.email, u.display_name, u.country_code, u.password_hash, u.email_verified_at is not null as proven, a.city, a.region, a.phone from users.users u left join users.addresses a on a.user_id = u.id and a.is_default
        where u.external_ref like 'N-%' order by 1`)).toEqual([
        { external_ref: "N-1", email: "joerg@example.test", display_name: "Jörg Weiß", country_code: "DE", password_hash: null, proven: true, city: "Hamburg", region: "Hamburg", phone: "+49 40 1" },
        { external_ref: "N-2", email: "eva@example.test", display_name: "Eva Groß", country_code: "AT", password_hash: null, proven: false, city: "Wien", region: null, phone: null },
        { external_ref: "N-5", email: "ada@example.test", display_name: "Ada Lovelace", country_code: "DE", password_hash: null, proven: true, city: "Berlin", region: "Berlin", phone: null },
      ]);
    });

    test("orders of the past: lines add up, or the order is refused; the report never holds an address", async () => {
      expect(of("ORDER")).toEqual([
        [2, "A-1", "CREATED", null], [3, "A-1", "CREATED", null], [4, "A-2", "REFUSED", "placedAt"], [5, "A-3", "REFUSED", "total"],
        [6, "A-4", "REFUSED", "customerRef"], [7, "A-5", "REFUSED", "line.sku"], [8, "A-6", "CREATED", null],
      ]);
      expect(await rows(`select o.number, o.state, o.source, o.total_units::text as total, o.placed_at, u.external_ref, (select sum(l.amount_units * 10 ^ (6 - l.exponent)) from orders.order_lines l where l.order_id = o.id)::int8::text as lines,
        (select string_agg(c.kind || c.unit_amount, ',') from orders.order_charges c where c.order_id = o.id) as charges, p.amount_units::text as paid
        from orders.orders o join users.users u on u.id = o.user_id join orders.payments p on p.order_id = o.id where o.number like 'A-%' order by 1`)).toEqual([
        { number: "A-1", state: "DELIVERED", source: "IMPORT", total: "132380", placed_at: new Date("2011-03-05T08:30:00Z"), external_ref: "N-1", lines: "1318900000", charges: "SHIPPING490", paid: "132380" },
        // 3 x 6.635 is 19.905, and half goes to even
        { number: "A-6", state: "DELIVERED", source: "IMPORT", total: "1990", placed_at: new Date("2011-03-07T22:30:00Z"), external_ref: "N-2", lines: "19905000", charges: null, paid: "1990" },
      ]);
      expect(JSON.stringify(first.rows, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value))).not.toContain("@");
    });

    test("what a file does not say of an address stays, but not the region of another place", async () => {
      const mapping = `version: 1\nname: a\nsources: { k: { files: k.csv } }\nimports:\n  - entity: customer\n    from: k\n    fields: { externalRef: ref, email: mail, address.name: name, address.line1: line1, address.postalCode: zip, address.city: city, address.country: land }`;
      const bring = async (...line: string[]) => (await harness.run(mapping, await harness.folder({ "k.csv": `ref,mail,name,line1,zip,city,land\n${line.join(",")}\n` }))).outcomes;
      const now = () => rows("select a.line1, a.region, a.phone, a.version from users.addresses a join users.users u on u.id = a.user_id where u.external_ref = 'N-1'");
      expect(await bring("N-1", "joerg@example.test", "Jörg Weiß", "Süderstraße 1", "20537", "Hamburg", "DE")).toEqual({ "CUSTOMER UNCHANGED": 1 });
      expect(await now()).toEqual([{ line1: "Süderstraße 1", region: "Hamburg", phone: "+49 40 1", version: 1 }]);
      expect(await bring("N-1", "joerg@example.test", "Jörg Weiß", "Ring 9", "50667", "Köln", "DE")).toEqual({ "CUSTOMER UPDATED": 1 });
      expect(await now()).toEqual([{ line1: "Ring 9", region: null, phone: "+49 40 1", version: 2 }]);
    });

    test("a check says what the run then does", () => {
      expect(of("CUSTOMER", dry)).toEqual(of("CUSTOMER"));
      expect(of("ORDER", dry)).toEqual(of("ORDER"));
    });
  });

  test("the same files again change nothing, and refuse the same", async () => {
    const again = await harness.run(GERMAN_MAPPING, await harness.folder(GERMAN_FILES));
    const counted = (imported: Imported, outcome: string) => imported.rows.filter((row) => row.outcome === outcome && !["CUSTOMER", "ORDER"].includes(row.entity)).length;
    expect([counted(again, "CREATED"), counted(again, "UPDATED")]).toEqual([0, 0]);
    expect(counted(again, "REFUSED")).toBe(counted(first, "REFUSED"));
  });
});
