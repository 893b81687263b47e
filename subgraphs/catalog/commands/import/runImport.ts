import { setImmediate as breathe } from "node:timers/promises";
import { sqlState } from "#platform/db/errors.ts";
import { DEFAULT_BOUNDS } from "#platform/tabular/source.ts";
import { readTable } from "#platform/tabular/readTable.ts";
import { TableError } from "#platform/tabular/tableError.ts";
import type { Entity, Step } from "../../domain/import/mapping.ts";
import { advanceJob, type Bookmark, type Counts, type Job, restartPhase } from "../../queries/import/jobs.ts";
import { insertReportRows, type ReportRow } from "../../queries/import/report.ts";
import { type Gathered, gather } from "./candidates.ts";
import { writeCustomerRows } from "./entities/writeCustomerRows.ts";
import { writeLinkRows } from "./entities/writeLinkRows.ts";
import { writeMediaRows } from "./entities/writeMediaRows.ts";
import { writeOrderRows } from "./entities/writeOrderRows.ts";
import { writePriceRows } from "./entities/writePriceRows.ts";
import { writeProductRows } from "./entities/writeProductRows.ts";
import { writeReviewRows } from "./entities/writeReviewRows.ts";
import { writeStockRows } from "./entities/writeStockRows.ts";
import type { Candidate, EntityWriter, ImportRun, Part, Verdict } from "./importRun.ts";
import { columnsWanted, filesOf, type JoinTables, readJoined, type StepRow, stepRow, tableFormat } from "./rowsOfStep.ts";
import { Seen } from "./seen.ts";

/** Rows of one transaction, about. */
const BATCH = 500;
export const LEASE_SECONDS = 60;

const WRITERS: Readonly<Record<Entity, EntityWriter>> = {
  PRODUCT: writeProductRows, STOCK: writeStockRows, PRICE: writePriceRows, CUSTOMER: writeCustomerRows, ORDER: writeOrderRows, LINK: writeLinkRows, MEDIA: writeMediaRows, REVIEW: writeReviewRows,
};

/** The job was cancelled by somebody, or taken over while this process was thought dead. */
export class JobStopped extends Error {
  override readonly name = "JobStopped";
  readonly why: "CANCELLED" | "LOST";
  constructor(why: "CANCELLED" | "LOST") {
    super(`the job was ${why.toLowerCase()}`);
    this.why = why;
  }
}

export interface Progressed { readonly counts: Counts; readonly bytesDone: number }

/**
 * Runs one phase of an import from its bookmark to its end, batch by batch; each batch's rows, report and bookmark are one transaction,
 * so a process that dies leaves nothing half-done and another goes on. Answers the counts of what this run did.
 * @throws TableError when a file cannot be read at all or on; JobStopped
 */
export async function runPhase(run: ImportRun, job: Job, hear: (progress: Progressed) => void = () => {}): Promise<Counts> {
  // What a check has planned is only in memory: a check that was cut off begins again.
  const from = job.bookmark && !run.isDry ? job.bookmark : { step: 0, file: 0, records: 0 };
  if (run.isDry && job.bookmark) await run.db.tx((tx) => restartPhase(tx, job, job.phase));
  const joins = await readJoined(run.mapping.sources, run.mapping.joined, run.files);
  const pass = new Pass(run, job, joins, from, hear);
  for (const [index, step] of run.mapping.steps.entries()) {
    for (const [place, file] of (await filesOf(step.source, run.files)).entries()) await pass.read(step, index, place, file);
  }
  return pass.counts;
}

/** With how many records of the file stand before its first row. */
type Placed = Gathered & { readonly at: number };

class Pass {
  readonly #run: ImportRun;
  readonly #job: Job;
  readonly #joins: JoinTables;
  readonly #from: Bookmark;
  readonly #hear: (progress: Progressed) => void;
  readonly #seen = new Seen();
  readonly counts: Counts = { created: 0, updated: 0, unchanged: 0, refused: 0 };
  #bytesBefore = 0;

  constructor(run: ImportRun, job: Job, joins: JoinTables, from: Bookmark, hear: (progress: Progressed) => void) {
    this.#run = run;
    this.#job = job;
    this.#joins = joins;
    this.#from = from;
    this.#hear = hear;
  }

