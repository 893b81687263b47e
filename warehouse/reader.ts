import { setTimeout as sleep } from "node:timers/promises";
import type { Database, Tx } from "#platform/db/database.ts";
import { DatabaseUnavailable } from "#platform/db/errors.ts";
import { query, type ColumnType, type ParamValues, type RowOf, type Statement } from "#platform/db/query.ts";
import { contractedTables, NOTHING_CHANGED, staleAfterSeconds, STRICTEST_SECONDS } from "./quality/freshness.ts";
import type { GeneratedOnBigQuery, GeneratedType } from "./engines/bigquery/generatedOnBigQuery.ts";
import { slotLockKey, type Slot } from "./publish/slots.ts";

/** Which published build an answer comes from. */
export interface BuildInfo {
  readonly buildId: string;
  readonly slot: Slot;
  /** The predictions that were audited with this build; null while there are none. */
  readonly predictionBatchId: string | null;
  /** Commit time of the cut: every change of the shop up to here is in. Wall time. */
  readonly asOf: Date;
  /** Business time at the cut. */
  readonly businessAsOf: Date;
  readonly publishedAt: Date;
  /** Up to here the numbers are known to be the shop's: the cut, or a later look at the shop that found nothing new. Wall time. */
  readonly currentTo: Date;
  /** Seconds from `currentTo` to this reading. */
  readonly ageSeconds: number;
  /** Older than the strictest contract of a mart allows. What reads a few marts asks `isStaleFor`. */
  readonly isStale: boolean;
}

/** Whether a build is older than the contracts of these marts allow (meta `stale_after_minutes` in dbt's yml). @throws RangeError for a table without a contract */
export function isStaleFor(build: Pick<BuildInfo, "ageSeconds">, tables: readonly string[]): boolean {
  return tables.some((table) => build.ageSeconds > staleAfterSeconds(table));
}

/** Every mart and feature table with its contract of freshness and how it stands in a build. */
export function tableFreshness(build: Pick<BuildInfo, "ageSeconds">): { table: string; staleAfterMinutes: number; ageSeconds: number; isStale: boolean }[] {
  return contractedTables().map((table) => ({
    table, staleAfterMinutes: staleAfterSeconds(table) / 60, ageSeconds: Math.min(Math.round(build.ageSeconds), 2 ** 31 - 1), isStale: isStaleFor(build, [table]),
  }));
}

/** A statement over a slot's tables: its text names the slot's schemas, so there is one statement per slot. */
export type SlotStatement<P extends readonly ColumnType[], R extends Record<string, ColumnType>> = Readonly<Record<Slot, Statement<P, R>>>;

/** Declares a statement for both slots. In `text`, `{marts}` and `{features}` stand for the slot's schemas. */
export function slotQuery<const P extends readonly ColumnType[], const R extends Record<string, ColumnType>>(
  statement: Statement<P, R>,
): SlotStatement<P, R> {
  const forSlot = (slot: Slot) =>
    query({ ...statement, name: `${statement.name}_${slot}`, text: inSlot(statement.text, slot) }) as Statement<P, R>;
  return { a: forSlot("a"), b: forSlot("b") };
}

const inSlot = (text: string, slot: Slot) => text.replaceAll("{marts}", `marts_${slot}`).replaceAll("{features}", `features_${slot}`);

/** One published build, held still: until the work is over no build may write its slot. */
export interface PinnedBuild extends BuildInfo {
  many<P extends readonly ColumnType[], R extends Record<string, ColumnType>>(statement: SlotStatement<P, R>, params: ParamValues<P>): Promise<RowOf<R>[]>;
  maybeOne<P extends readonly ColumnType[], R extends Record<string, ColumnType>>(statement: SlotStatement<P, R>, params: ParamValues<P>): Promise<RowOf<R> | undefined>;
  /** Statements on tables that are outside the slots: predictions (keyed by batch), registry. */
  readonly tables: Pick<Tx, "many" | "maybeOne">;
  /** Generated SQL in the engine's own dialect; `{marts}` and `{features}` as in `slotQuery`. BigQuery wants to know the parameters' types. */
  generated<Row extends Record<string, unknown>>(text: string, params: readonly unknown[], types?: readonly GeneratedType[]): Promise<Row[]>;
}

/** Nothing has been published yet: the first build is still running, or was refused. */
export class NothingPublished extends Error {
  override readonly name = "NothingPublished";
  constructor() {
    super("no build has been published yet: run the pipeline");
  }
}

/** The one door to what the warehouse publishes. Logs in as a role that can read the slots, predictions and the ledger, and no more. */
export interface WarehouseReader {
  /** Whose SQL `generated` takes; everything else is asked of PostgreSQL. */
  readonly engine: "postgres" | "bigquery";
  /** The published build, or undefined while there is none. */
  current(): Promise<BuildInfo | undefined>;
  /** Runs `work` on the published build, pinned. @throws NothingPublished */
  read<T>(work: (build: PinnedBuild) => Promise<T>): Promise<T>;
  /** The ledger and the checks: not part of a build, never pinned. */
  readonly ledger: Pick<Database, "many" | "maybeOne">;
  close(): Promise<void>;
}

