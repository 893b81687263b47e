import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { childEnvironment } from "#platform/config.ts";
import { PROJECT_DIR } from "../install/dataDir.ts";
import { endEverything, lastLine, makeScratch, martgraph, postmasterOf } from "./startedProduct.ts";

const scratch = makeScratch();
const dataDir = join(scratch, "data");
const args = ["import", "--json", "--data-dir", dataDir, "--mapping", join(scratch, "many.yml"), "--from", join(scratch, "files")];
const ROWS = 6_000;

beforeAll(() => {
  mkdirSync(join(scratch, "files"));
  writeFileSync(join(scratch, "files", "p.csv"), ["sku,price", ...Array.from({ length: ROWS }, (_, n) => `R${n},${n % 90}.50`), ""].join("\n"));
  writeFileSync(join(scratch, "many.yml"), "version: 1\nname: many\ncurrency: GBP\nsources: { p: { files: p.csv } }\nimports:\n  - { entity: product, from: p, fields: { externalRef: sku, name: { template: 'Product {sku}' }, variant.sku: sku, variant.price: price } }\n");
});
afterAll(async () => {
  await endEverything([dataDir]);
  rmSync(scratch, { recursive: true });
});

/** Runs the import and interrupts it, twice, as soon as it has its databases. */
function interrupted(signal: NodeJS.Signals): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [join(PROJECT_DIR, "bin", "main.ts"), ...args], { env: childEnvironment(), stdio: ["ignore", "pipe", "pipe"] });
  const said = { stdout: "", stderr: "" };
  let isAsked = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said.stderr += text;
    if (isAsked || !said.stderr.includes("Migrate both databases")) return;
    isAsked = true;
    child.kill(signal);
    setTimeout(() => child.kill(signal), 50);
  });
  return new Promise((done) => child.once("close", (code) => done({ code, ...said })));
}

test("an import that is interrupted ends behind a batch and in order; the same command again does what is missing", async () => {
  const stopped = await interrupted("SIGINT");
  expect([stopped.code, stopped.stderr]).toEqual([1, expect.stringContaining("Stopped: what the report has is done")]);
  expect(stopped.stderr).not.toMatch(/pool|"level":"(warn|error)"/);
  const { state, created } = lastLine(stopped.stdout) as { state: string; created: number };
  expect(state).toBe("CANCELLED");
  expect(created).toBeGreaterThan(0);
  expect(created).toBeLessThan(ROWS);
  expect(postmasterOf(dataDir)).toBeUndefined();
  const again = await martgraph(args);
  expect([again.code, lastLine(again.stdout)]).toMatchObject([0, { state: "DONE", created: ROWS - created, unchanged: created, refused: 0 }]);
}, 240_000);
