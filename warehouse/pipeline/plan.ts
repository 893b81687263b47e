import type { Reader } from "#platform/db/database.ts";
import { copyOf } from "../publish/cloneSlot.ts";
import { otherSlot, type Slot } from "../publish/slots.ts";
import { NOTHING_CHANGED } from "../quality/freshness.ts";
import { readErasureWatermark, readPointer } from "../publish/statements.ts";
import { listRawColumns, readCaptureState, readLatestBuild, readOffsetAt, readSlot } from "./state.ts";
import type { RunRequest } from "./types.ts";

/** The position one build reads raw as of, in every layer, test and check of it. */
export interface Cut {
  pos: bigint;
  committedAt: Date;
  /** Business time at the cut: the "now" of every model. */
  businessAsOf: Date;
}

export type Plan =
  | { build: true; slot: Slot; cut: Cut; codeHash: string; fullRefresh: boolean; cloneFrom: Slot | null; isCopy: boolean; why: string }
  | { build: false; why: string };

export interface PlanFacts {
  cut: Cut;
  /** Where the latest initial copy of the shop stands: rows before it may have been replaced. */
  snapshotPos: bigint;
  /** The latest position at which any published table changed, those aside that change without business. */
  lastChangePos: bigint;
  codeHash: string;
  published: { slot: Slot; cutPos: bigint; businessAsOf: Date; codeHash: string | null; predictionBatchId: string | null; held: boolean } | undefined;
  /** What the slot to build in holds. */
  idle: { completePos: bigint; codeHash: string | null; hasBackfill?: boolean };
  /** From here on raw is rid of everybody who was erased; 0 without erasures. */
  erasurePos: bigint;
  latestBuild: { state: string; reason: string | null; cutPos: bigint; businessAsOf: Date } | undefined;
}

const DAY_MS = 86_400_000;
const day = (at: Date) => Math.floor(at.getTime() / DAY_MS);

/** Decides whether there is anything to build, and how. Pure. */
export function decide(facts: PlanFacts, request: Pick<RunRequest, "trigger" | "force">): Plan {
  const slot = facts.published ? otherSlot(facts.published.slot) : "a";
  const automatic = request.trigger !== "manual";
  if (automatic && facts.published?.held) {
    return { build: false, why: "held by a rollback: run the pipeline by hand to build again" };
  }
  const why = request.force ? "asked for" : reasonToBuild(facts);
  if (why === undefined) return { build: false, why: NOTHING_CHANGED };
  const refused = facts.latestBuild;
  // The same data would be rejected again each minute; a person may try again, a change is tried by itself.
  if (automatic && !request.force && refused?.state === "REJECTED" && facts.lastChangePos <= refused.cutPos && day(facts.cut.businessAsOf) <= day(refused.businessAsOf)) {
    return { build: false, why: `nothing changed since a build was rejected: ${refused.reason ?? "a critical check was red"}` };
  }
  const { idle } = facts;
  const isCopy = idle.codeHash === copyOf(facts.codeHash);
  const fullRefresh = (idle.codeHash !== facts.codeHash && !isCopy) || facts.snapshotPos > idle.completePos || facts.cut.pos < idle.completePos;
  return { build: true, slot, cut: facts.cut, codeHash: facts.codeHash, fullRefresh, cloneFrom: fullRefresh ? cloneSource(facts) : null, isCopy: isCopy && !fullRefresh, why };
}

/**
 * The published slot, where a copy of it is as good a beginning as nothing: it stands on this code and on the present copy of the
 * shop, and the slot to build in was never used or left behind by older code. A slot that was spoiled by a rejected build is
 * made from nothing, for a repair may lie before the published cut.
 */
export function cloneSource({ cut, published, idle, codeHash, snapshotPos }: Pick<PlanFacts, "cut" | "published" | "idle" | "codeHash" | "snapshotPos">): Slot | null {
  const neverBuilt = idle.completePos === 0n;
  const isLeftBehind = neverBuilt || (idle.codeHash !== null && idle.codeHash !== codeHash);
  const isWithin = published && snapshotPos <= published.cutPos && published.cutPos <= cut.pos;
  return isWithin && published.codeHash === codeHash && isLeftBehind ? published.slot : null;
}

