import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dataDirAt } from "../dataDir.ts";
import { loadSecrets, type Secrets } from "../secrets.ts";

test("an installation from before stored secrets were sealed gets its key once; a key that is empty is damage, not a key to be made", async () => {
  const root = mkdtempSync(join(tmpdir(), "secrets-"));
  try {
    const dir = dataDirAt(root);
    const { dataKey: _, ...older } = await loadSecrets(dir);
    writeFileSync(dir.secretsFile, JSON.stringify(older));
    const upgraded = await loadSecrets(dir);
    expect(upgraded).toEqual({ ...older, dataKey: expect.stringMatching(/^[\w-]{43}$/) });
    expect(await loadSecrets(dir)).toEqual(upgraded);
    writeFileSync(dir.secretsFile, JSON.stringify({ ...upgraded, dataKey: "" }));
    await expect(loadSecrets(dir)).rejects.toThrow(/damaged/);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

test("an installation from before a role was added gets that role's password and keeps everything else", async () => {
  const root = mkdtempSync(join(tmpdir(), "secrets-"));
  try {
    const dir = dataDirAt(root);
    const made = await loadSecrets(dir);
    const { martgraph_relay: _, ...older } = made.databasePasswords;
    writeFileSync(dir.secretsFile, JSON.stringify({ ...made, databasePasswords: older }));
    const upgraded = await loadSecrets(dir);
    expect(upgraded).toEqual({ ...made, databasePasswords: { ...older, martgraph_relay: expect.stringMatching(/^[\w-]{24}$/) } });
    expect(JSON.parse(readFileSync(dir.secretsFile, "utf8")) as Secrets).toEqual(upgraded);
    expect(await loadSecrets(dir)).toEqual(upgraded);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
