import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFileStore } from "../fileStore.ts";
import { receiveUpload } from "../receiveUpload.ts";
import { type ObjectStore, ObjectsUnavailable } from "../store.ts";
import { uploadSigner } from "../uploads.ts";
import { describeStore } from "./contract.ts";

describe("the store in files, with uploads by signed addresses", () => {
  const dir = mkdtempSync(join(tmpdir(), "objects-"));
  const secret = randomBytes(32);
  const now = { ms: 1_700_000_000_000 };
  const uploads = uploadSigner({ secret, clock: { now: () => new Date(now.ms) } });
  const store: ObjectStore = createFileStore({ dir: join(dir, "made", "anew"), uploads });
  const servers: Server[] = [];
  const base = () => `http://127.0.0.1:${((servers[0] as Server).address() as AddressInfo).port}`;
  const put = async (url: string, body: Uint8Array<ArrayBuffer>, type = "image/png") => (await fetch(new URL(url, base()), { method: "PUT", headers: { "content-type": type }, body })).status;

  beforeAll(async () => {
    const server = createServer((request, response) => {
      void receiveUpload(store, uploads, request).then(({ status, message }) => response.writeHead(status, { connection: "close" }).end(message), () => response.writeHead(500).end());
    });
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  });
  afterAll(async () => {
    await new Promise((done) => servers[0]?.close(done));
    rmSync(dir, { recursive: true });
  });

  describeStore(() => store, async ({ url, headers, body }) => (await fetch(new URL(url, base()), { method: "PUT", headers, body })).status);

  test("an address that is altered in any part, signed by another key or too old stores nothing", async () => {
    const body = new Uint8Array(10);
    const { url } = await store.presignPut("up/one", { contentType: "image/png", size: 10, expiresSeconds: 60 });
    const altered = (change: (query: URLSearchParams) => void) => {
      const [path = "", text] = url.split("?");
      const query = new URLSearchParams(text);
      change(query);
      return `${path}?${query.toString()}`;
    };
    const stranger = uploadSigner({ secret: randomBytes(32), clock: { now: () => new Date(now.ms) } }).sign("up/one", { contentType: "image/png", size: 10, expiresSeconds: 60 });
    for (const wrong of [
      altered((query) => query.set("size", "11")), altered((query) => query.set("type", "text/html")), altered((query) => query.set("until", String(2_000_000_000))), altered((query) => query.delete("signature")),
      altered((query) => query.set("signature", "")), altered((query) => query.set("signature", "AAAA")), altered((query) => query.set("size", "1e1")), url.replace("up/one", "up/two"), url.replace("up/one", "up/%2e%2e/one"), stranger.url,
    ]) expect([wrong, await put(wrong, body)]).toEqual([wrong, 403]);
    now.ms += 61_000;
    expect(await put(url, body)).toBe(403);
    now.ms -= 2_000;
    expect(await put(url, body)).toBe(200);
    expect((await Array.fromAsync(store.list("up/"))).map(({ key }) => key)).toEqual(["up/one"]);
  });

  test("other methods, a body of unannounced length and one that breaks off store nothing", async () => {
    const { url } = await store.presignPut("up/torn", { contentType: "image/png", size: 1_000, expiresSeconds: 60 });
    expect((await fetch(new URL(url, base()), { method: "POST", headers: { "content-type": "image/png" }, body: new Uint8Array(1_000) })).status).toBe(405);
    const unannounced = await new Promise<number>((done) => {
      const sent = httpRequest(new URL(url, base()), { method: "PUT", headers: { "content-type": "image/png", "transfer-encoding": "chunked" } }, (response) => done(response.statusCode ?? 0));
      sent.end(Buffer.alloc(1_000));
    });
    expect(unannounced).toBe(411);
    await new Promise<void>((done) => {
      const sent = httpRequest(new URL(url, base()), { method: "PUT", headers: { "content-type": "image/png", "content-length": "1000" } });
      sent.on("error", () => done());
      sent.on("close", () => done());
      sent.write(Buffer.alloc(400), () => sent.destroy());
    });
    await expect.poll(() => readdirSync(join(dir, "made", "anew", "up")).filter((name) => name.endsWith(".draft"))).toEqual([]);
    expect(await store.head("up/torn")).toBeUndefined();
  });

  test("a key for signing that is too short is refused", () => {
    expect(() => uploadSigner({ secret: Buffer.alloc(31) })).toThrow(/32 bytes/);
  });

  test("a folder that cannot be written is told without its path", async ({ skip }) => {
    skip(process.getuid?.() === 0, "root may write into every folder");
    const closed = join(dir, "closed");
    const shut = createFileStore({ dir: closed });
    await shut.put("a", Buffer.from("a"), { contentType: "text/plain" });
    chmodSync(closed, 0o500);
    const refused = await shut.put("b", Buffer.from("b"), { contentType: "text/plain" }).catch((error: unknown) => error as Error);
    expect(refused).toBeInstanceOf(ObjectsUnavailable);
    expect((refused as Error).message).not.toContain(closed);
    chmodSync(closed, 0o700);
  });
});
