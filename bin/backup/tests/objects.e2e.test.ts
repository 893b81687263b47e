import { createHash, randomBytes } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFileStore } from "#platform/objects/fileStore.ts";
import { type ObjectStore, readAll } from "#platform/objects/store.ts";
import { proofMode } from "#platform/config.ts";
import { BackupError } from "../backupError.ts";
import type { ObjectsIncluded } from "../manifest.ts";
import { checkObjects } from "../objects/checkObjects.ts";
import { copyObjects } from "../objects/copyObjects.ts";
import { assertOutside } from "../objects/copyStore.ts";
import { bodyPath, type ListedObject, OBJECT_LIST, readObjectList } from "../objects/objectList.ts";
import { assertRoomFor, putObjects } from "../objects/putObjects.ts";

let base: string;
let store: ObjectStore;
let made = 0;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "backup-objects-"));
  store = createFileStore({ dir: join(base, "shop") });
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const media = (of: string, width = 96) => `media/${createHash("sha256").update(of).digest("hex")}/w${width}.webp`;
const put = (key: string, body: string | Buffer, contentType = "image/webp") => store.put(key, Buffer.from(body), { contentType });

/** A backup of what rows name: keys that begin with `?` may be missing. */
async function backup(named: readonly string[], { previous, from = store }: { previous?: string; from?: ObjectStore } = {}): Promise<{ folder: string; objects: ObjectsIncluded }> {
  const folder = join(base, `backup-${(made += 1)}`);
  mkdirSync(folder);
  const file = join(folder, "named.txt");
  writeFileSync(file, named.map((key) => (key.startsWith("?") ? key : `!${key}`)).toSorted((one, other) => (one.slice(1) < other.slice(1) ? -1 : 1)).map((line) => `${line}\n`).join(""));
  return { folder, objects: await copyObjects({ store: from, folder, named: { file, count: named.length }, previous, tell: () => {} }) };
}

const targetAt = (name: string) => ({ store: createFileStore({ dir: join(base, name) }), dir: join(base, name) });
async function restore({ folder, objects }: { folder: string; objects: ObjectsIncluded }, name = "restored") {
  const target = targetAt(name);
  await checkObjects(folder, objects, () => {});
  await assertRoomFor(folder, objects, target);
  return { ...(await putObjects(folder, target, { tell: () => {} })), target };
}
const listed = (folder: string): Promise<ListedObject[]> => Array.fromAsync(readObjectList(folder));
const keysOf = async (of: ObjectStore) => (await Array.fromAsync(of.list(""))).map(({ key }) => key);
const bodyOf = async (of: ObjectStore, key: string) => readAll(((await of.get(key)) as { body: Parameters<typeof readAll>[0] }).body, 1e9);

