import { readdir, readFile } from "node:fs/promises";
import { parse } from "yaml";
import type { Database } from "#platform/db/database.ts";

const SUITES = new URL("../../../expectations/suites/", import.meta.url);

interface SuiteFile {
  suite: string;
  table: string;
  checks: { name: string; expect_table_columns_to_match_set?: { column_set: string[]; exact_match: boolean } }[];
}

/** A defect that every suite with a set of columns has without anybody writing it: a column too many where no others may be, one too few elsewhere. */
export interface ColumnDefect {
  suite: string;
  check: string;
  /** Does it to what the suite reads. `values` is what the names in suites stand for. */
  plant(db: Database, values: Readonly<Record<string, string | null>>): Promise<void>;
}

export async function readSuites(area: string): Promise<SuiteFile[]> {
  const files = (await readdir(new URL(`${area}/`, SUITES))).filter((file) => file.endsWith(".yml")).sort();
  return Promise.all(files.map(async (file) => parse(await readFile(new URL(`${area}/${file}`, SUITES), "utf8")) as SuiteFile));
}

export async function columnDefects(area: string): Promise<ColumnDefect[]> {
  return (await readSuites(area)).flatMap(({ suite, table, checks }) => checks.flatMap(({ name, expect_table_columns_to_match_set: columns }) => {
    if (!columns) return [];
    const change = columns.exact_match ? "add column one_too_many integer" : `rename column ${columns.column_set.findLast((column) => !column.startsWith("_"))} to one_that_is_gone`;
    return [{
      suite, check: name,
      plant: async (db, values) => void (await db.raw(`alter table ${table.replaceAll(/\$([a-z_]+)/g, (_, key: string) => values[key] ?? "")} ${change}`)),
    }];
  }));
}
