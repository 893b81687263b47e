import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { VendorPage } from "../domain/vendorPage.ts";

const row = { id: "uuid", description: "text?", shipping_policy: "text?", return_policy: "text?", is_open: "bool" } as const;
const toPage = (found: RowOf<typeof row>): VendorPage => ({ id: found.id, description: found.description, shippingPolicy: found.shipping_policy, returnPolicy: found.return_policy, isOpen: found.is_open });

const byIds = query({
  name: "users.vendorPages",
  text: "select v.id, v.description, v.shipping_policy, v.return_policy, v.is_open from users.vendors v where v.id = any($1)",
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const update = query({
  name: "users.updateVendorPage",
  text: "update users.vendors v set description = $2, shipping_policy = $3, return_policy = $4, is_open = $5, version = v.version + 1 where v.id = $1",
  params: ["uuid", "text?", "text?", "text?", "bool"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export async function listVendorPages(db: Reader, vendorIds: readonly string[]): Promise<VendorPage[]> {
  return (await db.many(byIds, [vendorIds])).map(toPage);
}

export async function updateVendorPage(tx: Tx, page: VendorPage): Promise<void> {
  await tx.execute(update, [page.id, page.description, page.shippingPolicy, page.returnPolicy, page.isOpen]);
}
