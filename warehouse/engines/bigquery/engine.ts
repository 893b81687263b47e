import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Database } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { EngineTool } from "../../pipeline/types.ts";
import type { Slot } from "../../publish/slots.ts";
import { readPointer } from "../../publish/statements.ts";
import type { Dbt } from "../../tools/dbt.ts";
import type { Manifest } from "../../tools/manifest.ts";
import { readStoredTables } from "../../load/rawCatalog.ts";
import { makeAuditViews } from "./auditViews.ts";
import { type BigQueryClient, withCure } from "./client.ts";
import { daysInBigQuery } from "./daysInBigQuery.ts";
import { controlTables, dbtOnBigQuery } from "./dbtOnBigQuery.ts";
import { mirrorTables } from "./mirror/mirrorTables.ts";
import { onlineTables } from "./mirror/onlineTables.ts";
import { targetEpoch } from "./shipStatements.ts";
import { type Readers, showBuild, shownBuild } from "./publish/showBuild.ts";

const buildInSlot = query({
  name: "bigquery.buildInSlot",
  text: "select build_id, cut_pos from ops.slot_state where slot = $1",
  params: ["text"],
  row: { build_id: "uuid?", cut_pos: "int8?" },
  budget: { access: "index", maxRows: 1 },
});

export interface BigQueryEngineOptions {
  /** Made with BigQuery's connection. */
  dbt: Dbt;
  /** Logs in as martgraph_builder. */
  warehouse: Database;
  client: BigQueryClient;
  readers: Readers;
  /** The models that are built, and the raw tables that they read; all where not given. */
  only?: { select: readonly string[]; exclude: readonly string[]; raw: ReadonlySet<string> };
}

/** BigQuery as the engine of the pipeline: dbt builds there what raw is shipped for, and what is read by key comes back. */
export function createBigQueryEngine({ dbt: plain, warehouse, client, readers, only }: BigQueryEngineOptions): { dbt: Dbt; engine: EngineTool } {
  const { project, datasetPrefix } = client.connection;
  let known: { hash: string; manifest: Manifest } | undefined;
  const manifest = async (slot: Slot): Promise<Manifest> => {
    const hash = await plain.codeHash();
    if (known?.hash !== hash) known = { hash, manifest: JSON.parse(await readFile(await plain.parse(slot), "utf8")) as Manifest };
    return known.manifest;
  };
  const engine: EngineTool = {
    name: `BigQuery, ${project}`,
    days: (slot, buildId) => daysInBigQuery(client, slot, buildId),
    async mirror({ slot, ...request }) {
      const tables = onlineTables(await manifest(slot)).filter(({ name }) => only?.select.some((selected) => selected.replace("+", "") === name) ?? true);
      return mirrorTables({ warehouse, client, slot, tables, ...request });
    },
    show: (build) => showBuild({ warehouse, client, readers }, build),
  };

  /** Readers there see what the pointer names, also after a publish that got no further than them: the slot is about to be written. */
  async function settleViews(): Promise<void> {
    const pointer = await warehouse.maybeOne(readPointer, []);
    if (!pointer || (await client.tables(client.dataset(`marts_${pointer.slot}`))).length === 0 || (await shownBuild(client)).buildId === pointer.build_id) return;
    await engine.show({ buildId: pointer.build_id, slot: pointer.slot as Slot, committedAt: pointer.cut_committed_at });
  }

  const shipping = dbtOnBigQuery({ dbt: plain, warehouse, client, control: async (slot) => controlTables((await manifest(slot)).sources), ...(only ? { only: only.raw } : {}) });
  const dbt: Dbt = {
    ...shipping,
    // Tables of the one engine are no beginning for the other, nor is what was built from a copy of raw that was begun anew since.
    codeHash: async () => createHash("sha256").update(`${await plain.codeHash()} bigquery ${project} ${datasetPrefix} ${(await warehouse.one(targetEpoch, [`${project}.${datasetPrefix}`])).epoch}`).digest("hex"),
    async build(request) {
      await settleViews();
      const { build_id: buildId, cut_pos: pos } = await warehouse.one(buildInSlot, [request.slot]);
      const outcome = await shipping.build({ ...request, ...(only ? { select: only.select, exclude: only.exclude } : {}), ...(buildId ? { buildId } : {}) });
      if (!outcome.ok) return { ...outcome, reason: withCure("", outcome.reason) };
      const tables = [...(await readStoredTables(warehouse)).keys()].filter((table) => only?.raw.has(table) ?? true).sort();
      await makeAuditViews(client, { slot: request.slot, pos: pos ?? 0n, buildId: buildId ?? "none", tables });
      return outcome;
    },
  };
  return { dbt, engine };
}
