import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createLineReader, type RetailLine } from "../onlineRetail/line.ts";

export const HEADER = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,CustomerID,Country";

/** A line of a hand-made file; what is not said is a clean sale of one product to one customer. */
export interface FixtureLine {
  invoice?: string;
  code?: string;
  description?: string;
  quantity?: number | string;
  at?: string;
  price?: string;
  customer?: string;
  country?: string;
}

export function csvLine(line: FixtureLine = {}): string {
  const { invoice = "500001", code = "85048", description = "GLASS BALL LIGHTS", quantity = 1, at = "2010-01-04 10:00:00", price = "6.95", customer = "13085", country = "United Kingdom" } = line;
  const quoted = /[",\n]/.test(description) ? `"${description.replaceAll('"', '""')}"` : description;
  return [invoice, code, quoted, quantity, at, price, customer, country].join(",");
}

export const csvText = (lines: readonly FixtureLine[]) => [HEADER, ...lines.map(csvLine), ""].join("\r\n");

/** The lines as the importer reads them, without a file. */
export function retailLines(lines: readonly FixtureLine[], fileIndex = 0): RetailLine[] {
  const reader = createLineReader();
  return lines.map((line, index) => reader.read(csvLine(line).split(","), { file: "test.csv", fileIndex, line: index + 2 }));
}

/** A folder of files that is gone after `work`. Text of a `.gz` name is compressed. */
export async function withFiles<T>(files: Readonly<Record<string, string | Buffer>>, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "martgraph-retail-"));
  try {
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(folder, name), typeof content === "string" && name.endsWith(".gz") ? gzipSync(content) : content);
    }
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
