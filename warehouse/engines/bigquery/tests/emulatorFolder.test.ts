import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { makeEmulatorFolder } from "../gates/emulatorFolder.ts";

test("what a killed process left of its emulator is taken away at the next start; what a living one has stays, and what is not ours", () => {
  const parent = mkdtempSync(join(tmpdir(), "emulator-folder-"));
  try {
    const { pid: dead } = spawnSync(process.execPath, ["-e", "0"]);
    for (const name of [`martgraph-bigquery-${dead}-aaaaaa`, `martgraph-bigquery-${process.ppid}-bbbbbb`, "martgraph-bigquery-cccccc", `another-${dead}-dddddd`]) mkdirSync(join(parent, name, "catalogue"), { recursive: true });
    const made = makeEmulatorFolder(parent);
    expect(basename(made)).toMatch(new RegExp(`^martgraph-bigquery-${process.pid}-.{6}$`));
    expect(existsSync(made)).toBe(true);
    const stands = (name: string) => existsSync(join(parent, name));
    expect(stands(`martgraph-bigquery-${dead}-aaaaaa`)).toBe(false);
    expect([`martgraph-bigquery-${process.ppid}-bbbbbb`, "martgraph-bigquery-cccccc", `another-${dead}-dddddd`].every(stands)).toBe(true);
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
});