describe("objects in a backup", () => {
  test("what rows name and the files of sources come back byte for byte, with their types; what can be made again, nobody names, or is not the shop's is left out and said", async () => {
    const picture = randomBytes(200_000);
    await put(media("a"), picture);
    await put(media("b"), picture);
    await put("exports/0b1c.json", "", "application/json");
    await put("sources/erp/orders-2026.csv", "a;b\n", "text/csv; charset=utf-8");
    await put("lake/2026/part-0.parquet", "lake");
    await put(media("unnamed"), "x");
    await put("other/thing", "x");
    writeFileSync(join(base, "shop", "media", "Ünd so \n weiter"), "x");
    const taken = await backup([media("a"), media("b"), "exports/0b1c.json"]);
    expect(taken.objects).toMatchObject({ included: true, store: "file", objects: 4, bytes: 400_004, linked: 0, missing: 0 });
    expect(taken.objects.leftOut.map(({ what, objects, examples }) => [what, objects, examples]).toSorted(([one], [other]) => String(one).localeCompare(String(other)))).toEqual([["foreign", 2, ["media/Ünd so \n weiter", "other/thing"]], ["lake", 1, ["lake/2026/part-0.parquet"]], ["unnamed", 1, [media("unnamed")]]]);
    // The same body is kept once.
    expect(readdirSync(join(taken.folder, "objects")).flatMap((name) => readdirSync(join(taken.folder, "objects", name)))).toHaveLength(3);
    const { target, ...put_ } = await restore(taken);
    expect(put_).toEqual({ objects: 4, bytes: 400_004, found: 0 });
    expect(await keysOf(target.store)).toEqual(["exports/0b1c.json", media("a"), media("b"), "sources/erp/orders-2026.csv"].toSorted());
    expect((await bodyOf(target.store, media("b"))).equals(picture)).toBe(true);
    expect(await target.store.head("sources/erp/orders-2026.csv")).toMatchObject({ size: 4, contentType: "text/csv; charset=utf-8" });
    expect(await target.store.head("exports/0b1c.json")).toMatchObject({ size: 0, contentType: "application/json" });
  });

  test("an object that a row promises and nobody finds is named; one that may not have come yet is not", async () => {
    await put(media("here"), "x");
    const { objects } = await backup([media("here"), media("gone"), "?incoming/on-its-way"]);
    expect(objects).toMatchObject({ objects: 1, missing: 1, missingKeys: [media("gone")] });
  });

  test("a store that is not there yet is an empty one", async () => {
    const taken = await backup([]);
    expect(taken.objects).toMatchObject({ objects: 0, bytes: 0, missing: 0, leftOut: [] });
    expect(await restore(taken)).toMatchObject({ objects: 0, found: 0 });
  });

  test("links are followed as reading follows them, and never in a circle", async () => {
    mkdirSync(join(base, "disk", "deep"), { recursive: true });
    mkdirSync(join(base, "shop", "sources"), { recursive: true });
    writeFileSync(join(base, "disk", "orders.csv"), "far away");
    writeFileSync(join(base, "disk", "deep", "lines.csv"), "deeper");
    symlinkSync(join(base, "disk"), join(base, "shop", "sources", "erp"));
    symlinkSync(join(base, "disk", "orders.csv"), join(base, "shop", "sources", "one.csv"));
    symlinkSync("..", join(base, "disk", "deep", "up"));
    symlinkSync(join(base, "shop"), join(base, "disk", "deep", "shop"));
    symlinkSync("itself", join(base, "shop", "sources", "itself"));
    symlinkSync("/nowhere/at/all", join(base, "shop", "sources", "dangling"));
    const taken = await backup([]);
    const keys = (await listed(taken.folder)).map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining(["sources/erp/deep/lines.csv", "sources/erp/orders.csv", "sources/one.csv"]));
    expect(keys.length).toBeLessThan(10);
    const { target } = await restore(taken);
    expect((await bodyOf(target.store, "sources/erp/orders.csv")).toString()).toBe("far away");
  });

  test("the next backup shares the bodies that did not change, copies the others, and copies anew what went bad", async () => {
    for (const name of ["same", "changed", "rotten"]) await put(media(name), name.repeat(1000));
    const named = ["same", "changed", "rotten"].map((name) => media(name));
    const first = await backup(named);
    const [, , rotten] = await Promise.all(named.map(async (key) => (await listed(first.folder)).find((one) => one.key === key) as ListedObject));
    await put(media("changed"), "another");
    appendFileSync(bodyPath(first.folder, (rotten as ListedObject).sha256), "x");
    await put(media("new"), "new");
    const second = await backup([...named, media("new")], { previous: first.folder });
    expect(second.objects).toMatchObject({ objects: 4, linked: 1 });
    const same = (await listed(second.folder)).find(({ key }) => key === media("same")) as ListedObject;
    expect(statSync(bodyPath(second.folder, same.sha256)).ino).toBe(statSync(bodyPath(first.folder, same.sha256)).ino);
    await checkObjects(second.folder, second.objects, () => {});
    // Dropping the earlier one takes nothing from the later.
    rmSync(first.folder, { recursive: true });
    expect(await restore(second)).toMatchObject({ objects: 4 });
    const third = await backup(named, { previous: join(base, "gone") });
    expect(third.objects).toMatchObject({ objects: 3, linked: 0 });
  });

  test("many small ones", { timeout: 900_000 }, async () => {
    const count = proofMode() ? 10_000 : 300;
    const keys = Array.from({ length: count }, (_, index) => media(String(index)));
    for (let at = 0; at < count; at += 100) await Promise.all(keys.slice(at, at + 100).map((key) => put(key, key)));
    const taken = await backup(keys);
    expect(taken.objects).toMatchObject({ objects: count, missing: 0, leftOut: [] });
    expect(await restore(taken)).toMatchObject({ objects: count, found: 0 });
    expect(await keysOf(targetAt("restored").store)).toEqual(keys.toSorted());
  });
});

