import type { Slot } from "../../publish/slots.ts";
import type { BigQueryClient } from "./client.ts";

/**
 * Shows the checks raw as a build sees it, a view per table: what the suites of marts compare with. The position stands in the views, so
 * that those of the published build stay as they are. One job, whose id follows from the slot and the build.
 */
export async function makeAuditViews(client: BigQueryClient, { slot, pos, buildId, tables }: { slot: Slot; pos: bigint; buildId: string; tables: readonly string[] }): Promise<void> {
  const { project } = client.connection;
  const dataset = client.dataset(`audit_${slot}`);
  await client.makeDataset(dataset);
  if (tables.length === 0) return;
  const raw = client.dataset("raw");
  const views = tables.map((table) =>
    `create or replace view \`${project}.${dataset}.${table}\` as select * except (_op, _from_pos, _to_pos, _committed_at) from \`${project}.${raw}.${table}\` where _from_pos <= ${pos} and (_to_pos is null or _to_pos > ${pos}) and _op <> 'd'`);
  await client.run(views.join(";\n"), { jobId: `martgraph_audit_${client.connection.datasetPrefix}_${slot}_${buildId}_${tables.length}`, labels: { build: buildId, slot, step: "check" } });
}
