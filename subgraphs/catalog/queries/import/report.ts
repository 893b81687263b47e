import { cursorOf, type Page } from "#kit/page.ts";
import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";

export type Outcome = "CREATED" | "UPDATED" | "UNCHANGED" | "REFUSED";

/** What became of one row of a file. */
export interface ReportRow {
  readonly seq: bigint;
  readonly file: string;
  readonly line: bigint;
  readonly entity: string;
  readonly key: string | null;
  readonly outcome: Outcome;
  readonly field: string | null;
  readonly reason: string | null;
}

const row = { seq: "int8", file: "text", line: "int8", entity: "text", key: "text?", outcome: "text", field: "text?", reason: "text?" } as const;
const COLUMNS = "r.seq, r.file, r.line, r.entity, r.key, r.outcome, r.field, r.reason";
const toRow = (found: RowOf<typeof row>): ReportRow => ({ ...found, outcome: found.outcome as Outcome });

const insert = query({
  name: "catalog.insertReportRows",
  text: `insert into catalog.import_report_rows (job_id, seq, file, line, entity, key, outcome, field, reason)
    select $1, $2 + r.n, r.file, r.line, r.entity, r.key, r.outcome, r.field, r.reason
    from unnest($3::text[], $4::int8[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[]) with ordinality as r (file, line, entity, key, outcome, field, reason, n)`,
  params: ["uuid", "int8", "text[]", "int8[]", "text[]", "text[]", "text[]", "text[]", "text[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const list = query({
  name: "catalog.listReport",
  text: `select ${COLUMNS} from catalog.import_report_rows r where r.job_id = $1 and r.seq > $2 order by r.seq limit $3`,
  params: ["uuid", "int8", "int4"],
  row,
  budget: { access: "index", maxRows: 5_000 },
});
const listRefused = query({
  name: "catalog.listRefusedReport",
  text: `select ${COLUMNS} from catalog.import_report_rows r where r.job_id = $1 and r.seq > $2 and r.outcome = 'REFUSED' order by r.seq limit $3`,
  params: ["uuid", "int8", "int4"],
  row,
  budget: { access: "index", maxRows: 5_000 },
});

export const reportCursor = cursorOf("import report", ["integer"]);

/** Writes rows behind the first `after` of the report. */
export async function insertReportRows(tx: Reader, jobId: string, after: bigint, rows: readonly Omit<ReportRow, "seq">[]): Promise<void> {
  if (rows.length === 0) return;
  // A null in an array of text is what the server takes for null.
  const column = <K extends keyof Omit<ReportRow, "seq" | "line">>(name: K) => rows.map((one) => one[name]) as unknown as string[];
  await tx.execute(insert, [jobId, after, column("file"), rows.map(({ line }) => line), column("entity"), column("key"), column("outcome"), column("field"), column("reason")]);
}

export async function listReport(db: Reader, jobId: string, page: { limit: number; after: bigint }, onlyRefused: boolean): Promise<ReportRow[]> {
  return (await db.many(onlyRefused ? listRefused : list, [jobId, page.after, page.limit])).map(toRow);
}

export function reportPlace(page: Page<[string]>): { limit: number; after: bigint } {
  return { limit: page.limit + 1, after: BigInt(page.after?.[0] ?? "0") };
}
