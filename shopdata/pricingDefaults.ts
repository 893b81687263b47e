import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

// What a filled shop begins with, so that somebody can check out with delivery at once. The taxes are those of the United Kingdom,
// contained in the prices; zones and postage are made up (synthetic) and say so. None of it changes what a cart without delivery costs.

/** Rates of the United Kingdom, hundredths of a per cent. Source: HM Revenue & Customs, rates of VAT; the standard rate rose on 4 January 2011. */
const TAX_RATES = [
  { taxClass: "standard", name: "VAT 17.5 %", rateBps: 1_750, validFrom: "2010-01-01T00:00:00Z", validTo: "2011-01-04T00:00:00Z" },
  { taxClass: "standard", name: "VAT 20 %", rateBps: 2_000, validFrom: "2011-01-04T00:00:00Z", validTo: null },
  { taxClass: "reduced", name: "VAT 5 %", rateBps: 500, validFrom: "2010-01-01T00:00:00Z", validTo: null },
  { taxClass: "zero", name: "VAT 0 %", rateBps: 0, validFrom: "2010-01-01T00:00:00Z", validTo: null },
] as const;

const EUROPE = [
  "AD", "AL", "AT", "BA", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FO", "FR", "GI", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MC", "MD", "ME",
  "MK", "MT", "NL", "NO", "PL", "PT", "RO", "RS", "SE", "SI", "SK", "SM", "UA", "VA",
] as const;

const bands = (...prices: readonly (readonly [upTo: string | null, units: string])[]) => prices.map(([upTo, units]) => ({ upTo, units }));

const ZONES = [
  {
    name: "United Kingdom", places: ["GB", "GG", "IM", "JE"],
    methods: [
      { name: "Standard", basis: "FLAT", bands: bands([null, "395"]), freeFromUnits: "5000", minDays: 2, maxDays: 4 },
      { name: "Express", basis: "FLAT", bands: bands([null, "795"]), freeFromUnits: null, minDays: 1, maxDays: 1 },
    ],
  },
  {
    name: "Europe", places: EUROPE,
    methods: [
      { name: "Standard", basis: "FLAT", bands: bands([null, "995"]), freeFromUnits: "15000", minDays: 4, maxDays: 8 },
      { name: "Express", basis: "FLAT", bands: bands([null, "2495"]), freeFromUnits: null, minDays: 1, maxDays: 3 },
    ],
  },
  {
    name: "World", places: [null],
    methods: [
      { name: "Standard", basis: "VALUE", bands: bands(["5000", "1495"], [null, "1995"]), freeFromUnits: null, minDays: 7, maxDays: 21 },
      { name: "Express", basis: "VALUE", bands: bands(["5000", "3495"], [null, "4495"]), freeFromUnits: null, minDays: 2, maxDays: 5 },
    ],
  },
] as const;

const writeTaxes = query({
  name: "shopdata.writeTaxRates",
  text: `insert into orders.tax_rates (country_code, tax_class, name, rate_bps, is_included, valid_from, valid_to)
    select 'GB', t."taxClass", t.name, t."rateBps", true, t."validFrom", t."validTo"
    from jsonb_to_recordset($1) as t ("taxClass" text, name text, "rateBps" integer, "validFrom" timestamptz, "validTo" timestamptz)`,
  params: ["jsonb"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const writeZones = query({
  name: "shopdata.writeShippingZones",
  text: `with wanted as (
      select uuidv7() as id, z.name, z.places, z.methods from jsonb_to_recordset($1) as z (name text, places jsonb, methods jsonb)
    ), zones as (
      insert into orders.shipping_zones (id, name) select w.id, w.name from wanted w
    ), places as (
      insert into orders.shipping_zone_places (zone_id, country_code) select w.id, p.code from wanted w cross join jsonb_array_elements_text(w.places) as p (code)
    )
    insert into orders.shipping_methods (zone_id, name, description, currency, exponent, basis, bands, free_from_units, min_days, max_days, position)
    select w.id, m.name, $2, 'GBP', 2, m.basis, m.bands, m."freeFromUnits", m."minDays", m."maxDays",
      row_number() over (partition by w.id order by m.name desc)
    from wanted w cross join jsonb_to_recordset(w.methods) as m (name text, basis text, bands jsonb, "freeFromUnits" bigint, "minDays" integer, "maxDays" integer)`,
  params: ["jsonb", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Gives an empty shop the taxes of its country, zones and ways of delivery. */
export async function writePricingDefaults(tx: Tx): Promise<void> {
  // As text: the driver would make arrays of PostgreSQL's of them.
  await tx.execute(writeTaxes, [JSON.stringify(TAX_RATES)]);
  await tx.execute(writeZones, [JSON.stringify(ZONES), "An example price (synthetic)."]);
}