const pointer = query({
  name: "warehouse.readPointer",
  // A run that finds nothing new says as much as a build: the published one is the shop's state at the time of that look.
  text: `select p.slot, p.build_id, p.prediction_batch_id, p.cut_committed_at, p.business_as_of, p.published_at, c.current_to,
           greatest(extract(epoch from clock_timestamp() - c.current_to), 0)::float8 as age_seconds
         from ops.pointer p, lateral (select greatest(p.cut_committed_at, (select max(r.started_at) from ops.pipeline_run r
           where r.state = 'NOTHING_TO_DO' and r.reason = '${NOTHING_CHANGED}' and r.started_at > p.published_at)) as current_to) c`,
  params: [],
  row: {
    slot: "text", build_id: "uuid", prediction_batch_id: "uuid?", cut_committed_at: "timestamptz", business_as_of: "timestamptz", published_at: "timestamptz",
    current_to: "timestamptz", age_seconds: "float8",
  },
  budget: { access: "scan", maxRows: 1 },
});

const holdSlot = query({
  name: "warehouse.holdSlot",
  text: "select pg_try_advisory_xact_lock_shared($1) as held",
  params: ["int8"],
  row: { held: "bool" },
  budget: { access: "scan", maxRows: 1 },
});

/**
 * Generated statements read stretches of tables to add them up. Planned as lookups are, they would fetch half a table row by row in the
 * order of an index; groups by person need room to be hashed and not sorted on disk; and two cores are worth starting sooner.
 */
const readStretches = query({
  name: "warehouse.readStretches",
  text: `select set_config('random_page_cost', '4', true) as pages, set_config('work_mem', '64MB', true) as room, set_config('parallel_setup_cost', '200', true) as help`,
  params: [],
  row: { pages: "text", room: "text", help: "text" },
  budget: { access: "scan", maxRows: 1 },
});

/** Between two looks at the pointer. */
const AGAIN_MS = 10;

/**
 * `database` logs in as martgraph_serving. Closing the reader closes it. Generated SQL runs on BigQuery where that is given. A read gives up after `patienceMs`, should the
 * published slot be held by a build that long, which no pipeline of ours does.
 */
export function createWarehouseReader(database: Database, { patienceMs = 30_000, bigQuery }: { patienceMs?: number; bigQuery?: GeneratedOnBigQuery } = {}): WarehouseReader {
  return {
    engine: bigQuery ? "bigquery" : "postgres",
    ledger: database,
    close: () => database.close(),
    async current() {
      const row = await database.maybeOne(pointer, []);
      return row && toBuildInfo(row);
    },
    async read(work) {
      for (const deadline = Date.now() + patienceMs; ; await sleep(AGAIN_MS)) {
        const outcome = await database.tx(
          async (tx) => {
            const build = await pin(tx, bigQuery);
            return build ? { value: await work(build) } : undefined;
          },
          { readOnly: true },
        );
        if (outcome) return outcome.value;
        if (Date.now() > deadline) throw new DatabaseUnavailable("the slot of the published build is held by a build: see which with martgraph pipeline status");
      }
    },
  };
}

/**
 * Reads the pointer, holds the slot, and looks again: if the pointer moved in between, the slot may already be somebody's
 * building site, and the caller begins anew (undefined). It does so too when a build holds the slot: waiting there would be
 * waiting for the whole of that build, while the pointer names the other slot. Read committed is enough, because a held slot
 * does not change.
 */
async function pin(tx: Tx, bigQuery: GeneratedOnBigQuery | undefined): Promise<PinnedBuild | undefined> {
  const first = await tx.maybeOne(pointer, []);
  if (!first) throw new NothingPublished();
  const info = toBuildInfo(first);
  const { held } = await tx.one(holdSlot, [BigInt(slotLockKey(info.slot))]);
  if (!held) return undefined;
  const again = await tx.maybeOne(pointer, []);
  if (again?.build_id !== info.buildId || again.slot !== info.slot) return undefined;
  return {
    ...info,
    tables: tx,
    many: (statement, params) => tx.many(statement[info.slot], params),
    maybeOne: (statement, params) => tx.maybeOne(statement[info.slot], params),
    async generated<Row extends Record<string, unknown>>(text: string, params: readonly unknown[], types: readonly GeneratedType[] = []) {
      // the slot is held by this transaction for as long as BigQuery reads it
      if (bigQuery) return (await bigQuery.run(text, params, types, info)) as Row[];
      await tx.one(readStretches, []);
      return (await tx.raw<Row>(inSlot(text, info.slot), params)).rows;
    },
  };
}

function toBuildInfo(row: RowOf<typeof pointer.row>): BuildInfo {
  return {
    buildId: row.build_id,
    slot: row.slot as Slot,
    predictionBatchId: row.prediction_batch_id,
    asOf: row.cut_committed_at,
    businessAsOf: row.business_as_of,
    publishedAt: row.published_at,
    currentTo: row.current_to,
    ageSeconds: row.age_seconds,
    isStale: row.age_seconds > STRICTEST_SECONDS,
  };
}
