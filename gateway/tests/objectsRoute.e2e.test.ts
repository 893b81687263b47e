import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDownloadSigner } from "#platform/objects/downloads.ts";
import { openObjectStore } from "#platform/objects/open.ts";
import { objectsRoute, type ObjectsRoute } from "../objects/objectsRoute.ts";

const options = { dir: mkdtempSync(join(tmpdir(), "objects-")), secret: randomBytes(32).toString("base64url") };
const signer = openDownloadSigner(options);
let route: ObjectsRoute;
const server = createServer((request, response) => {
  void route.handle(new URL(request.url ?? "", "http://localhost").pathname, request, response).then((isTaken) => { if (!isTaken) response.writeHead(418).end(); });
});
const ask = (url: string, method = "GET") => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${url}`, { method });
beforeAll(async () => {
  route = await objectsRoute(options);
  const store = await openObjectStore(options);
  await store.put("imports/one/report.jsonl", Buffer.from("{}\n"), { contentType: "application/x-ndjson" });
  await store.close();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});
afterAll(async () => {
  await new Promise((done) => server.close(done));
  await route.close();
  rmSync(options.dir, { recursive: true });
});

test("a file is saved by whoever holds its signed address, is shown by nobody and kept by nobody on its way", async () => {
  const { url } = signer.sign({ key: "imports/one/report.jsonl", fileName: "report.jsonl" }, 60);
  const answer = await ask(url);
  expect([answer.status, await answer.text(), answer.headers.get("content-type"), answer.headers.get("content-length")]).toEqual([200, "{}\n", "application/x-ndjson", "3"]);
  expect([answer.headers.get("content-disposition"), answer.headers.get("cache-control"), answer.headers.get("x-content-type-options"), answer.headers.get("content-security-policy")])
    .toEqual(['attachment; filename="report.jsonl"', "private, no-store", "nosniff", "default-src 'none'; sandbox"]);
});

test("without a signature, altered, for what is gone, or by another method it is not", async () => {
  const { url } = signer.sign({ key: "imports/one/report.jsonl", fileName: "report.jsonl" }, 60);
  const gone = signer.sign({ key: "imports/two/report.jsonl", fileName: "report.jsonl" }, 60).url;
  const statuses = await Promise.all([ask("/downloads/imports/one/report.jsonl"), ask(url.replace("/one/", "/two/")), ask(gone), ask(url, "POST"), ask("/media/../imports/one/report.jsonl"), ask("/media/imports/one/report.jsonl")]);
  expect(await Promise.all(statuses.map(async (one) => { await one.text(); return one.status; }))).toEqual([403, 403, 404, 405, 418, 404]);
});
