import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { Database } from "../database.ts";
import { explainUnavailable } from "../explainUnavailable.ts";
import { DatabaseUnavailable, isConnectionError } from "../errors.ts";

const databases = useTestDatabases({ shop: true });

/** The sentence a person reads, after a look that it gives nothing away. */
async function sentence(changes: Partial<Database["config"]>): Promise<string> {
  const config = { ...databases.shop.as("martgraph_orders"), ...changes };
  await using db = Database.open(config);
  const error = await db.ping().then(() => undefined, (failed: unknown) => failed);
  expect(error).toBeInstanceOf(DatabaseUnavailable);
  const { message } = error as Error;
  expect(message).not.toContain(config.password);
  return message;
}

describe("a person is told", () => {
  test("that the password is wrong", async () => {
    expect(await sentence({ password: "not the one" })).toMatch(/^database "shop_\w+" at .+ refused the password of user "martgraph_orders": check the password$/);
  });

  test("the same for a user that is not there: nobody learns which names exist", async () => {
    expect(await sentence({ user: "nobody", password: "something" })).toContain('refused the password of user "nobody"');
  });

  test("that the database is missing", async () => {
    expect(await sentence({ ...databases.shop.config, database: "no_such_shop" })).toMatch(/^database "no_such_shop" at .+ does not exist: create it or correct the name$/);
  });

  test("that nothing listens, on a port or a socket", async () => {
    expect(await sentence({ host: "127.0.0.1", port: 1 })).toMatch(/at 127\.0\.0\.1:1 does not answer: check that the server runs and is reachable$/);
    const empty = mkdtempSync(join(tmpdir(), "mg-"));
    try {
      expect(await sentence({ host: empty })).toContain("does not answer");
    } finally {
      rmSync(empty, { recursive: true });
    }
  });

  test("that what listens hangs up at once", async () => {
    const { server, port } = await listen((socket) => socket.destroy());
    try {
      expect(await sentence({ host: "127.0.0.1", port })).toContain("does not answer");
    } finally {
      server.close();
    }
  });
});

test("an error about something else stays what it is", async () => {
  await using db = Database.open(databases.shop.config);
  const error = await db.raw("select * from no_such_table").catch((failed: unknown) => failed);
  expect(explainUnavailable(db.config, error)).toBe(error);
  expect(isConnectionError(error)).toBe(false);
});

describe("when the server goes away", () => {
  test("a statement under way fails as a lost connection, and the pool connects anew", async () => {
    await using admin = Database.open(databases.shop.config);
    await using db = Database.open({ ...databases.shop.config, applicationName: "victim", max: 2 });
    const running = db.raw("select pg_sleep(30)").catch((error: unknown) => error);
    await terminate(admin, "victim");
    const error = await running;
    expect(isConnectionError(error)).toBe(true);
    expect(explainUnavailable(db.config, error)).toBeInstanceOf(DatabaseUnavailable);
    await db.ping();
  });

  test("idle connections tell the one who asked to hear of it, and end no process", async () => {
    const heard: Error[] = [];
    await using admin = Database.open(databases.shop.config);
    await using db = Database.open({ ...databases.shop.config, applicationName: "idler" }, { onError: (error) => heard.push(error) });
    await db.ping();
    await terminate(admin, "idler");
    await expect.poll(() => heard.length).toBe(1);
    await db.ping();
  });

  test("a transaction fails with it, whoever waits between two statements", async () => {
    await using admin = Database.open(databases.shop.config);
    await using db = Database.open({ ...databases.shop.config, applicationName: "between", max: 1 });
    const error = await db.tx(async (tx) => {
      await tx.raw("select 1");
      await terminate(admin, "between");
      await new Promise((done) => setTimeout(done, 100));
      await tx.raw("select 2");
    }).catch((failed: unknown) => failed);
    expect(isConnectionError(error)).toBe(true);
    // The broken connection did not go back into the pool of one.
    await db.ping();
  });
});

async function terminate(admin: Database, applicationName: string): Promise<void> {
  await expect.poll(async () => (await admin.raw("select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1", [applicationName])).rowCount).toBeGreaterThan(0);
}

function listen(onConnection: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  return new Promise((resolve) => {
    const server = createServer(onConnection).listen(0, "127.0.0.1", () => resolve({ server, port: (server.address() as { port: number }).port }));
  });
}