describe("a backup that is damaged or was tampered with", () => {
  const first = async (folder: string) => (await listed(folder))[0] as ListedObject;
  const rewrite = (folder: string, change: (entry: ListedObject) => object) => async () =>
    writeFileSync(join(folder, OBJECT_LIST), (await listed(folder)).map((entry) => `${JSON.stringify(change(entry))}\n`).join(""));

  test.each([
    ["a body that is missing", async (folder: string) => rmSync(bodyPath(folder, (await first(folder)).sha256)), `the object ${media("a")} is missing`],
    ["half a body", async (folder: string) => truncateSync(bodyPath(folder, (await first(folder)).sha256), 2), `the object ${media("a")} has 2 bytes and had 5`],
    ["a body that changed", async (folder: string) => writeFileSync(bodyPath(folder, (await first(folder)).sha256), "12346"), `the object ${media("a")} does not have the content`],
    ["a folder in its place", async (folder: string) => { const path = bodyPath(folder, (await first(folder)).sha256); rmSync(path); mkdirSync(path); }, `the object ${media("a")} is missing`],
    ["a key that leads out of the store", (folder: string) => rewrite(folder, (entry) => ({ ...entry, key: "../../etc/passwd" }))(), "line 1 of objects.jsonl describes no object"],
    ["an absolute key", (folder: string) => rewrite(folder, (entry) => ({ ...entry, key: "/etc/passwd" }))(), "line 1 of objects.jsonl describes no object"],
    ["a hash that leads out of the backup", (folder: string) => rewrite(folder, (entry) => ({ ...entry, sha256: "../../../../etc/passwd" }))(), "line 1 of objects.jsonl describes no object"],
    ["a type that would write headers", (folder: string) => rewrite(folder, (entry) => ({ ...entry, contentType: "text/html\r\nset-cookie: a=b" }))(), "line 1 of objects.jsonl describes no object"],
    ["a list without a line", async (folder: string) => writeFileSync(join(folder, OBJECT_LIST), ""), "objects.jsonl lists 0 objects, 0.0 MB, and there were 1 object"],
    ["a line twice", async (folder: string) => appendFileSync(join(folder, OBJECT_LIST), readFileSync(join(folder, OBJECT_LIST))), "objects.jsonl lists 2 objects"],
    ["a list that is none", async (folder: string) => appendFileSync(join(folder, OBJECT_LIST), "{"), "line 2 of objects.jsonl describes no object"],
  ])("%s is refused by name", async (_what, damage, message) => {
    await put(media("a"), "12345");
    const taken = await backup([media("a")]);
    await damage(taken.folder);
    const refused = await restore(taken).catch((error: unknown) => error as Error);
    expect(refused).toBeInstanceOf(BackupError);
    expect((refused as Error).message).toContain(message);
    expect(existsSync(join(base, "restored"))).toBe(false);
  });

  test("a body that changes behind the check is not put", async () => {
    await put(media("a"), "12345");
    const taken = await backup([media("a")]);
    writeFileSync(bodyPath(taken.folder, (await first(taken.folder)).sha256), "54321");
    const target = targetAt("restored");
    await expect(putObjects(taken.folder, target, { tell: () => {} })).rejects.toThrow(/changed in the backup while it was put back/);
    expect(await keysOf(target.store)).toEqual([]);
  });
});

describe("the store that objects are put into", () => {
  test("what is there as it was stays; another content under the same name is refused before anything is put", async () => {
    await put(media("a"), "a");
    await put(media("b"), "b");
    const taken = await backup([media("a"), media("b")]);
    const target = targetAt("restored");
    await target.store.put(media("a"), Buffer.from("a"), { contentType: "image/webp" });
    expect(await restore(taken)).toMatchObject({ objects: 2, found: 1 });
    await target.store.delete(media("a"));
    await target.store.put(media("b"), Buffer.from("B"), { contentType: "image/webp" });
    await expect(restore(taken)).rejects.toThrow(`${media("b")} is in the folder ${target.dir} with another content`);
    expect(await keysOf(target.store)).toEqual([media("b")]);
  });

  test("names that only a bucket can hold are refused for files", async () => {
    const lines = (keys: readonly string[]) => keys.map((key) => `${JSON.stringify({ key, bytes: 1, sha256: "0".repeat(64), contentType: "text/csv", modifiedAt: "2026-01-01T00:00:00.000Z" })}\n`).join("");
    const folder = join(base, "bucket");
    mkdirSync(folder);
    const room = () => assertRoomFor(folder, { included: true, store: "s3", objects: 2, bytes: 2, linked: 0, missing: 0, missingKeys: [], leftOut: [] }, targetAt("restored"));
    writeFileSync(join(folder, OBJECT_LIST), lines(["sources/erp/a", "sources/erp/a-b", "sources/erp/a/b"]));
    await expect(room()).rejects.toThrow("sources/erp/a/b was in a bucket and cannot be a file: sources/erp/a is one already");
    writeFileSync(join(folder, OBJECT_LIST), lines([`sources/${"x".repeat(250)}`]));
    await expect(room()).rejects.toThrow("cannot be a file, whose name is shorter");
    writeFileSync(join(folder, OBJECT_LIST), lines(["sources/erp/a", "sources/erp/a-b/c", "sources/erp/ab"]));
    await room();
  });

  test("a place without room, or that is no folder, is refused before anything is touched", async () => {
    await put(media("a"), "a");
    const taken = await backup([media("a")]);
    const target = targetAt("restored");
    await expect(assertRoomFor(taken.folder, { ...taken.objects, bytes: 1e18 }, target)).rejects.toThrow(/The objects have .* MB and the disk of .* has room for .* MB/);
    writeFileSync(join(base, "file"), "");
    await expect(assertRoomFor(taken.folder, taken.objects, targetAt("file/within"))).rejects.toThrow(/cannot be written/);
    expect(existsSync(target.dir)).toBe(false);
  });
});

test("a backup into the shop's own objects is refused, by whatever way it gets there", async () => {
  mkdirSync(join(base, "shop", "media"), { recursive: true });
  symlinkSync(join(base, "shop", "media"), join(base, "link"));
  for (const root of ["shop", "shop/backups", "shop/media/not/yet/there", "link", "link/backups"]) await expect(assertOutside(join(base, root), join(base, "shop"))).rejects.toThrow(/lies within the shop's objects/);
  for (const root of ["shopping", "backups", "."]) await assertOutside(join(base, root), join(base, "shop"));
});
