import type { Database } from "#platform/db/database.ts";

const id = (kind: number, n: number) => `0190000${kind}-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;

/** Ids of the small shop: the same in every test. */
export const SMALL_SHOP = {
  ada: id(1, 1),
  bob: id(1, 2),
  vera: id(1, 3),
  sam: id(1, 4),
  root: id(1, 5),
  vendor: id(2, 1),
  category: id(3, 1),
  subcategory: id(3, 2),
  product: (n: number) => id(4, n),
  variant: (n: number) => id(5, n),
} as const;

/** What stands on a shelf of the small shop at first. */
export const STOCK = 1_000;

/**
 * Fills an empty shop: five people (ada and bob CUSTOMER, vera VENDOR, sam SUPPORT, root ADMIN), one vendor, two categories and
 * eight products with one variant each. Product n costs n.50 GBP, product 3 has a price of three decimals (0.125), product 6 is
 * a draft of the vendor's, product 7 archived, product 8 has no price.
 */
export async function fillSmallShop(owner: Database): Promise<void> {
  const people = [["ada", "CUSTOMER"], ["bob", "CUSTOMER"], ["vera", "VENDOR"], ["sam", "SUPPORT"], ["root", "ADMIN"]] as const;
  for (const [name, role] of people) {
    await owner.raw(
      "insert into users.users (id, email, display_name, roles, country_code, created_at) values ($1, $2, $3, $4, 'GB', '2011-01-01T00:00:00Z')",
      [SMALL_SHOP[name], `${name}@example.test`, name, [role]],
    );
  }
  await owner.raw("insert into users.vendors (id, slug, name, created_at) values ($1, 'lantern-house', 'Lantern House', '2011-01-01T00:00:00Z')", [SMALL_SHOP.vendor]);
  await owner.raw("insert into users.vendor_members (vendor_id, user_id) values ($1, $2)", [SMALL_SHOP.vendor, SMALL_SHOP.vera]);
  await owner.raw("insert into catalog.categories (id, slug, name, parent_id) values ($1, 'home', 'Home', null), ($2, 'lights', 'Lights', $1)", [SMALL_SHOP.category, SMALL_SHOP.subcategory]);
  const names = ["White Hanging Heart Lantern", "Regency Cakestand", "Party Bunting", "Jumbo Bag Red Retrospot", "Heart of Wicker", "Secret Lantern", "Old Teapot", "Priceless Vase"];
  for (const [index, name] of names.entries()) {
    const n = index + 1;
    const status = n === 6 ? "DRAFT" : n === 7 ? "ARCHIVED" : "ACTIVE";
    await owner.raw(
      `insert into catalog.products (id, slug, name, description, status, vendor_id, category_id, external_ref, created_at, updated_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`,
      [SMALL_SHOP.product(n), name.toLowerCase().replaceAll(" ", "-"), name, n === 2 ? "Three tiers for scones" : null, status,
        n === 1 || n === 6 ? SMALL_SHOP.vendor : null, n <= 4 ? SMALL_SHOP.subcategory : null, `8512${n}A`, `2011-02-0${n}T10:00:00Z`],
    );
    await owner.raw("insert into catalog.variants (id, product_id, sku, name, created_at) values ($1, $2, $3, $4, '2011-02-01T10:00:00Z')", [SMALL_SHOP.variant(n), SMALL_SHOP.product(n), `8512${n}A`, name]);
    await owner.raw("insert into catalog.stock_levels (variant_id, on_hand, is_synthetic, updated_at) values ($1, $2, true, '2011-02-01T10:00:00Z')", [SMALL_SHOP.variant(n), STOCK]);
    if (n === 8) continue;
    await owner.raw(
      "insert into catalog.prices (variant_id, currency, unit_amount, exponent, valid_from) values ($1, 'GBP', $2, $3, '2011-02-01T10:00:00Z')",
      [SMALL_SHOP.variant(n), n === 3 ? 125 : n * 100 + 50, n === 3 ? 3 : 2],
    );
  }
}
