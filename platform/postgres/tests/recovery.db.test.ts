import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isAlive } from "../processes.ts";
import { ask, killHard, start, startInChild, temporaryDir } from "./harness.ts";

test("kill -9 of the server: the next start recovers what was committed", async () => {
  const dir = temporaryDir();
  const first = await start(dir);
  await ask(first, "create table kept as select generate_series(1, 1000) as n");
  process.kill(first.pid, "SIGKILL");
  await first.exited;
  const second = await start(dir); // at once: its children still hold their shared memory
  expect(second.adopted).toBe(false);
  expect(await ask(second, "select count(*)::int from kept")).toBe(1000);
});

test("kill -9 of the Node that started it: the server lives on and is adopted", async () => {
  const dir = temporaryDir();
  const { child, said } = await startInChild("start", dir);
  expect(said).toMatchObject({ adopted: false });
  await killHard(child);
  const pid = Number(said["pid"]);
  expect(isAlive(pid)).toBe(true);
  const adopted = await start(dir);
  expect(adopted).toMatchObject({ adopted: true, pid });
  expect(await ask(adopted, "select 1")).toBe(1);
  await adopted.stop();
  await adopted.exited;
  expect(isAlive(pid)).toBe(false);
});

test("kill -9 of both: the next start recovers", async () => {
  const dir = temporaryDir();
  const { child, said } = await startInChild("start", dir);
  await killHard(child);
  process.kill(Number(said["pid"]), "SIGKILL");
  const next = await start(dir);
  expect(next.adopted).toBe(false);
  expect(await ask(next, "select 1")).toBe(1);
});

test("a stale postmaster.pid whose number now belongs to another program is no obstacle", async () => {
  const dir = temporaryDir();
  const first = await start(dir);
  const file = join(dir, "cluster", "postmaster.pid");
  const lines = readFileSync(file, "utf8").split("\n");
  await first.stop();
  await first.exited;
  writeFileSync(file, [String(process.pid), ...lines.slice(1)].join("\n"), { mode: 0o600 });
  const second = await start(dir);
  expect(await ask(second, "select 1")).toBe(1);
});

test("a cluster whose making was interrupted is made anew", async () => {
  const dir = temporaryDir();
  mkdirSync(join(dir, "cluster.new", "base"), { recursive: true });
  const postgres = await start(dir);
  expect(await ask(postgres, "select 1")).toBe(1);
  expect(existsSync(join(dir, "cluster.new"))).toBe(false);
});
