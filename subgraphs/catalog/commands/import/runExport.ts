import { Readable } from "node:stream";
import { toDecimal } from "#schema/values/money.ts";
import type { Reader } from "#platform/db/database.ts";
import { csvLine } from "#platform/tabular/csvText.ts";
import { isConnectionError } from "#platform/db/errors.ts";
import { COLUMNS, exportFileName, type ExportTask } from "../../domain/import/exportTask.ts";
import { type ExportedVariant, type ExportScope, pagesOfLinks, pagesOfPrices, pagesOfProducts, pagesOfStock } from "../../queries/import/exports.ts";
import { finishJob, type Job, renewJob } from "../../queries/import/jobs.ts";
import type { JobParts } from "./runJob.ts";
import { JobStopped, LEASE_SECONDS } from "./runImport.ts";

/** A row by its columns; what is no text is JSON. */
type ExportRow = Readonly<Record<string, unknown>>;

/** Writes the file of an export into the store, from one snapshot of the catalogue. */
export async function runExportJob(parts: JobParts, job: Job): Promise<void> {
  const task = JSON.parse(job.task) as ExportTask;
  const key = `exports/${job.id}/${exportFileName(task)}`;
  try {
    const size = await parts.db.tx(async (tx) => (await parts.objects.put(key, Readable.from(fileOf(tx, parts, job, task), { objectMode: false }), { contentType: task.format === "CSV" ? "text/csv; charset=utf-8" : "application/x-ndjson" })).size, { isolation: "repeatable read", readOnly: true });
    await finishJob(parts.db, job, { state: "DONE", resultKey: key, resultBytes: size });
  } catch (error) {
    if (error instanceof JobStopped) return error.why === "LOST" ? undefined : finishJob(parts.db, job, { state: "CANCELLED" });
    if (isConnectionError(error)) throw error;
    parts.log.error({ error, job: job.id }, "an export failed");
    await finishJob(parts.db, job, { state: "FAILED", problem: "the export failed for a reason of the shop's own: start it again" });
  }
}

async function* fileOf(tx: Reader, { db }: JobParts, job: Job, task: ExportTask): AsyncGenerator<string> {
  const columns = COLUMNS[task.entity];
  const scope = { vendorId: job.vendorId, status: task.status, currency: task.currency };
  if (task.format === "CSV") yield csvLine(columns);
  for await (const rows of rowsOf(tx, task, scope)) {
    const renewed = await renewJob(db, job, LEASE_SECONDS);
    if (!renewed || renewed.isCancelWanted) throw new JobStopped(renewed ? "CANCELLED" : "LOST");
    yield rows.map((row) => (task.format === "CSV" ? csvLine(columns.map((name) => cellOf(row[name]))) : `${JSON.stringify(Object.fromEntries(columns.flatMap((name) => (row[name] == null ? [] : [[name, row[name]]]))))}\n`)).join("");
  }
}

function cellOf(value: unknown): string {
  return value == null ? "" : typeof value === "string" ? value : typeof value === "number" || typeof value === "bigint" ? String(value) : JSON.stringify(value);
}

async function* rowsOf(tx: Reader, { entity }: ExportTask, scope: ExportScope): AsyncGenerator<ExportRow[]> {
  switch (entity) {
    case "PRODUCT":
      for await (const page of pagesOfProducts(tx, scope)) {
        yield page.flatMap(({ variants, id: _id, ...product }) => (variants as ExportedVariant[]).map((variant) => ({
          ...product, sku: variant.sku, variant_name: variant.name, options: variant.options, barcode: variant.barcode, weight_grams: variant.weight === null ? null : String(variant.weight), ...priceOf(variant),
        })));
      }
      return;
    case "STOCK":
      for await (const page of pagesOfStock(tx, scope)) yield page.flatMap(({ sku, warehouse, on_hand }) => (warehouse === null ? [] : [{ sku, warehouse, quantity: String(on_hand ?? 0n) }]));
      return;
    case "PRICE":
      for await (const page of pagesOfPrices(tx, scope)) {
        yield page.flatMap(({ sku, currency, unit_amount, exponent, compare_at_amount }) => (currency === null ? [] : [{ sku, ...priceOf({ currency, amount: String(unit_amount), exponent, compareAt: compare_at_amount === null ? null : String(compare_at_amount) }) }]));
      }
      return;
    case "LINK":
      for await (const page of pagesOfLinks(tx, scope)) yield page.flatMap(({ slug, kind, linked }) => (kind === null ? [] : [{ product: slug, kind, linked }]));
  }
}

function priceOf({ currency, amount, exponent, compareAt }: Pick<ExportedVariant, "currency" | "amount" | "exponent" | "compareAt">): ExportRow {
  if (currency === null || amount === null || exponent === null) return {};
  const decimal = (units: string) => toDecimal({ units: BigInt(units), exponent, currency });
  return { price: decimal(amount), compare_at: compareAt === null ? null : decimal(compareAt), currency };
}
