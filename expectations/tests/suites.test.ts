import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";

// One suite that cannot be read fails every run of the pipeline: said here within a second instead of behind a build.
const folder = fileURLToPath(new URL("../suites", import.meta.url));

test("every suite can be read, is named after its file and area, and names each check once", () => {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yml"));
  expect(files.length).toBeGreaterThan(80);
  for (const file of files) {
    const suite = parse(readFileSync(`${folder}/${file}`, "utf8")) as { suite: string; checks: { name: string }[] };
    expect(suite.suite, file).toBe(file.replace(/\.yml$/, "").replace("/", "."));
    const names = suite.checks.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index), file).toEqual([]);
  }
});
