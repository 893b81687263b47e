import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createRandom, type Random } from "../random.ts";

// Synthetic: a second shop whose files look like nothing of ours, for trying out file sources. What it sold is added up here,
// apart from everything that will read it.

export interface MarketplaceOptions {
  readonly seed: number;
  /** Months of orders, one file each, from `firstMonth` on. */
  readonly months: number;
  /** `2011-01`. */
  readonly firstMonth: string;
  readonly ordersPerMonth: number;
}

/** What was sold and given back, by currency, in hundredths of the major unit. */
export interface MarketplaceTotals {
  readonly orders: number;
  readonly customers: number;
  readonly lines: number;
  readonly revenue: ReadonlyMap<string, bigint>;
  readonly refunds: ReadonlyMap<string, bigint>;
}

export interface Marketplace {
  /** Bytes by file name. The refunds are a Parquet file, made of `refunds` when the folder is written. */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly refunds: readonly MarketplaceRefund[];
  readonly totals: MarketplaceTotals;
}

interface MarketplaceRefund {
  readonly erstattungsnummer: string;
  readonly bestellnummer: string;
  readonly zeitpunkt: string;
  readonly waehrung: string;
  readonly betrag: string;
}

interface Article { readonly no: string; readonly title: string; readonly category: string; readonly cents: number }

const CATEGORIES = ["Küche", "Garten", "Büro", "Spielzeug"] as const;
const THINGS = ["Gießkanne", "Teekanne", "Ordner", "Puzzle", "Lampe", "Schüssel", "Kissen", "Uhr", "Tasse", "Korb"] as const;
const STATES = ["bezahlt", "versandt", "zugestellt", "zugestellt", "zugestellt", "storniert"] as const;
const COUNTRIES: readonly (readonly [string, string])[] = [["Deutschland", "EUR"], ["DE", "EUR"], ["Österreich", "EUR"], ["Polen", "PLN"], ["PL", "PLN"]];

/** Makes the export. The same options give the same bytes. */
export function generateMarketplace(options: MarketplaceOptions): Marketplace {
  const random = createRandom(options.seed, "marketplace");
  const articles = Array.from({ length: 40 }, (_, index): Article => ({
    no: `A-${String(index + 1).padStart(4, "0")}`, title: `${random.pick(THINGS)} „${index + 1}“`, category: random.pick(CATEGORIES), cents: 150 + random.int(20_000),
  }));
  const customers = Array.from({ length: Math.max(5, Math.ceil(options.ordersPerMonth / 2)) }, (_, index) => ({
    no: `K${String(index + 1).padStart(6, "0")}`, email: `kundin.${index + 1}@beispiel.example`, country: random.pick(COUNTRIES)[0], registered: `${1 + random.int(28)}.${1 + random.int(12)}.2010`,
  }));
  const files = new Map<string, Buffer>();
  files.set("kunden.csv", latin(["Kundennummer;E-Mail;Land;Registriert am;Newsletter", ...customers.map(({ no, email, country, registered }) => `${no};${email};${country};${registered};ja`)]));
  files.set("artikel.jsonl", Buffer.from(articles.map(({ no, title, category, cents }) => `${JSON.stringify({ artikelnummer: no, titel: title, kategorie: { name: category }, preis: { betrag: comma(cents), waehrung: "EUR" }, aktiv: true })}\n`).join("")));
  const totals = { orders: 0, lines: 0, revenue: new Map<string, bigint>(), refunds: new Map<string, bigint>() };
  const refunds: MarketplaceRefund[] = [];
  for (let month = 0; month < options.months; month += 1) {
    const at = new Date(`${options.firstMonth}-01T00:00:00Z`);
    at.setUTCMonth(at.getUTCMonth() + month);
    const name = at.toISOString().slice(0, 7);
    const orders = ["Bestellnummer;Kundennummer;Bestelldatum;Status;Währung;Lieferland;Versandkosten;Gesamtbetrag"];
    const lines = ["Bestellnummer;Pos.;Artikelnummer;Menge;Einzelpreis"];
    for (let index = 0; index < options.ordersPerMonth; index += 1) {
      const one = makeOrder(random, `B-${name.slice(2, 4)}${name.slice(5)}-${String(index + 1).padStart(5, "0")}`, name, articles, customers);
      orders.push(one.order);
      lines.push(...one.lines);
      totals.orders += 1;
      totals.lines += one.lines.length;
      add(totals.revenue, one.currency, one.cents);
      if (random.chance(0.1)) {
        const back = BigInt(one.goods > 1n ? random.int(Number(one.goods)) + 1 : 1);
        add(totals.refunds, one.currency, back);
        refunds.push({ erstattungsnummer: `E${refunds.length + 1}`, bestellnummer: one.number, zeitpunkt: one.refundAt, waehrung: one.currency, betrag: `${back / 100n}.${String(back % 100n).padStart(2, "0")}` });
      }
    }
    orders.push("--------;;;;;;;");
    files.set(`bestellungen-${name}.csv`, latin(orders));
    files.set(`positionen-${name}.csv`, latin(lines));
  }
  return { files, refunds, totals: { ...totals, customers: customers.length } };
}

