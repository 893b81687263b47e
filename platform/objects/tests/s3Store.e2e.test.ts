import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findS3Server, startTestS3, type TestS3 } from "../../testing/testS3.ts";
import { createS3Store } from "../s3Store.ts";
import { type ObjectStore, ObjectsUnavailable } from "../store.ts";
import { describeStore } from "./contract.ts";

const server = await findS3Server();

describe.skipIf("missing" in server)(`the store in S3${"missing" in server ? ` is not tried: ${server.missing}` : ""}`, () => {
  const opened: { s3: TestS3; store: ObjectStore }[] = [];
  beforeAll(async () => {
    if ("missing" in server) return;
    const s3 = await startTestS3(server.program);
    opened.push({ s3, store: createS3Store(s3.options) });
  }, 60_000);
  afterAll(async () => {
    for (const { s3, store } of opened) {
      await store.close();
      await s3.close();
    }
  });
  const get = () => opened[0] as { s3: TestS3; store: ObjectStore };

  describeStore(() => get().store, async ({ url, headers, body }) => (await fetch(url, { method: "PUT", headers, body })).status);

  test("wrong credentials and a server that is away are told without a word of keys or addresses", async () => {
    const { s3 } = get();
    const stranger = createS3Store({ ...s3.options, secretAccessKey: "another-secret-of-the-store" });
    const refused = await stranger.put("h/x", Buffer.from("x"), { contentType: "text/plain" }).catch((error: unknown) => error as Error);
    expect(refused).toBeInstanceOf(ObjectsUnavailable);
    expect((refused as Error).message).not.toMatch(/another-secret|test-access|127\.0\.0\.1/);
    await stranger.close();
    await s3.kill();
    const gone = await get().store.head("h/x").catch((error: unknown) => error as Error);
    expect(gone).toBeInstanceOf(ObjectsUnavailable);
    expect((gone as Error).message).not.toContain("127.0.0.1");
    await s3.restart();
    await get().store.put("h/x", Buffer.from("back"), { contentType: "text/plain" });
    expect((await get().store.head("h/x"))?.size).toBe(4);
  }, 60_000);
});
