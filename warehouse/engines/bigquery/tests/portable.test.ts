import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { findPython313 } from "../gates/python313.ts";
import { canonicalValue } from "../canonicalValue.ts";
import { copiedJson, jsonSelect, loadSchema } from "../ndjson.ts";
import { bigQueryType } from "../types.ts";

describe("equal values are one text, whichever engine wrote them", () => {
  test.each([
    ["numeric", "12.3400", "12.34"], ["numeric", "-0.000", "0"], ["numeric", ".5", "0.5"], ["numeric", "100", "100"], ["numeric", "1e-7", "0.0000001"],
    ["double precision", "0.10", "0.1"], ["double precision", "1e3", "1000"], ["boolean", "t", "true"], ["boolean", "false", "false"],
    ["timestamptz", "2026-01-01 00:00:00.5+00", "1767225600500000"], ["timestamptz", "2026-01-01 02:00:00.000001+02", "1767225600000001"], ["timestamptz", "1767225600500000", "1767225600500000"],
    ["text", "1.0", "1.0"],
  ])("%s %s", (type, value, expected) => expect(canonicalValue(value, type)).toBe(expected));
  test("null is none of them", () => expect(canonicalValue(null, "text")).toBeNull());
});

test("PostgreSQL's types have BigQuery's; what it does not know is text", () => {
  expect(["uuid", "bigint", "smallint", "numeric(18,4)", "double precision", "timestamp with time zone", "jsonb", "text[]", "inet"].map(bigQueryType))
    .toEqual(["STRING", "INT64", "INT64", "NUMERIC", "FLOAT64", "TIMESTAMP", "JSON", "ARRAY<STRING>", "STRING"]);
});

test("rows go as JSON whose numbers are text, whose instants are UTC, whose lists are never null", () => {
  const columns = [{ name: "n", type: "numeric" }, { name: "at", type: "timestamptz" }, { name: "tags", type: "text[]" }, { name: "ok", type: "boolean" }];
  expect(jsonSelect(columns, "from t as x")).toBe(
    `select row_to_json(shipped) from (select x."n"::text as "n", to_char(x."at" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "at", coalesce(array_remove(x."tags", null)::text[], '{}') as "tags", x."ok" as "ok" from t as x) as shipped`);
  expect(loadSchema(columns)).toEqual([{ name: "n", type: "NUMERIC", mode: "NULLABLE" }, { name: "at", type: "TIMESTAMP", mode: "NULLABLE" }, { name: "tags", type: "STRING", mode: "REPEATED" }, { name: "ok", type: "BOOL", mode: "NULLABLE" }]);
});

test("what COPY doubled is single again, however the bytes are cut", async () => {
  const documents = [{ a: 'quote " and back \\ slash' }, { a: "Ünïcødé 🛒" }, { a: "line\nbreak" }].map((value) => JSON.stringify(value));
  const copied = Buffer.from(documents.map((line) => `${line.replaceAll("\\", "\\\\")}\n`).join(""));
  for (const size of [1, 2, 3, 7, 1000]) {
    const chunks = Array.from({ length: Math.ceil(copied.length / size) }, (_, index) => copied.subarray(index * size, (index + 1) * size));
    expect(await text(Readable.from(chunks).pipe(copiedJson()))).toBe(`${documents.join("\n")}\n`);
  }
});

describe("Python 3.13 is looked for", () => {
  const home = mkdtempSync(join(tmpdir(), "martgraph-home-"));
  const place = (dir: string, name: string, version: string) => {
    mkdirSync(join(home, dir), { recursive: true });
    const file = join(home, dir, name);
    writeFileSync(file, `#!/bin/sh\necho ${version}\n`);
    chmodSync(file, 0o755);
    return file;
  };
  test.each([".pyenv/versions/3.13.0/bin", ".local/share/uv/python/cpython-3.13.2-linux/bin", ".asdf/installs/python/3.13.1/bin", ".local/share/mise/installs/python/3.13/bin", "miniconda3/envs/new/bin"])("in %s", async (dir) => {
    const file = place(dir, "python3.13", "3.13");
    expect(await findPython313(home, [])).toEqual({ program: file });
    rmSync(join(home, dir), { recursive: true });
  });
  test("on the PATH, under its plain name, unless it is an older one", async () => {
    place("old/bin", "python3", "3.11");
    const file = place("new/bin", "python3", "3.14");
    expect(await findPython313(home, [join(home, "old/bin"), join(home, "new/bin")])).toEqual({ program: file });
  });
  test("a shim that answers for another version is passed over", async () => {
    place("shims", "python3.13", "3.11");
    const file = place(".pyenv/versions/3.13.0/bin", "python3.13", "3.13");
    expect(await findPython313(home, [join(home, "shims")])).toEqual({ program: file });
  });
});
