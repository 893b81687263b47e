import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { type ObjectStore, ObjectTooLarge, readAll } from "../store.ts";

const textOf = async (store: ObjectStore, key: string) => {
  const found = await store.get(key);
  return found && (await readAll(found.body, 10_000_000)).toString();
};
const keysOf = async (store: ObjectStore, prefix: string) => (await Array.fromAsync(store.list(prefix))).map(({ key }) => key);

/** What every store promises. `put` sends a request of a presigned upload as a client would; it answers the status. */
export function describeStore(storeOf: () => ObjectStore, send: (request: { url: string; headers: Record<string, string>; body: Uint8Array<ArrayBuffer> }) => Promise<number>): void {
  test("what was put is there, with its length and type, and is replaced whole", async () => {
    const store = storeOf();
    await store.put("a/first.txt", Buffer.from("one"), { contentType: "text/plain" });
    expect(await textOf(store, "a/first.txt")).toBe("one");
    expect(await store.head("a/first.txt")).toMatchObject({ key: "a/first.txt", size: 3, contentType: "text/plain" });
    await store.put("a/first.txt", Readable.from([Buffer.from("two "), Buffer.from("parts")]), { contentType: "text/csv" });
    expect(await textOf(store, "a/first.txt")).toBe("two parts");
    expect(await store.head("a/first.txt")).toMatchObject({ size: 9, contentType: "text/csv" });
  });

  test("an empty body and one of megabytes come back byte for byte", async () => {
    const store = storeOf();
    const large = randomBytes(5_000_001);
    await store.put("b/empty", Buffer.alloc(0), { contentType: "application/octet-stream" });
    await store.put("b/large", Readable.from([large.subarray(0, 1_234_567), large.subarray(1_234_567)]), { contentType: "application/octet-stream" });
    expect((await store.head("b/empty"))?.size).toBe(0);
    const found = await store.get("b/large");
    const hash = createHash("sha256");
    for await (const chunk of found?.body ?? []) hash.update(chunk as Buffer);
    expect(hash.digest("hex")).toBe(createHash("sha256").update(large).digest("hex"));
  });

  test("a body beyond its bound is refused, announced or not, and nothing of it stays", async () => {
    const store = storeOf();
    await expect(store.put("c/big", Buffer.alloc(101), { contentType: "text/plain", maxBytes: 100 })).rejects.toThrow(ObjectTooLarge);
    await expect(store.put("c/big", Readable.from([Buffer.alloc(60), Buffer.alloc(60)]), { contentType: "text/plain", maxBytes: 100 })).rejects.toThrow(ObjectTooLarge);
    expect(await store.head("c/big")).toBeUndefined();
    expect(await keysOf(store, "c/")).toEqual([]);
  });

  test("what is not there is undefined, and deleting it is no error", async () => {
    const store = storeOf();
    expect(await store.get("d/nothing")).toBeUndefined();
    expect(await store.head("d/nothing")).toBeUndefined();
    await store.delete("d/nothing");
    await store.put("d/gone", Buffer.from("x"), { contentType: "text/plain" });
    await store.delete("d/gone");
    expect(await store.get("d/gone")).toBeUndefined();
    expect(await keysOf(store, "d/")).toEqual([]);
  });

  test("a listing is in the order of keys and keeps to its prefix", async () => {
    const store = storeOf();
    for (const key of ["e/b/2", "e/a", "e/b/1", "ef/other", "e/c.txt"]) await store.put(key, Buffer.from(key), { contentType: "text/plain" });
    expect(await keysOf(store, "e/")).toEqual(["e/a", "e/b/1", "e/b/2", "e/c.txt"]);
    expect(await keysOf(store, "e/b")).toEqual(["e/b/1", "e/b/2"]);
    expect(await keysOf(store, "nowhere/")).toEqual([]);
  });

  test.each(["", "/a", "a/", "a//b", "../a", "a/../b", "a/./b", ".hidden", "a/.type", "A", "a b", "a\\b", "a\0b", "ä", `${"a".repeat(301)}`, "a/%2e%2e/b"])("%j is no key, for any verb", async (key) => {
    const store = storeOf();
    await expect(store.put(key, Buffer.from("x"), { contentType: "text/plain" })).rejects.toThrow(RangeError);
    await expect(store.get(key)).rejects.toThrow(RangeError);
    await expect(store.head(key)).rejects.toThrow(RangeError);
    await expect(store.delete(key)).rejects.toThrow(RangeError);
    await expect(store.presignPut(key, { contentType: "text/plain", size: 1, expiresSeconds: 60 })).rejects.toThrow(RangeError);
  });

  test("two writers at once: one of the two bodies stands, whole", async () => {
    const store = storeOf();
    const bodies = Array.from({ length: 8 }, (_, index) => Buffer.alloc(200_000, index));
    await Promise.all(bodies.map((body) => store.put("f/raced", body, { contentType: "application/octet-stream" })));
    const found = await store.get("f/raced");
    const body = found && (await readAll(found.body, 300_000));
    expect(bodies.some((candidate) => body !== undefined && candidate.equals(body))).toBe(true);
  });

  test("a presigned upload takes exactly the body that was signed for, and no other", async () => {
    const store = storeOf();
    const body = new Uint8Array(randomBytes(3_000));
    const presigned = await store.presignPut("g/up.bin", { contentType: "image/png", size: 3_000, expiresSeconds: 60 });
    const request = { url: presigned.url, headers: { ...presigned.headers } };
    expect(await send({ ...request, body: body.slice(0, 2_999) })).toBeGreaterThanOrEqual(400);
    expect(await send({ ...request, body: new Uint8Array([...body, 1]) })).toBeGreaterThanOrEqual(400);
    expect(await send({ ...request, headers: { ...request.headers, "content-type": "text/html" }, body })).toBeGreaterThanOrEqual(400);
    expect(await send({ ...request, url: request.url.replace("g/up.bin", "g/other.bin"), body })).toBeGreaterThanOrEqual(400);
    expect(await store.head("g/up.bin")).toBeUndefined();
    expect(await store.head("g/other.bin")).toBeUndefined();
    expect(await send({ ...request, body })).toBe(200);
    expect(await store.head("g/up.bin")).toMatchObject({ size: 3_000, contentType: "image/png" });
  });
}
