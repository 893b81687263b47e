import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqlOutput, type SqlFormat } from "../install/sqlOutput.ts";

let dir = "";
beforeAll(() => { dir = mkdtempSync(join(tmpdir(), "martgraph-sql-output-")); });
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const columns = [{ name: "name", type: "text" }, { name: "n", type: "bigint" }, { name: "huge", type: "bigint" }];
async function written(format: SqlFormat): Promise<string> {
  const path = join(dir, `answer.${format}`);
  await using output = openSqlOutput(format, path);
  await output.columns(columns);
  await output.rows([["=cmd()", "1", "9007199254740993"], [null, "-2", null], ["\u001b[31mred, \"quoted\"", "3", "4"]]);
  expect(existsSync(path)).toBe(false);
  await output.finish();
  return readFileSync(path, format === "parquet" ? "latin1" : "utf8");
}

test.each([
  ["csv", "name,n,huge\r\n'=cmd(),1,9007199254740993\r\n,-2,\r\n\"\u001b[31mred, \"\"quoted\"\"\",3,4\r\n"],
  ["json", "{\"name\":\"=cmd()\",\"n\":1,\"huge\":\"9007199254740993\"}\n{\"name\":null,\"n\":-2,\"huge\":null}\n{\"name\":\"\\u001b[31mred, \\\"quoted\\\"\",\"n\":3,\"huge\":4}\n"],
  ["table", "name                 n              huge\n------------------  --  ----------------\n=cmd()               1  9007199254740993\n                    -2\n [31mred, \"quoted\"   3                 4\n"],
] as const)("an answer as %s, exact, and harmless to a spreadsheet or terminal", async (format, text) => {
  expect(await written(format)).toBe(text);
});

test("an answer as parquet", async () => expect(await written("parquet")).toMatch(/^PAR1[^]*PAR1$/));

test("what is not finished leaves no file", async () => {
  const path = join(dir, "half.csv");
  {
    await using output = openSqlOutput("csv", path);
    await output.columns(columns);
    await output.rows([["a", "1", "2"]]);
  }
  expect([existsSync(path), existsSync(`${path}.part`)]).toEqual([false, false]);
});
