import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readAll } from "node:stream/consumers";
import type { BigQueryClient } from "../../engines/bigquery/client.ts";
import type { Emulator } from "../../engines/bigquery/gates/emulator.ts";
import { publishScript } from "../../engines/bigquery/publish/publishScript.ts";
import { PEOPLE } from "./sqlWarehouse.ts";

/** A job as it was asked for. */
export interface AskedJob {
  readonly jobReference?: { readonly jobId?: string };
  readonly configuration: { readonly labels: object; readonly jobTimeoutMs?: string; readonly dryRun?: boolean; readonly query: Record<string, unknown> };
}

/** Stands before an emulator and puts into the answers of dry runs what BigQuery would say there and the emulator does not. */
export interface DryRunPlayer {
  readonly endpoint: string;
  readonly jobs: AskedJob[];
  recorded: { totalBytesProcessed?: string; query?: object };
  /** Called when a job has been begun, and waited for before its asker hears of it. */
  onJob: ((jobId: string) => void | Promise<void>) | undefined;
  close(): void;
}

export async function playDryRuns(emulator: Emulator): Promise<DryRunPlayer> {
  const server = createServer((request, response) => void forward(request, response));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const player: DryRunPlayer = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, jobs: [], recorded: {}, onJob: undefined,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readAll(request);
    const isJob = request.method === "POST" && request.url?.split("?")[0]?.endsWith("/jobs") === true;
    const asked = isJob ? (JSON.parse(body) as AskedJob) : undefined;
    const answer = await fetch(`${emulator.endpoint}${request.url}`, { method: request.method ?? "GET", headers: { "content-type": request.headers["content-type"] ?? "application/json", ...(request.headers["if-match"] ? { "if-match": request.headers["if-match"] } : {}) }, ...(body === "" ? {} : { body }) });
    let text = await answer.text();
    if (asked) player.jobs.push(asked);
    if (asked?.configuration.dryRun && answer.ok) {
      const said = JSON.parse(text) as { statistics?: { query?: object } };
      text = JSON.stringify({ ...said, statistics: { ...said.statistics, ...player.recorded, query: { ...said.statistics?.query, ...player.recorded.query } } });
    }
    if (asked && !asked.configuration.dryRun) await player.onJob?.(asked.jobReference?.jobId ?? "");
    response.writeHead(answer.status, { "content-type": "application/json" }).end(text);
  }
  return player;
}

/** Two tables of a build, shown by the script that shows builds. */
export async function publishInBigQuery(client: BigQueryClient, buildId: string): Promise<void> {
  for (const name of ["marts_a", "access", "vendor_a", "marts", "marts_masked", "marts_vendor"]) await client.makeDataset(client.dataset(name));
  const table = (dataset: string, name: string) => `\`proof.shop_${dataset}.${name}\``;
  await client.run(`create table ${table("access", "mask_keys")} as select b'0123456789abcdef' as mask_key`);
  await client.run(`create table ${table("marts_a", "dim_customers")} as select '${PEOPLE[0]}' as user_id, 'aa' as email_sha256, 'GB' as country_code union all select '${PEOPLE[1]}', 'bb', 'GB'`);
  await client.run(`create table ${table("marts_a", "fct_order_lines")} as select 'lantern' as name, numeric '10.50' as amount, timestamp '2026-02-01 10:00:00.000001+00' as placed_at union all select 'cake\\'s', numeric '3.25', timestamp '2026-02-01 10:00:00.000001+00' union all select 'clock', numeric '666', timestamp '2026-02-02 10:00:00+00'`);
  const marts = [{ name: "dim_customers", columns: ["user_id", "email_sha256", "country_code"] }, { name: "fct_order_lines", columns: ["name", "amount", "placed_at"] }];
  await client.run(publishScript({ project: "proof", dataset: (name) => client.dataset(name) }, { buildId, slot: "a", turn: 1, committedAt: new Date("2026-03-01T12:00:00Z"), marts, vendors: new Map(), shown: new Map() }), { jobId: `publish_${randomUUID()}` });
}
