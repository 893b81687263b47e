import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startEmbeddedPostgres } from "../embeddedPostgres.ts";
import { SetupError } from "../setupError.ts";
import { AS_ROOT, start, startInChild, temporaryDir } from "./harness.ts";

/** The one sentence a person gets. */
async function refusal(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(SetupError);
  const { message } = error as SetupError;
  expect(message).not.toContain("\n");
  return message;
}

test("a port in use", async () => {
  const server = createServer().listen(21_052, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  expect(await refusal(start(temporaryDir(), { tcpPort: 21_052 }))).toBe("Port 21052 on 127.0.0.1 is taken by another program: choose another with --pg-port.");
});

test("a read-only directory", async () => {
  const dir = temporaryDir();
  chmodSync(dir, 0o555);
  // root may write anywhere, so it lets an ordinary user try
  const { said } = await startInChild("start", join(dir, "data"), AS_ROOT ? { uid: 65_534, gid: 65_534 } : {});
  expect(said).toMatchObject({ name: "SetupError", error: expect.stringMatching(/^The data directory .*data cannot be used: this user may not write there \(EACCES\); choose another with --data-dir/) });
});

test("a file in the directory's place", async () => {
  const file = join(temporaryDir(), "data");
  writeFileSync(file, "");
  expect(await refusal(startEmbeddedPostgres({ dataDir: file, log: () => {} }))).toMatch(/a file stands in its place/);
});

test("a cluster of another major version", async () => {
  const dir = temporaryDir();
  const first = await start(dir);
  await first.stop();
  writeFileSync(join(dir, "cluster", "PG_VERSION"), "17\n");
  expect(await refusal(start(dir))).toMatch(/is of PostgreSQL 17, this version needs 18/);
});

test("a lost password file", async () => {
  const dir = temporaryDir();
  const first = await start(dir);
  await first.stop();
  rmSync(join(dir, "superuser-password"));
  expect(await refusal(start(dir))).toMatch(/superuser-password cannot be read \(ENOENT\)/);
});

test("settings that the server refuses are told in its own words", async () => {
  expect(await refusal(start(temporaryDir(), { settings: { fsync: "off", wal_level: "nonsense" } }))).toMatch(/^PostgreSQL did not start: invalid value for parameter "wal_level"/);
});

test("as root, a folder that the borrowed account may not enter", async ({ skip }) => {
  skip(!AS_ROOT, "only root borrows an account");
  const dir = temporaryDir();
  const closed = join(dir, "closed");
  mkdirSync(closed, { mode: 0o700 });
  expect(await refusal(start(join(closed, "data")))).toContain(`may not enter ${closed} (mode 0700)`);
});
