import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { copyRows } from "../copy.ts";
import { createIds } from "../ids.ts";
import { count } from "../progress.ts";
import { TABLES } from "../tables.ts";
import type { ReadFile } from "./files.ts";
import type { Ledger } from "./invoices.ts";
import { lineContent } from "./line.ts";
import type { MatchQuality, RefundMatch } from "./refunds.ts";

/** What became of every line read: linesRead = linesLoaded + linesRejected + linesOverlap. */
export interface ImportReport {
  linesRead: number;
  linesLoaded: number;
  linesRejected: number;
  /** Lines that an earlier file holds too. */
  linesOverlap: number;
  /** Lines per class, e.g. loaded SALE, CHARGE, REFUND, WRITE_OFF; rejected NEGATIVE_PRICE. */
  classes: { loaded: Record<string, number>; rejected: Record<string, number> };
  orders: number;
  refunds: number;
  refundMatches: Record<MatchQuality, number>;
  files: { name: string; lines: number; overlap: number; firstInvoiceAt: string; lastInvoiceAt: string }[];
  /** One line for a person: the equation. */
  summary: string;
  seconds?: number;
}

const insertReport = query({
  name: "shopdata.insertImportReport",
  text: `insert into platform.import_reports (id, source, lines_read, lines_loaded, lines_rejected, lines_overlap, classes, files)
    values ($1, 'ONLINE_RETAIL_II', $2, $3, $4, $5, $6, $7)`,
  params: ["uuid", "int8", "int8", "int8", "int8", "jsonb", "jsonb"],
  row: {},
  budget: { access: "write", maxRows: 1 },
});

/** @throws when a line is in none or in two places: that is a defect of the importer, not of the data */
export function reportOf(parts: { files: readonly ReadFile[]; ledger: Ledger; matches: readonly RefundMatch[] }): ImportReport {
  const { files, ledger, matches } = parts;
  const total = (counts: Record<string, number>) => Object.values(counts).reduce((sum, count) => sum + count, 0);
  const linesRead = files.reduce((sum, file) => sum + file.lines, 0);
  const linesOverlap = files.reduce((sum, file) => sum + file.overlap, 0);
  const linesLoaded = total(ledger.classes.loaded);
  const linesRejected = total(ledger.classes.rejected);
  if (linesRead !== linesLoaded + linesRejected + linesOverlap) {
    throw new Error(`the import lost or doubled lines: ${linesRead} read, ${linesLoaded} loaded, ${linesRejected} rejected, ${linesOverlap} in two files`);
  }
  const refundMatches: Record<MatchQuality, number> = { EXACT: 0, LATEST_OF_SEVERAL: 0, PARTIAL: 0, NONE: 0 };
  for (const { quality } of matches) refundMatches[quality] += 1;
  const summary = `${count(linesRead)} lines read = ${count(linesLoaded)} loaded + ${count(linesRejected)} rejected + ${count(linesOverlap)} in two files; ${count(ledger.orders.length)} orders`;
  return {
    summary, linesRead, linesLoaded, linesRejected, linesOverlap,
    classes: ledger.classes,
    orders: ledger.orders.length,
    refunds: ledger.refunds.length,
    refundMatches,
    files: files.map(({ name, lines, overlap, firstAt, lastAt }) => ({ name, lines, overlap, firstInvoiceAt: new Date(firstAt).toISOString(), lastInvoiceAt: new Date(lastAt).toISOString() })),
  };
}

/** Stores the report and every rejected line with its reason; answers the lines stored. */
export async function writeReport(tx: Tx, report: ImportReport, ledger: Ledger, seed: number | string, signal: AbortSignal | undefined): Promise<number> {
  const id = createIds(seed, "import-reports")(ledger.lastAt);
  await tx.execute(insertReport, [id, BigInt(report.linesRead), BigInt(report.linesLoaded), BigInt(report.linesRejected), BigInt(report.linesOverlap), report.classes, JSON.stringify(report.files)]);
  const rows = ledger.rejections.map(({ line, reason }) => [id, report.files[line.file]?.name ?? "", line.line, reason, lineContent(line)]);
  return copyRows(tx, TABLES.importRejections, rows, signal);
}
