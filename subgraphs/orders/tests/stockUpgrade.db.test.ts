import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fillSmallShop, SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { Database } from "#platform/db/database.ts";
import { migrate } from "#platform/db/migrate.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { findBreaches } from "../queries/audit/auditCheck.ts";
import { checks } from "../queries/audit/stock.ts";

const databases = useTestDatabases({ shop: true });
const SQL = join(import.meta.dirname, "../../../schema/sql/shop");
const NAME = "stock_upgrade";

test("a shop from before there were warehouses: all of its stock stands in the default one, and its books agree", async () => {
  const older = mkdtempSync(join(tmpdir(), "mg-upgrade-"));
  await using admin = Database.open({ ...databases.shop.config, max: 1 });
  await admin.raw(`create database ${NAME} template template0`);
  try {
    for (const file of readdirSync(SQL).filter((name) => name < "0031")) copyFileSync(join(SQL, file), join(older, file));
    await using shop = Database.open({ ...databases.shop.config, database: NAME, max: 2 });
    await migrate(shop, older);
    await fillSmallShop(shop);
    const [counted, bare, odd, empty] = [1, 2, 3, 4].map(SMALL_SHOP.variant);
    const move = (variant: string | undefined, quantity: number, kind: string, day: number) =>
      shop.raw("insert into catalog.stock_movements (variant_id, quantity, kind, occurred_at) values ($1, $2, $3, make_timestamptz(2011, 12, $4, 10, 0, 0, 'UTC'))", [variant, quantity, kind, day]);
    await move(counted, -5, "WRITE_OFF", 1);
    await move(counted, 100, "INITIAL", 9);
    await move(counted, -3, "SALE", 10);
    await move(counted, 1, "RETURN", 11);
    await move(odd, 10, "INITIAL", 9);
    for (const [variant, units] of [[counted, 98], [odd, 7], [empty, 0]] as const) await shop.raw("update catalog.stock_levels set on_hand = $2 where variant_id = $1", [variant, units]);
    await shop.raw("select catalog.reserve_stock($1, array[$2::uuid], array[2::bigint], now())", ["01900009-0000-7000-8000-000000000001", counted]);

    await migrate(shop, SQL);

    const booked = async (variant: string | undefined) => (await shop.raw<{ kind: string; quantity: number; after: number }>(
      "select kind, quantity::int, on_hand_after::int as after from catalog.stock_movements where variant_id = $1 order by occurred_at", [variant])).rows.map(Object.values);
    expect(await booked(counted)).toEqual([["WRITE_OFF", -5, null], ["INITIAL", 100, 100], ["SALE", -3, 97], ["RETURN", 1, 98]]);
    expect(await booked(bare)).toEqual([["ADJUSTMENT", 1_000, 1_000]]);
    expect(await booked(odd)).toEqual([["INITIAL", 10, null], ["ADJUSTMENT", 7, 7]]);
    expect(await booked(empty)).toEqual([]);
    const { rows } = await shop.raw("select w.code, l.on_hand::int, l.reserved::int from catalog.inventory_levels l join catalog.warehouses w on w.id = l.warehouse_id where l.variant_id = $1", [counted]);
    expect(rows).toEqual([{ code: "MAIN", on_hand: 98, reserved: 2 }]);
    await shop.raw("select catalog.sell_reserved($1, $2)", ["01900009-0000-7000-8000-000000000001", "01900009-0000-7000-8000-000000000002"]);
    expect(await findBreaches(shop, checks)).toEqual([]);
  } finally {
    await admin.raw(`drop database if exists ${NAME} with (force)`);
    rmSync(older, { recursive: true });
  }
});
