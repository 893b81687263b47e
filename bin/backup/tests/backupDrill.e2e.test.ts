import { createHash } from "node:crypto";
import { appendFileSync, chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { businessClock, wallClock } from "#platform/clock.ts";
import { Database } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import { sweepPrivacy } from "#subgraphs/users/commands/writeDataExports.ts";
import { createCapture } from "#warehouse/load/capture.ts";
import { rawEqualsShop } from "#warehouse/load/rawEqualsShop.ts";
import type { Progress } from "../../cli/progress.ts";
import { fillShop } from "../../install/fill.ts";
import { openInstallation, type Installation } from "../../install/installation.ts";
import { storeOfPlace } from "../../install/objects.ts";
import { openPipeline } from "../../install/pipeline.ts";
import { FILES, listBackups, readBackup } from "../manifest.ts";
import { restoreBackup } from "../restoreBackup.ts";
import { takeBackup } from "../takeBackup.ts";
import { servePictures } from "./pictures.ts";

const PASSPHRASE = "correct horse battery staple";
const quiet: Progress = { note: () => {}, finished: () => {}, step: async (_what, work) => (await work(() => {})).value };
const base = mkdtempSync(join(tmpdir(), "martgraph-drill-"));
chmodSync(base, 0o711);
const root = join(base, "backups");

/** Catches the installation's raw up with its shop. */
async function catchUp({ databases }: Installation) {
  const capture = createCapture({ source: databases.as("martgraph_capture"), sink: databases.as("martgraph_loader"), slotName: "martgraph_warehouse", log: silentLog });
  try {
    return await capture.catchUp();
  } finally {
    await capture.close();
  }
}

const differing = async (shop: Database, warehouse: Database) => (await rawEqualsShop(shop, warehouse)).tables.filter((table) => !table.equal).map((table) => table.rawTable);

const open = (name: string) => openInstallation({ dataDir: join(base, name), progress: quiet, log: silentLog });

describe("a backup taken while orders come in", { timeout: 600_000 }, () => {
  let first: Installation;
  let folder: string;
  let erased: string;
  /** Orders that were acknowledged before the backup was begun. */
  const before: string[] = [];
  const later: string[] = [];
  /** Addresses of a picture that was acknowledged before the backup, with what they answered. */
  const pictures = new Map<string, Buffer | number>();
  /** The object of a copy of somebody's data: of whoever is erased after the backup. */
  const copyOfData = "exports/0198d2c4-0000-4000-8000-000000000001.json";

  beforeAll(async () => {
    first = await open("first");
    await fillShop(first, { data: undefined, clock: undefined, seed: 1, size: "tiny" }, quiet);
    await catchUp(first);
    const shop = first.owner("shop");
    const shown = await servePictures(first);
    for (const url of await shown.upload()) pictures.set(url, await shown.fetch(url));
    await shown.close();
    const { rows: [person] } = await shop.raw<{ id: string }>("select u.id from users.users u where u.erased_at is null and exists (select from orders.orders o where o.user_id = u.id) order by u.id limit 1");
    erased = (person as { id: string }).id;
    const { store } = await storeOfPlace(first.dir);
    await store.put(copyOfData, Buffer.from("{}"), { contentType: "application/json" });
    await store.put("sources/erp/orders.csv", Buffer.from("a;b"), { contentType: "text/csv" });
    await shop.raw("insert into users.data_exports (user_id, state, requested_at, object_key, bytes, sha256, expires_at) values ($1, 'READY', now(), $2, 2, repeat('0', 64), now() + interval '7 days')", [erased, copyOfData]);
    let sink = before;
    let isOver = false;
    const writers = Array.from({ length: 2 }, async () => {
      while (!isOver) {
        const target = sink;
        const { rows } = await shop.raw<{ id: string }>(`
          insert into orders.orders (number, user_id, state, currency, country_code, country_label, placed_at, total_units, exponent, source)
          select 'D' || nextval('orders.order_number'), user_id, 'PAID', currency, country_code, country_label, platform.business_now(), 100, 2, 'API'
          from orders.orders where user_id is not null order by id limit 1 returning id`);
        target.push((rows[0] as { id: string }).id);
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    sink = later;
    const looking = (async () => { while (!isOver) await catchUp(first); })();
    folder = (await takeBackup({ installation: first, root, passphrase: PASSPHRASE, progress: quiet })).folder;
    isOver = true;
    await Promise.all([...writers, looking]);
    // Somebody is erased after the backup; a later backup knows of it.
    await shop.raw("select users.erase_everywhere($1, now())", [erased]);
    await takeBackup({ installation: first, root, progress: quiet });
  }, 600_000);
  afterAll(async () => {
    await first?.lifecycle.close();
    rmSync(base, { recursive: true, force: true });
  });

  test("restored elsewhere: nothing acknowledged before it is lost, who was erased since is erased again, and raw equals the shop", async () => {
    const manifest = await readBackup(folder);
    expect(before.length).toBeGreaterThan(10);
    const restored = await restoreBackup({ folder, dataDir: join(base, "second"), passphrase: PASSPHRASE, newKeys: false, progress: quiet });
    expect(manifest.objects).toMatchObject({ included: true, store: "file", objects: pictures.size + 2, missing: 0 });
    expect(restored).toMatchObject({ erasedAgain: 1, erasuresKnown: 1, objects: { put: pictures.size + 2, missing: 0 } });
    const second = await open("second");
    try {
      expect(second.secrets.dataKey).toBe(first.secrets.dataKey);
      const shop = second.owner("shop");
      const shown = await servePictures(second);
      expect(pictures.size).toBeGreaterThan(1);
      for (const [url, body] of pictures) expect(await shown.fetch(url)).toEqual(body);
      await shown.close();
      const { store } = await storeOfPlace(second.dir);
      expect((await store.head("sources/erp/orders.csv"))?.size).toBe(3);
      // Nobody's any longer: the next sweep takes the copy of the data of whoever was erased.
      const users = Database.open(second.databases.as("martgraph_users"));
      await sweepPrivacy({ db: users, clocks: { business: await businessClock(users), wall: wallClock }, log: silentLog, objects: store });
      await users.close();
      expect(await store.head(copyOfData)).toBeUndefined();
      const { rows: [lost] } = await shop.raw<{ count: bigint }>("select count(*) as count from unnest($1::uuid[]) as w (id) where not exists (select from orders.orders o where o.id = w.id)", [before]);
      expect(lost?.count).toBe(0n);
      const { rows: [person] } = await shop.raw<{ gone: boolean }>("select erased_at is not null as gone from users.users where id = $1", [erased]);
      expect(person?.gone).toBe(true);
      const warehouse = second.owner("warehouse");
      const ahead = await warehouse.raw<{ pos: string }>("select applied_pos::text as pos from raw._capture_state");
      expect(BigInt((ahead.rows[0] as { pos: string }).pos)).toBeGreaterThanOrEqual(BigInt(manifest.warehouse.appliedPos as string));
      expect((await catchUp(second)).snapshot).toBe(true);
      expect(await differing(shop, warehouse)).toEqual([]);
      const { rows: traces } = await warehouse.raw("select 1 from raw.orders__orders where user_id = $1", [erased]);
      expect(traces).toEqual([]);
      // It goes on: what is ordered now reaches raw by the stream.
      await shop.raw("update orders.orders set state = 'CANCELLED' where id = $1", [before[0]]);
      expect((await catchUp(second)).snapshot).toBe(false);
      expect(await differing(shop, warehouse)).toEqual([]);
      await expect(restoreBackup({ folder, dataDir: join(base, "second"), newKeys: true, progress: quiet })).rejects.toThrow(/holds an installation already/);
    } finally {
      await second.lifecycle.close();
    }
  });

  test("its files are their owner's alone, and without a passphrase it holds no keys", async () => {
    const [sealed, open] = await listBackups(root);
    expect(readFileSync(join(root, sealed as string, FILES.manifest), "utf8")).not.toContain(first.secrets.dataKey);
    expect(readFileSync(join(root, sealed as string, FILES.secrets))).not.toContain(first.secrets.dataKey);
    expect((await readBackup(join(root, open as string))).files.map((file) => file.name)).not.toContain(FILES.secrets);
    const elsewhere = { dataDir: join(base, "third"), newKeys: false, progress: quiet };
    await expect(restoreBackup({ ...elsewhere, folder: join(root, open as string) })).rejects.toThrow(/holds no keys/);
    await expect(restoreBackup({ ...elsewhere, folder, passphrase: "something else entirely" })).rejects.toThrow(/passphrase does not open/);
    await expect(restoreBackup({ ...elsewhere, folder })).rejects.toThrow(/sealed in the backup: give --passphrase-file/);
  });

  test.each([
    ["a byte that changed", (copy: string) => { const bytes = readFileSync(join(copy, FILES.shop)); bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1; writeFileSync(join(copy, FILES.shop), bytes); }, /shop\.dump does not have the content/],
    ["half a file", (copy: string) => truncateSync(join(copy, FILES.warehouse), 1000), /warehouse\.dump has 1000 bytes and had \d+/],
    ["a missing file", (copy: string) => rmSync(join(copy, FILES.erasures)), /erasures\.txt is missing/],
    ["a missing picture", (copy: string) => rmSync(join(copy, "objects"), { recursive: true }), /the object .* is missing/],
    ["a list of objects that changed", (copy: string) => appendFileSync(join(copy, FILES.objects), "{}"), /objects\.jsonl has \d+ bytes and had/],
    ["a changed manifest", (copy: string) => appendFileSync(join(copy, FILES.manifest), " "), /manifest\.json is not what was written/],
    ["a backup that was cut off", (copy: string) => rmSync(join(copy, FILES.seal)), /holds no whole backup/],
  ])("%s is refused before anything is touched, and told", async (_what, damage, message) => {
    const copy = join(base, "damaged");
    rmSync(copy, { recursive: true, force: true });
    cpSync(folder, copy, { recursive: true });
    damage(copy);
    await expect(restoreBackup({ folder: copy, dataDir: join(base, "fourth"), passphrase: PASSPHRASE, newKeys: false, progress: quiet })).rejects.toThrow(message);
    expect(() => readFileSync(join(base, "fourth", "secrets.json"))).toThrow();
  });

  test("one without objects says so and why; restored, it tells which are missed, and finds those that were brought there by hand", async () => {
    const without = async (name: string, more: { objects?: boolean }) => (await takeBackup({ installation: first, root: join(base, name), passphrase: PASSPHRASE, progress: quiet, ...more })).folder;
    const bare = await without("bare", { objects: false });
    expect((await readBackup(bare)).objects).toEqual({ included: false, store: "file", why: "--no-objects was given" });
    // An older backup is this very one, as it was written before backups knew of objects.
    const { objects: _objects, ...old } = JSON.parse(readFileSync(join(bare, FILES.manifest), "utf8")) as Record<string, unknown>;
    const text = JSON.stringify({ ...old, version: 1 });
    writeFileSync(join(bare, FILES.manifest), text);
    writeFileSync(join(bare, FILES.seal), createHash("sha256").update(text).digest("hex"));
    const notes: string[] = [];
    const kept = join(base, "fifth", "objects");
    const one = ([...pictures.keys()][0] as string).slice(1);
    cpSync(join(first.dir.root, "objects"), kept, { recursive: true });
    rmSync(join(kept, one));
    const restored = await restoreBackup({ folder: bare, dataDir: join(base, "fifth"), passphrase: PASSPHRASE, newKeys: false, progress: { ...quiet, note: (line) => notes.push(line) } });
    expect(restored.objects).toEqual({ put: 0, bytes: 0, missing: 1, missingKeys: [one] });
    expect(notes.join("\n")).toContain("it was made before backups held any");
    vi.stubEnv("MARTGRAPH_S3_BUCKET", "shop");
    vi.stubEnv("MARTGRAPH_S3_ACCESS_KEY_ID", "nobody");
    vi.stubEnv("MARTGRAPH_S3_SECRET_ACCESS_KEY", "asks");
    try {
      expect((await readBackup(await without("bucket", {}))).objects).toMatchObject({ included: false, store: "s3", why: expect.stringContaining("--objects takes them along") });
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("of the old ones as many stay as are asked for, the newest always", async () => {
    const kept = (await takeBackup({ installation: first, root: join(base, "kept"), progress: quiet })).folder;
    const { dropped } = await takeBackup({ installation: first, root: join(base, "kept"), keep: 1, progress: quiet });
    expect(dropped).toEqual([kept.split("/").at(-1)]);
    expect(await listBackups(join(base, "kept"))).toHaveLength(1);
  });
});

test("a warehouse that was put back shows the build it had, and builds the next", async () => {
  const base = mkdtempSync(join(tmpdir(), "martgraph-drill-"));
  chmodSync(base, 0o711);
  const run = async (installation: Installation, force: boolean) => (await openPipeline(installation)).run({ trigger: "manual", train: "never", force });
  const pointer = async (installation: Installation) => (await installation.owner("warehouse").raw("select build_id, business_as_of from ops.pointer")).rows;
  try {
    const first = await openInstallation({ dataDir: join(base, "first"), progress: quiet, log: silentLog });
    let folder: string;
    let published: unknown;
    try {
      await fillShop(first, { data: undefined, clock: undefined, seed: 1, size: "tiny" }, quiet);
      expect(await run(first, false)).toMatchObject({ state: "SUCCEEDED" });
      published = await pointer(first);
      folder = (await takeBackup({ installation: first, root: join(base, "backups"), passphrase: PASSPHRASE, progress: quiet })).folder;
    } finally {
      await first.lifecycle.close();
    }
    await restoreBackup({ folder, dataDir: join(base, "second"), passphrase: PASSPHRASE, newKeys: false, progress: quiet });
    const second = await openInstallation({ dataDir: join(base, "second"), progress: quiet, log: silentLog });
    try {
      expect(await pointer(second)).toEqual(published);
      const next = await run(second, true);
      expect(next, next.reason ?? "").toMatchObject({ state: "SUCCEEDED" });
      expect(await pointer(second)).not.toEqual(published);
    } finally {
      await second.lifecycle.close();
    }
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}, 600_000);
