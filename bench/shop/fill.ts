import { createHash } from "node:crypto";
import type { Database } from "#platform/db/database.ts";
import { createRandom } from "#shopdata/random.ts";

const PRODUCTS = 1_000;
const VARIANTS = 2;
const STOCK = 10_000_000;

const WORDS = {
  look: ["White", "Red", "Blue", "Green", "Cream", "Pink", "Black", "Ivory", "Silver", "Golden", "Striped", "Spotted", "Vintage", "Rustic", "Small", "Large", "Hanging", "Folding", "Painted", "Woven"],
  stuff: ["Cotton", "Ceramic", "Glass", "Metal", "Wooden", "Paper", "Enamel", "Wicker", "Linen", "Zinc", "Porcelain", "Felt"],
  thing: ["Lantern", "Teapot", "Cakestand", "Bunting", "Basket", "Mug", "Bowl", "Candle", "Frame", "Clock", "Tray", "Vase", "Napkin", "Apron", "Lamp", "Drawer", "Doormat", "Cushion", "Jug", "Hook", "Bag", "Box", "Plate", "Garland", "Heart"],
};
const CATEGORIES = ["Kitchen", "Table", "Bath", "Garden", "Lighting", "Storage", "Textiles", "Party", "Gifts", "Stationery", "Hall", "Bedroom", "Nursery", "Candles", "Baking", "Tea", "Baskets", "Clocks", "Frames", "Hooks"];
const GROUPS = ["Home", "Outdoors", "Celebrations", "Office"];
const VENDORS = ["Lantern House", "Potteries", "Weave & Co", "Glassworks", "Tin Shed", "Paper Mill", "Linen Room", "Oak Bench", "Candle Works", "North Yard", "Market Hall", "River Mill"];

/** Words that visitors of this shop look for: one of them matches some tens of products, two a handful. */
export function searchWords(): string[] {
  const lower = (words: readonly string[]) => words.map((word) => word.toLowerCase());
  const singles = [...lower(WORDS.thing), ...lower(WORDS.stuff), ...lower(WORDS.look)];
  return [...singles, ...WORDS.thing.map((thing, n) => `${WORDS.stuff[n % WORDS.stuff.length]} ${thing}`.toLowerCase())];
}

export interface Filled { products: number; variants: number }

/**
 * A synthetic shop of the size that the figures elsewhere were measured on: 1,000 products of 2 variants in 20 categories of 12
 * vendors, all priced and in stock; from a fixed seed, so that every run serves the same shop.
 */
export async function fillBenchShop(shop: Database): Promise<Filled> {
  const random = createRandom(2, "bench shop");
  const id = (kind: string, n: number) => uuidOf(`${kind} ${n}`);
  const { pick } = random;
  const groups = GROUPS.map((name, n) => ({ id: id("group", n), slug: slugOf(name, ""), name, parent: null as string | null }));
  const categories = CATEGORIES.map((name, n) => ({ id: id("category", n), slug: slugOf(name, "-things"), name, parent: groups[n % groups.length]?.id ?? null }));
  await insert(shop, "catalog.categories (id, slug, name, parent_id, is_synthetic)", "uuid, text, text, uuid, bool", [...groups, ...categories].map((one) => [one.id, one.slug, one.name, one.parent, true]));
  await insert(shop, "users.vendors (id, slug, name, is_synthetic, created_at)", "uuid, text, text, bool, timestamptz", VENDORS.map((name, n) => [id("vendor", n), slugOf(name, ""), name, true, "2011-01-01T00:00:00Z"]));
  const products: unknown[][] = [];
  const variants: unknown[][] = [];
  const prices: unknown[][] = [];
  const stock: unknown[][] = [];
  for (let n = 0; n < PRODUCTS; n += 1) {
    const name = `${pick(WORDS.look)} ${pick(WORDS.stuff)} ${pick(WORDS.thing)}`;
    const text = `A ${pick(WORDS.look).toLowerCase()} ${pick(WORDS.thing).toLowerCase()} of ${pick(WORDS.stuff).toLowerCase()}, made to last. Goes well with the ${pick(WORDS.stuff).toLowerCase()} ${pick(WORDS.thing).toLowerCase()}.`;
    const at = new Date(Date.UTC(2011, 0, 1) + n * 3_600_000).toISOString();
    products.push([id("product", n), slugOf(name, `-${n}`), name, text, "ACTIVE", id("vendor", random.int(VENDORS.length)), id("category", random.int(CATEGORIES.length)), at]);
    const base = 80 + random.int(9_420);
    for (let v = 0; v < VARIANTS; v += 1) {
      const variant = id("variant", n * VARIANTS + v);
      variants.push([variant, id("product", n), `B${String(n).padStart(5, "0")}-${v}`, `${name}, ${v === 0 ? "single" : "pair"}`, at]);
      prices.push([variant, "GBP", base * (1 + v), 2, at]);
      stock.push([variant, n % 20 === 7 ? 0 : STOCK, true, at]);
    }
  }
  await insert(shop, "catalog.products (id, slug, name, description, status, vendor_id, category_id, created_at, updated_at)", "uuid, text, text, text, text, uuid, uuid, timestamptz, timestamptz", products.map((row) => [...row, row[7]]));
  await insert(shop, "catalog.variants (id, product_id, sku, name, created_at)", "uuid, uuid, text, text, timestamptz", variants);
  await insert(shop, "catalog.prices (variant_id, currency, unit_amount, exponent, valid_from)", "uuid, text, int8, int2, timestamptz", prices);
  await insert(shop, "catalog.stock_levels (variant_id, on_hand, is_synthetic, updated_at)", "uuid, int8, bool, timestamptz", stock);
  await shop.raw("insert into platform.shop_data (source, is_synthetic, fingerprint, details) values ('GENERATED', true, 'bench shop 1', '{}')");
  await shop.raw("vacuum analyze");
  return { products: products.length, variants: variants.length };
}

async function insert(shop: Database, into: string, types: string, rows: readonly (readonly unknown[])[]): Promise<void> {
  const kinds = types.split(", ");
  const columns = kinds.map((_kind, n) => rows.map((row) => row[n]));
  await shop.raw(`insert into ${into} select * from unnest(${kinds.map((kind, n) => `$${n + 1}::${kind}[]`).join(", ")})`, columns);
}

const slugOf = (name: string, ending: string): string => `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}${ending}`;

/** The same name, the same id. */
function uuidOf(name: string): string {
  const hex = createHash("sha256").update(`bench ${name}`).digest("hex");
  return `01900000-${hex.slice(0, 4)}-7${hex.slice(4, 7)}-8${hex.slice(7, 10)}-${hex.slice(10, 22)}`;
}