function reasonToBuild(facts: PlanFacts): string | undefined {
  const { published, idle, cut, erasurePos } = facts;
  if (!published) return "nothing is published yet";
  if (published.codeHash !== facts.codeHash) return "the models changed";
  if (facts.lastChangePos > published.cutPos) return "the shop changed";
  // Both slots forget at once, and not with the next change, whenever that comes.
  if (idle.completePos > 0n && idle.completePos < erasurePos) return "an erasure has not reached both slots";
  if (idle.hasBackfill) return "a backfill was asked for";
  if (day(cut.businessAsOf) > day(published.businessAsOf)) return "a new business day began";
  return undefined;
}

/**
 * Reads the cut once, and what `decide` needs beside it. `caughtUpAt` is when capture was asked to catch up: raw holds what had
 * committed by then.
 * @throws when raw holds no complete copy of the shop yet.
 */
export async function gatherFacts(db: Reader, codeHash: string, caughtUpAt: Date): Promise<PlanFacts> {
  const capture = await db.maybeOne(readCaptureState, []);
  if (!capture) throw new Error("raw is empty: the shop has not been copied into the warehouse yet");
  const offset = await db.maybeOne(readOffsetAt, [capture.applied_pos]);
  const offsetMs = Number(offset?.offset_ms ?? 0n);
  const business = (at: Date) => new Date(at.getTime() + offsetMs);
  // A shop in which nobody bought overnight has a new day all the same: the same rows are its state at a later time.
  const lastCommit = capture.applied_committed_at;
  const committedAt = day(business(caughtUpAt)) > day(business(lastCommit)) ? caughtUpAt : lastCommit;
  const cut: Cut = { pos: capture.applied_pos, committedAt, businessAsOf: business(committedAt) };
  const pointer = await db.maybeOne(readPointer, []);
  const published = pointer && {
    slot: pointer.slot as Slot,
    cutPos: pointer.cut_pos,
    businessAsOf: pointer.business_as_of,
    codeHash: pointer.code_hash,
    predictionBatchId: pointer.prediction_batch_id,
    held: pointer.held_at !== null,
  };
  const idle = await db.one(readSlot, [published ? otherSlot(published.slot) : "a"]);
  const latest = await db.maybeOne(readLatestBuild, []);
  return {
    cut,
    snapshotPos: capture.snapshot_pos,
    lastChangePos: await lastChange(db, capture.applied_pos),
    codeHash,
    published,
    idle: { completePos: idle.complete_pos, codeHash: idle.code_hash, hasBackfill: idle.has_backfill },
    erasurePos: (await db.one(readErasureWatermark, [])).pos,
    latestBuild: latest && { state: latest.state, reason: latest.reason, cutPos: latest.cut_pos, businessAsOf: latest.business_as_of },
  };
}

/** Tables that change all day without anything of a shop's business: somebody logs in. They come along with the next build, and are no reason for one. */
const QUIET: ReadonlySet<string> = new Set(["users__sessions"]);

/**
 * The latest change up to a position that is a reason to build. The applied position itself moves with every commit of the shop, also with those that
 * touch nothing we copy; each table's index on _from_pos answers this at once.
 */
async function lastChange(db: Reader, upTo: bigint): Promise<bigint> {
  const tables = (await db.many(listRawColumns, [])).map((row) => row.relation).filter((table) => !QUIET.has(table));
  if (tables.length === 0) return 0n;
  const each = tables.map((table) => `(select max(_from_pos) from raw."${table}" where _from_pos <= $1)`);
  const { rows } = await db.raw<{ pos: bigint | null }>(`select greatest(${each.join(", ")}) as pos`, [upTo]);
  return rows[0]?.pos ?? 0n;
}
