import { existsSync, lstatSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { socketPath } from "../socketDirectory.ts";
import { BASE_SETTINGS, UNSAFE_FAST_SETTINGS } from "../settings.ts";
import { ask, connect, start, temporaryDir } from "./harness.ts";

describe("a first start", () => {
  test("serves on a private socket alone, with logical replication, UTC and a password", async () => {
    const dir = temporaryDir();
    const postgres = await start(dir);
    expect(postgres.adopted).toBe(false);
    expect(await ask(postgres, "show wal_level")).toBe("logical");
    expect(await ask(postgres, "show timezone")).toBe("UTC");
    expect(await ask(postgres, "show listen_addresses")).toBe("");
    expect(await ask(postgres, "show max_slot_wal_keep_size")).toBe(BASE_SETTINGS["max_slot_wal_keep_size"]);
    expect(await ask(postgres, "select datlocprovider::text || ' ' || datlocale from pg_database where datname = 'postgres'")).toBe("b C.UTF-8");
    expect(await ask(postgres, "select password_encryption from (select current_setting('password_encryption') password_encryption) s")).toBe("scram-sha-256");
    expect(lstatSync(postgres.socketDir).mode & 0o777).toBe(0o700);
    expect(Buffer.byteLength(socketPath(postgres.socketDir, postgres.port))).toBeLessThanOrEqual(103);
    expect(statSync(join(dir, "superuser-password")).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, "cluster")).mode & 0o777).toBe(0o700);
  });

  test("refuses a wrong password on the socket too", async () => {
    const postgres = await start(temporaryDir());
    await using db = connect(postgres, { password: "guess" });
    await expect(db.ping()).rejects.toThrow(/refused the password/);
  });

  test("fsync is on unless a test turns it off", async () => {
    const postgres = await start(temporaryDir(), { settings: {} });
    expect(await ask(postgres, "show fsync")).toBe("on");
    expect(await ask(postgres, "show synchronous_commit")).toBe("on");
  });

  test("a path far beyond the length of a socket name works", async () => {
    const postgres = await start(join(temporaryDir(), "deep".repeat(40)));
    expect(await ask(postgres, "select 1")).toBe(1);
  });
});

describe("later starts", () => {
  test("find what was written, with the same password", async () => {
    const dir = temporaryDir();
    const first = await start(dir);
    await ask(first, "create table kept as select 42 as answer");
    await first.stop();
    await first.exited;
    expect(existsSync(first.socketDir)).toBe(false);
    const second = await start(dir);
    expect(second).toMatchObject({ adopted: false, password: first.password, socketDir: first.socketDir });
    expect(await ask(second, "select answer from kept")).toBe(42);
  });

  test("with other settings restart a server that still runs", async () => {
    const dir = temporaryDir();
    const first = await start(dir);
    const second = await start(dir, { settings: { ...UNSAFE_FAST_SETTINGS, work_mem: "7MB" } });
    await first.exited;
    expect(second.adopted).toBe(false);
    expect(await ask(second, "show work_mem")).toBe("7MB");
  });

  test("stop twice is stop once", async () => {
    const postgres = await start(temporaryDir());
    await postgres.stop();
    await postgres.stop();
  });
});

describe("the loopback port", () => {
  test("opens on 127.0.0.1 with scram", async () => {
    const postgres = await start(temporaryDir(), { tcpPort: 21_051 });
    await using db = connect(postgres, { host: "127.0.0.1" });
    await db.ping();
    await using stranger = connect(postgres, { host: "127.0.0.1", password: "guess" });
    await expect(stranger.ping()).rejects.toThrow(/refused the password/);
    expect(await ask(postgres, "show listen_addresses")).toBe("127.0.0.1");
  });
});
