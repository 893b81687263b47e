import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { claimDataDir } from "../dataDirLock.ts";
import { killHard, startInChild, temporaryDir } from "./harness.ts";

test("the second of two is told which process holds the directory", async () => {
  const dir = temporaryDir();
  const { child, said } = await startInChild("claim", dir);
  expect(said).toEqual({ claimed: true });
  expect(() => claimDataDir(dir)).toThrow(`The data directory ${dir} is held by process ${child.pid}: stop that one first`);
});

test("the claim of a killed process is taken over", async () => {
  const dir = temporaryDir();
  const { child } = await startInChild("claim", dir);
  await killHard(child);
  const claim = claimDataDir(dir);
  claim.release();
  claim.release();
  claimDataDir(dir).release();
  expect(readdirSync(dir)).toHaveLength(1); // the highest number stays, so that it never begins again
});

test("a live process that only has the number of the dead holder does not count", () => {
  const dir = temporaryDir();
  writeFileSync(join(dir, "owner.7"), JSON.stringify({ pid: process.ppid, identity: "another-boot/1" }));
  claimDataDir(dir).release();
});

test("of six that come at once over a stale claim, one gets it", async () => {
  const dir = temporaryDir();
  writeFileSync(join(dir, "owner.3"), JSON.stringify({ pid: 1, identity: "another-boot/1" }));
  const outcomes = await Promise.all(Array.from({ length: 6 }, () => startInChild("claim", dir)));
  expect(outcomes.filter(({ said }) => said["claimed"] === true)).toHaveLength(1);
});
