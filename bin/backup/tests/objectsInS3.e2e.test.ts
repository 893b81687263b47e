import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFileStore } from "#platform/objects/fileStore.ts";
import { createS3Store } from "#platform/objects/s3Store.ts";
import { readAll } from "#platform/objects/store.ts";
import { findS3Server, startTestS3, type TestS3 } from "#platform/testing/testS3.ts";
import { BackupError } from "../backupError.ts";
import type { ObjectsIncluded } from "../manifest.ts";
import { checkObjects } from "../objects/checkObjects.ts";
import { copyObjects } from "../objects/copyObjects.ts";
import { assertRoomFor, putObjects, type Target } from "../objects/putObjects.ts";

const server = await findS3Server();

describe.skipIf("missing" in server)(`objects of a bucket${"missing" in server ? ` are not tried: ${server.missing}` : ""}`, { timeout: 120_000 }, () => {
  const base = mkdtempSync(join(tmpdir(), "backup-s3-"));
  const large = randomBytes(20_000_001);
  const servers: TestS3[] = [];
  const targets: Target[] = [];
  let folder: string;
  let objects: ObjectsIncluded;

  beforeAll(async () => {
    if ("missing" in server) return;
    for (let n = 0; n < 2; n += 1) {
      const s3 = await startTestS3(server.program);
      servers.push(s3);
      targets.push({ store: createS3Store(s3.options), dir: undefined });
    }
    const { store } = targets[0] as Target;
    await store.put("media/one/w96.webp", Buffer.from("one"), { contentType: "image/webp" });
    await store.put("sources/erp/orders.parquet", large, { contentType: "application/vnd.apache.parquet" });
    await store.put("lake/2026/manifest.json", Buffer.from("{}"), { contentType: "application/json" });
    const { bucket, region, endpoint, accessKeyId, secretAccessKey } = (servers[0] as TestS3).options;
    const others = new S3Client({ region, endpoint: endpoint as string, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } });
    for (const key of ["sources/erp/Bestellungen März.csv", "sources/erp/made by a console/"]) await others.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: Buffer.alloc(0), ContentLength: 0 }));
    others.destroy();
    folder = join(base, "backup");
    mkdirSync(folder);
    writeFileSync(join(folder, "named.txt"), "!media/one/w96.webp\n!media/two/w96.webp\n");
    objects = await copyObjects({ store, folder, named: { file: join(folder, "named.txt"), count: 2 }, previous: undefined, tell: () => {} });
  }, 120_000);
  afterAll(async () => {
    for (const { store } of targets) await store.close();
    for (const one of servers) await one.close();
    rmSync(base, { recursive: true, force: true });
  });

  test("are copied by the same port: what rows name and files of sources, the rest by name of why", () => {
    expect(objects).toMatchObject({ store: "s3", objects: 2, bytes: large.length + 3, missing: 1, missingKeys: ["media/two/w96.webp"] });
    expect(objects.leftOut.map(({ what, examples }) => [what, examples]).toSorted(([one], [other]) => String(one).localeCompare(String(other)))).toEqual([["foreign", ["sources/erp/Bestellungen März.csv"]], ["lake", ["lake/2026/manifest.json"]]]);
  });

  test("come back into another bucket, a long one as a stream, and into files", async () => {
    await checkObjects(folder, objects, () => {});
    for (const target of [targets[1] as Target, { store: createFileStore({ dir: join(base, "files") }), dir: join(base, "files") }]) {
      await assertRoomFor(folder, objects, target);
      expect(await putObjects(folder, target, { tell: () => {} })).toEqual({ objects: 2, bytes: large.length + 3, found: 0 });
      const found = await target.store.get("sources/erp/orders.parquet");
      expect(found).toMatchObject({ size: large.length, contentType: "application/vnd.apache.parquet" });
      expect(found && (await readAll(found.body, 1e9)).equals(large)).toBe(true);
      expect(await putObjects(folder, target, { tell: () => {} })).toMatchObject({ found: 2 });
    }
  });

  test("are refused by a bucket that holds another content, and by one that cannot be reached, before anything is put", async () => {
    const target = targets[1] as Target;
    await target.store.delete("sources/erp/orders.parquet");
    await target.store.put("media/one/w96.webp", Buffer.from("eno"), { contentType: "image/webp" });
    await expect(assertRoomFor(folder, objects, target)).rejects.toThrow("media/one/w96.webp is in the bucket with another content");
    await (servers[1] as TestS3).kill();
    const refused = await assertRoomFor(folder, objects, target).catch((error: unknown) => error as Error);
    expect(refused).toBeInstanceOf(BackupError);
    expect((refused as Error).message).toMatch(/^The objects cannot be put into the bucket: /);
    await (servers[1] as TestS3).restart();
    expect((await Array.fromAsync(target.store.list(""))).map(({ key }) => key)).toEqual(["media/one/w96.webp"]);
  });

  test("that cannot be read end the backup, which leaves no half of one", async () => {
    await (servers[0] as TestS3).kill();
    const draft = join(base, "second");
    mkdirSync(draft);
    const refused = await copyObjects({ store: (targets[0] as Target).store, folder: draft, named: { file: join(folder, "named.txt"), count: 2 }, previous: undefined, tell: () => {} }).catch((error: unknown) => error as Error);
    expect((refused as Error).message).toMatch(/^The objects cannot be read: .*--no-objects/);
    expect(readdirSync(join(draft, "objects"), { recursive: true, withFileTypes: true }).filter((one) => one.isFile())).toEqual([]);
    expect(existsSync(join(draft, "manifest.json"))).toBe(false);
    await (servers[0] as TestS3).restart();
  });
});
