import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { columnsOf } from "../profile.ts";
import { WATCHED } from "../watched.ts";

// What is not there is passed over when a build is watched: a wrong name would never be noticed. The contracts of dbt know.
const folder = fileURLToPath(new URL("../../../dbt_project/models/marts", import.meta.url));
const NUMBERS = /^(integer|bigint|numeric|double precision)$/;

interface Contract {
  readonly models?: readonly { readonly name: string; readonly columns?: readonly { readonly name: string; readonly data_type: string }[] }[];
}

function contracts(): Map<string, Map<string, string>> {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yml"));
  const models = files.flatMap((file) => (parse(readFileSync(`${folder}/${file}`, "utf8")) as Contract).models ?? []);
  return new Map(models.map(({ name, columns = [] }) => [name, new Map(columns.map((column) => [column.name, column.data_type]))]));
}

test("every watched mart is there with the columns that are watched, a day that is a date and a value that is a number", () => {
  const marts = contracts();
  for (const watched of WATCHED) {
    const columns = marts.get(watched.table);
    expect(columns, `no mart is called ${watched.table}`).toBeDefined();
    expect(columnsOf(watched).filter((column) => !columns?.has(column)), watched.table).toEqual([]);
    expect(columns?.get(watched.day), `${watched.table}.${watched.day}`).toBe("date");
    for (const column of [watched.value, watched.rows]) if (column !== undefined) expect(columns?.get(column), `${watched.table}.${column}`).toMatch(NUMBERS);
  }
  expect(new Set(WATCHED.map(({ table }) => table)).size).toBe(WATCHED.length);
});
