import { randomUUID } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Database } from "#platform/db/database.ts";
import * as features from "#schema/generated/features.ts";
import * as marts from "#schema/generated/marts.ts";

type Slot = "a" | "b";
type Columns = Readonly<Record<string, string>>;

const MODELS = join(import.meta.dirname, "..", "..", "dbt_project", "models");

/**
 * Makes a slot's tables, empty, as dbt leaves them: columns of the contracts, the indexes that the models name, rights of the
 * serving role. `owner` is the superuser of the test's own warehouse.
 */
export async function makeSlotTables(owner: Database, slot: Slot): Promise<void> {
  const indexes = readIndexes();
  for (const [area, module] of [["marts", marts], ["features", features]] as const) {
    const schema = `${area}_${slot}`;
    const sql = [`create schema if not exists ${schema} authorization martgraph_builder`, "set role martgraph_builder"];
    for (const [name, columns] of Object.entries(module as unknown as Record<string, Columns>)) {
      const table = name.replace(/Columns$/, "").replaceAll(/[A-Z]|(?<=[a-z])\d/g, (letter) => `_${letter.toLowerCase()}`);
      const lines = Object.entries(columns).map(([column, type]) => (type.endsWith("?") ? `${column} ${type.slice(0, -1)}` : `${column} ${type} not null`));
      sql.push(`create table ${schema}.${table} (${lines.join(", ")})`, ...(indexes.get(table) ?? []).map((index) => index(`${schema}.${table}`)));
    }
    sql.push(`grant usage on schema ${schema} to martgraph_serving`, `grant select on all tables in schema ${schema} to martgraph_serving`, "reset role");
    await owner.raw(sql.join(";\n"));
  }
}

/** What the models' config says of indexes, by table. */
function readIndexes(): Map<string, ((table: string) => string)[]> {
  const found = new Map<string, ((table: string) => string)[]>();
  for (const file of globSync("{marts,features}/**/*.sql", { cwd: MODELS })) {
    const config = readFileSync(join(MODELS, file), "utf8");
    const columns = (list: string) => list.replaceAll("'", "");
    const plain = [...config.matchAll(/\{'columns': \[([^\]]+)\](?:, 'unique': (True))?(?:, 'type': '(\w+)')?\}/g)].map(
      ([, list = "", unique, type]) => (table: string) => `create ${unique ? "unique " : ""}index on ${table}${type ? ` using ${type}` : ""} (${columns(list)})`);
    const nulls = [...config.matchAll(/unique_index_with_nulls\(\[([^\]]+)\]/g)].map(
      ([, list = ""]) => (table: string) => `create unique index on ${table} (${columns(list)}) nulls not distinct`);
    found.set(basename(file, ".sql"), [...plain, ...nulls]);
  }
  return found;
}

/** Puts rows into a table; columns that a row leaves out are null. Numbers beyond 2^53 and exact decimals go as text. */
export async function fillTable(owner: Database, table: string, rows: readonly object[]): Promise<void> {
  await owner.raw(`insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1::jsonb)`, [JSON.stringify(rows)]);
}

export interface PlantedBuild {
  slot: Slot;
  buildId: string;
  predictionBatchId?: string | null;
  /** Commit time of the cut. */
  asOf: string;
  businessAsOf: string;
}

/** Names a build the published one. */
export async function pointTo(owner: Database, build: PlantedBuild): Promise<void> {
  await owner.tx(async (tx) => {
    await tx.raw(
      `insert into ops.build (build_id, run_id, slot, cut_pos, cut_committed_at, business_as_of, state) values ($1, $2, $3, 1, $4, $5, 'PUBLISHED') on conflict do nothing`,
      [build.buildId, randomUUID(), build.slot, build.asOf, build.businessAsOf],
    );
    await tx.raw("delete from ops.pointer");
    await tx.raw(
      `insert into ops.pointer (slot, build_id, prediction_batch_id, cut_pos, cut_committed_at, business_as_of, published_at) values ($1, $2, $3, 1, $4, $5, '2026-03-01T12:05:00Z')`,
      [build.slot, build.buildId, build.predictionBatchId ?? null, build.asOf, build.businessAsOf],
    );
  });
}