function makeOrder(random: Random, number: string, month: string, articles: readonly Article[], customers: readonly { no: string }[]) {
  const [country, sign] = random.pick(COUNTRIES);
  const currency = sign === "EUR" ? "EUR" : "PLN";
  const day = 1 + random.int(27);
  const shipping = random.chance(0.5) ? 495 : 0;
  let goods = 0n;
  const lines = Array.from({ length: 1 + random.int(4) }, (_, index) => {
    const article = random.pick(articles);
    const quantity = 1 + random.int(5);
    goods += BigInt(article.cents * quantity);
    return `${number};${index + 1};${article.no};${quantity};${comma(article.cents)}`;
  });
  const cents = goods + BigInt(shipping);
  const clock = `${String(1 + random.int(22)).padStart(2, "0")}:${String(random.int(60)).padStart(2, "0")}`;
  const customer = random.chance(0.1) ? "" : random.pick(customers).no;
  return {
    number, currency, cents, goods, lines,
    order: `${number};${customer};${String(day).padStart(2, "0")}.${month.slice(5)}.${month.slice(0, 4)} ${clock};${random.pick(STATES)};${sign};${country};${comma(shipping)};${comma(Number(cents))}`,
    refundAt: `${month}-${String(day + 1).padStart(2, "0")}T12:00:00Z`,
  };
}

/** Writes the export into a folder, which is made; what lies there under the same names is replaced. */
export async function writeMarketplace(folder: string, options: MarketplaceOptions): Promise<Marketplace> {
  const made = generateMarketplace(options);
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of made.files) await writeFile(join(folder, name), bytes);
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const draft = join(folder, ".erstattungen.jsonl");
  await writeFile(draft, made.refunds.map((refund) => `${JSON.stringify(refund)}\n`).join(""));
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  try {
    const connection = await instance.connect();
    const quoted = (path: string) => `'${path.replaceAll("'", "''")}'`;
    await connection.run(
      `copy (select * from read_json(${quoted(draft)}, format = 'newline_delimited', columns = {erstattungsnummer: 'VARCHAR', bestellnummer: 'VARCHAR', zeitpunkt: 'TIMESTAMP', waehrung: 'VARCHAR', betrag: 'DECIMAL(12,2)'}))
       to ${quoted(join(folder, "erstattungen.parquet"))} (format parquet, compression zstd)`,
    );
    connection.closeSync();
  } finally {
    instance.closeSync();
    await rm(draft, { force: true });
  }
  return made;
}

function add(sums: Map<string, bigint>, currency: string, cents: bigint): void {
  sums.set(currency, (sums.get(currency) ?? 0n) + cents);
}

/** 123456 is 1.234,56. */
function comma(cents: number): string {
  const whole = String(Math.floor(cents / 100)).replaceAll(/\B(?=(\d{3})+$)/g, ".");
  return `${whole},${String(cents % 100).padStart(2, "0")}`;
}

/** Windows-1252, as far as these texts need it: Latin-1, and the quotation marks that it lacks. */
function latin(lines: readonly string[]): Buffer {
  return Buffer.from(`${lines.join("\r\n")}\r\n`.replaceAll("„", '"').replaceAll("“", '"'), "latin1");
}
