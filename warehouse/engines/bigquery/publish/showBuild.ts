import type { Database } from "#platform/db/database.ts";
import { assertNothingPersonal, PublishRefused } from "../../../publish/marts.ts";
import type { Slot } from "../../../publish/slots.ts";
import type { BigQueryClient } from "../client.ts";
import { shipControlTable } from "../shipRaw.ts";
import { targetEpoch } from "../shipStatements.ts";
import { AUDIENCES } from "./audiences.ts";
import { setAccess, withReaders, withViewsOf } from "./grants.ts";
import { BUILD_LABEL, type PublishedMart, publishScript, TURN_LABEL } from "./publishScript.ts";

/** Who reads what is published, as IAM writes them. */
export interface Readers {
  readonly marts: readonly string[];
  readonly masked: readonly string[];
  readonly vendors: ReadonlyMap<string, readonly string[]>;
}

export interface ShownBuild {
  readonly buildId: string;
  readonly slot: Slot;
  /** Commit time of its cut. */
  readonly committedAt: Date;
}

/** The build that BigQuery's readers see, undefined before the first, and how often they were shown one. */
export async function shownBuild(client: BigQueryClient): Promise<{ buildId: string | undefined; turn: number }> {
  const states = await Promise.all(AUDIENCES.map(({ dataset }) => client.readDataset(client.dataset(dataset))));
  const turn = Math.max(...states.map((state) => Number(state?.labels[TURN_LABEL] ?? 0)));
  const [buildId] = states.map((state) => state?.labels[BUILD_LABEL]);
  // A script that was cut off among its last statements has labelled some of them.
  return { buildId: states.every((state) => state?.labels[BUILD_LABEL] === buildId) ? buildId : undefined, turn };
}

/**
 * Shows a build to BigQuery's readers, by one job whose id follows from the build and from how often they were shown one before: asked
 * again, it is found done. Views of a dataset are authorised on what they read, so that who may read them needs no right on the slots.
 * @throws PublishRefused when the slot is empty or holds personal data; BigQueryError
 */
export async function showBuild(options: { warehouse: Database; client: BigQueryClient; readers: Readers }, build: ShownBuild): Promise<{ views: number }> {
  const { warehouse, client, readers } = options;
  const { buildId, slot } = build;
  const { project } = client.connection;
  const marts = await listSlotMarts(client, slot);
  for (const { dataset } of AUDIENCES) await client.makeDataset(client.dataset(dataset));
  for (const name of ["access", `vendor_${slot}`]) await client.makeDataset(client.dataset(name));
  await shipControlTable({ warehouse, client, schema: "access", table: "mask_keys", columns: [{ name: "mask_key", type: "bytea" }], source: "ops.sql_keys" });
  const views = AUDIENCES.map(({ dataset }) => client.dataset(dataset));
  for (const name of [`marts_${slot}`, `vendor_${slot}`, "access"]) await setAccess(client, client.dataset(name), (access) => withViewsOf(access, project, views));
  const shown = new Map(await Promise.all(AUDIENCES.map(async ({ dataset }) => [dataset, await client.tables(client.dataset(dataset))] as const)));
  const before = await shownBuild(client);
  const turn = before.turn + 1;
  if (before.buildId !== buildId) {
    const { epoch } = await warehouse.one(targetEpoch, [`${project}.${client.connection.datasetPrefix}`]);
    const script = publishScript({ project, dataset: (name) => client.dataset(name) }, { ...build, turn, marts, vendors: readers.vendors, shown });
    await client.run(script, { jobId: `martgraph_publish_${epoch.replaceAll("-", "")}_${buildId}_${turn}`, labels: { build: buildId, slot, step: "publish" } });
  }
  const members: Record<string, readonly string[]> = { marts: readers.marts, marts_masked: readers.masked, marts_vendor: [...new Set([...readers.vendors.values()].flat())] };
  for (const { dataset } of AUDIENCES) await setAccess(client, client.dataset(dataset), (access) => withReaders(access, members[dataset] ?? []));
  return { views: marts.length };
}

/** What a slot has to publish, in order of name. @throws PublishRefused */
export async function listSlotMarts(client: BigQueryClient, slot: Slot): Promise<PublishedMart[]> {
  const dataset = client.dataset(`marts_${slot}`);
  const marts = new Map<string, string[]>();
  const sql = `select table_name, column_name from \`${client.connection.project}\`.\`${dataset}\`.INFORMATION_SCHEMA.COLUMNS order by table_name, ordinal_position`;
  for await (const row of client.rows(sql, { labels: { step: "publish" } })) {
    const table = String(row["table_name"]);
    if (table.includes("__dbt_")) continue;
    const column = String(row["column_name"]);
    assertNothingPersonal(dataset, table, column);
    marts.set(table, [...(marts.get(table) ?? []), column]);
  }
  if (marts.size === 0) throw new PublishRefused(`${dataset} holds no tables: there is nothing to publish`);
  return [...marts].map(([name, columns]) => ({ name, columns }));
}
