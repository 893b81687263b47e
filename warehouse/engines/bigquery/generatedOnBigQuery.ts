import { createHash, randomUUID } from "node:crypto";
import type { Log } from "#platform/log.ts";
import { type BigQueryClient, BigQueryError, type QueryParameter } from "./client.ts";

/** What a parameter of a generated statement is. */
export type GeneratedType = "date" | "text" | "numeric" | "bigint" | "date[]" | "text[]" | "id[]";

/** Runs statements of ours on the published datasets. */
export interface GeneratedOnBigQuery {
  /** Every value as text. @throws BigQueryError, also where it would read more than it may */
  run(text: string, params: readonly unknown[], types: readonly GeneratedType[], build: { slot: "a" | "b"; buildId: string }): Promise<Record<string, string | null>[]>;
}

/** As BigQuery calls them; of a list, the type of what is in it. */
export const GENERATED_TYPES: Readonly<Record<GeneratedType, QueryParameter["type"]>> = { date: "DATE", text: "STRING", numeric: "NUMERIC", bigint: "INT64", "date[]": "DATE", "text[]": "STRING", "id[]": "STRING" };

/** BigQuery is asked first what a statement would read, which costs nothing: what is dearer than allowed is not begun. */
export function generatedOnBigQuery({ client, log, maximumBytesBilled, timeoutMs = 30_000 }: { client: BigQueryClient; log: Pick<Log, "info">; maximumBytesBilled?: bigint; timeoutMs?: number }): GeneratedOnBigQuery {
  const dataset = (name: string) => `\`${client.connection.project}\`.\`${client.dataset(name)}\``;
  return {
    async run(text, params, types, { slot, buildId }) {
      const sql = text.replaceAll("{marts}", dataset(`marts_${slot}`)).replaceAll("{features}", dataset(`features_${slot}`));
      const parameters = params.map((value, index) => parameterOf(index + 1, value, types[index]));
      const { bytes } = await client.dryRun(sql, { parameters });
      if (maximumBytesBilled !== undefined && bytes > maximumBytesBilled) throw new BigQueryError("bytesBilledLimitExceeded", `the statement would read ${bytes} bytes, at most ${maximumBytesBilled} are read`);
      // a new id each time: the answer of a job is kept for a day and no longer
      const jobId = `martgraph_generated_${createHash("sha256").update(text).digest("hex").slice(0, 12)}_${randomUUID().replaceAll("-", "")}`;
      log.info({ jobId, bytes: Number(bytes), buildId }, "a generated statement is put to BigQuery");
      const rows = client.rows(sql, { jobId, parameters, timeoutMs, labels: { step: "read", slot, build: buildId }, ...(maximumBytesBilled === undefined ? {} : { maximumBytesBilled }) });
      return (await Array.fromAsync(rows)) as Record<string, string | null>[];
    },
  };
}

function parameterOf(n: number, value: unknown, type: GeneratedType | undefined): QueryParameter {
  if (type === undefined) throw new TypeError(`parameter ${n} of a generated statement has no type`);
  const text = (one: unknown) => (one === null || one === undefined ? null : String(one));
  return { name: `p${n}`, type: GENERATED_TYPES[type], value: Array.isArray(value) ? value.map(text) : text(value) };
}