  async read(step: Step, index: number, place: number, file: { readonly name: string; readonly size: number; open(): Promise<AsyncIterable<Uint8Array>> }): Promise<void> {
    const from = this.#from;
    const isDone = index < from.step || (index === from.step && place < from.file);
    const skip = index === from.step && place === from.file ? from.records : 0;
    let bytes = 0;
    let records = 0;
    let open: StepRow[] = [];
    let openAt = 0;
    let batch: Placed[] = [];
    let rowsOfBatch = 0;
    const wanted = columnsWanted(step);
    const heard = {
      onBytes: (read: number) => { bytes = read; },
      onColumns: (names: readonly string[]) => {
        if (step.source.format.isSparse) return;
        const missing = [...wanted].filter((name) => !names.includes(name));
        if (missing.length > 0) throw new TableError(file.name, 1, `the mapping names columns that the file does not have: ${missing.slice(0, 10).join(", ")}`);
      },
    };
    const close = () => {
      if (open.length === 0) return;
      const gathered = gather(step, file.name, open, this.#seen);
      // What is done already is only remembered, for what stands twice.
      if (!isDone && openAt >= skip) { batch.push({ ...gathered, at: openAt }); rowsOfBatch += open.length; }
      open = [];
    };
    const flush = async (bookmark: number) => {
      if (batch.length > 0) await this.#write(step, batch, { step: index, file: place, records: bookmark }, this.#bytesBefore + bytes);
      batch = [];
      rowsOfBatch = 0;
      await breathe();
    };
    for await (const lines of readTable(file, tableFormat(step.source.format), DEFAULT_BOUNDS, heard)) {
      for (const line of lines) {
        const row = stepRow(step, line, this.#joins);
        const joins = row?.group !== undefined && open.length > 0 && open[0]?.group === row.group;
        if (row && !joins) {
          close();
          if (rowsOfBatch >= BATCH) await flush(records);
          openAt = records;
        }
        records += 1;
        if (row) open.push(row);
        if (open.length > 5_000) throw new TableError(file.name, line.line, "thousands of rows stand for one product or order: check what `group` goes by");
      }
    }
    close();
    await flush(records);
    this.#bytesBefore += file.size;
  }

  async #write(step: Step, batch: readonly Placed[], bookmark: Bookmark, bytesDone: number): Promise<void> {
    const run = this.#run;
    const candidates = batch.flatMap(({ candidate }) => candidate ?? []);
    const writer = WRITERS[step.entity];
    if (run.isDry) {
      const verdicts = await tryOut(run, writer, candidates);
      return this.#count(await run.db.tx((tx) => this.#report(tx, step, batch, verdicts, bookmark, bytesDone)), bytesDone);
    }
    try {
      this.#count(await run.db.tx(async (tx) => this.#report(tx, step, batch, await writer(tx, run, candidates), bookmark, bytesDone), { retries: 5 }), bytesDone);
    } catch (error) {
      if (!isOfTheData(error)) throw error;
      if (batch.length === 1) {
        run.log.warn({ error, entity: step.entity, line: batch[0]?.parts[0]?.line }, "rows of an import could not be written");
        const verdicts = new Map(candidates.flatMap(({ rows }) => rows.map((part) => [part, NOT_WRITTEN] as const)));
        return this.#count(await run.db.tx((tx) => this.#report(tx, step, batch, verdicts, bookmark, bytesDone)), bytesDone);
      }
      // One bad apple: halves, until it stands alone.
      const middle = Math.ceil(batch.length / 2);
      await this.#write(step, batch.slice(0, middle), { ...bookmark, records: (batch[middle] as Placed).at }, bytesDone);
      await this.#write(step, batch.slice(middle), bookmark, bytesDone);
    }
  }

  async #report(tx: Parameters<EntityWriter>[0], step: Step, batch: readonly Placed[], written: ReadonlyMap<Part, Verdict>, bookmark: Bookmark, bytesDone: number): Promise<Counts> {
    const rows: Omit<ReportRow, "seq">[] = [];
    const counts: Counts = { created: 0, updated: 0, unchanged: 0, refused: 0 };
    for (const { parts, verdicts } of batch) {
      for (const part of parts) {
        const verdict = verdicts.get(part) ?? written.get(part);
        if (!verdict) throw new Error(`line ${part.line} of ${part.file} is in no verdict`);
        counts[verdict.outcome.toLowerCase() as keyof Counts] += 1;
        rows.push({ file: part.file, line: BigInt(part.line), entity: step.entity, key: part.key, outcome: verdict.outcome, field: verdict.field ?? null, reason: verdict.reason?.slice(0, 500) ?? null });
      }
    }
    const after = await advanceJob(tx, this.#job, bookmark, bytesDone, counts, LEASE_SECONDS);
    if (!after) throw new JobStopped("LOST");
    if (after.isCancelWanted) throw new JobStopped("CANCELLED");
    await insertReportRows(tx, this.#job.id, after.reportRows - BigInt(rows.length), rows);
    return counts;
  }

  /** After the commit: a transaction that is tried again must not count twice. */
  #count(counts: Counts, bytesDone: number): void {
    for (const name of Object.keys(counts) as (keyof Counts)[]) this.counts[name] += counts[name];
    this.#hear({ counts: this.counts, bytesDone });
  }
}

const NOT_WRITTEN: Verdict = { outcome: "REFUSED", field: null, reason: "the database refuses what this row comes to" };

/** Does what a batch would do, and takes it back. */
async function tryOut(run: ImportRun, writer: EntityWriter, candidates: readonly Candidate[]): Promise<Map<Part, Verdict>> {
  class TakenBack extends Error {
    override readonly name = "TakenBack";
    readonly verdicts: Map<Part, Verdict>;
    constructor(verdicts: Map<Part, Verdict>) {
      super("a dry run is taken back");
      this.verdicts = verdicts;
    }
  }
  try {
    await run.db.tx(async (tx) => { throw new TakenBack(await writer(tx, run, candidates)); }, { retries: 5 });
  } catch (error) {
    if (error instanceof TakenBack) return error.verdicts;
    if (!isOfTheData(error)) throw error;
    if (candidates.length === 1) return new Map(candidates.flatMap(({ rows }) => rows.map((part) => [part, NOT_WRITTEN] as const)));
    const middle = Math.ceil(candidates.length / 2);
    const [first, second] = [await tryOut(run, writer, candidates.slice(0, middle)), await tryOut(run, writer, candidates.slice(middle))];
    return new Map([...first, ...second]);
  }
  throw new Error("a transaction that throws did not");
}

/** Whether the server refused what was written, and not the writing: values and constraints, SQLSTATE classes 22 and 23. */
function isOfTheData(error: unknown): boolean {
  return /^(22|23)/.test(sqlState(error) ?? "");
}
