import type { RawTable } from "../engines/postgres/rawTables.ts";
import type { ChangeStream } from "../extract/changeStream.ts";
import type { Message, Value } from "../extract/pgoutput.ts";
import type { PublishedTable } from "../extract/publication.ts";
import { readBarrier } from "../extract/slot.ts";
import { TableBatch, type ChangeAt } from "./tableBatch.ts";

/** What is applied at once. A transaction larger than the bounds comes in several chunks, of which all but the last are `open`. */
export interface Chunk {
  batches: Map<string, TableBatch>;
  /** Tables emptied after the batches' changes. */
  truncated: { tables: RawTable[]; at: ChangeAt } | undefined;
  changes: number;
  transactions: number;
  /** Ends inside of a transaction. */
  open: boolean;
  /** The last transaction that ended in the chunk. */
  last: ChangeAt | undefined;
  /** LSN below which everything has been received, once the chunk is applied. */
  receivedLsn: bigint;
  /** Marks that the stream has reached. */
  barriers: string[];
  /** When the shop wrote the last of them. */
  markedAt: string | undefined;
}

export interface CapturedTable {
  published: PublishedTable;
  copiedPos: bigint;
}

/** The stream tells of a table in a shape that raw does not keep: the table has to be held against the catalogue and copied anew. */
export class TableNeedsCopy extends Error {
  override readonly name = "TableNeedsCopy";
  readonly rawTable: string;
  constructor(rawTable: string, reason: string) {
    super(`raw.${rawTable} has to be copied anew: ${reason}`);
    this.rawTable = rawTable;
  }
}

interface Relation {
  rawTable: string;
  captured: CapturedTable | undefined;
  /** For each raw column the place in the stream's tuples; undefined when they are the same. */
  places: number[] | undefined;
  mismatch: string | undefined;
}

export const MAX_CHANGES = 10_000;
const MAX_BYTES = 4_000_000;
const EPOCH_2000_MS = 946_684_800_000;

/** Gathers the messages of a stream into chunks at transaction boundaries. */
export class ChangeCollector {
  readonly #stream: ChangeStream;
  readonly #tables: ReadonlyMap<string, CapturedTable>;
  readonly #offset: bigint;
  readonly #appliedPos: bigint;
  readonly #relations = new Map<number, Relation>();
  #transaction: (ChangeAt & { skip: boolean; seen: boolean }) | undefined;
  #receivedLsn: bigint;
  #bytes = 0;

  /** Transactions at or below `appliedPos` are passed over: they come again when an acknowledgement was lost. */
  constructor(stream: ChangeStream, tables: ReadonlyMap<string, CapturedTable>, from: { appliedPos: bigint; receivedLsn: bigint; offset: bigint }) {
    this.#stream = stream;
    this.#tables = tables;
    this.#appliedPos = from.appliedPos;
    this.#receivedLsn = from.receivedLsn;
    this.#offset = from.offset;
  }

  /** The position of the transaction that the next chunk goes on with, if any. */
  get openPos(): bigint | undefined {
    return this.#transaction?.pos;
  }

  /**
   * Waits for changes and gathers until the stream pauses for `lingerMs`, a bound or a mark is reached. Without
   * changes it comes back empty after `idleMs`.
   * @throws TableNeedsCopy, or what ended the stream
   */
  async next(lingerMs: number, idleMs: number): Promise<Chunk> {
    const chunk: Chunk = { batches: new Map(), truncated: undefined, changes: 0, transactions: 0, open: false, last: undefined, receivedLsn: this.#receivedLsn, barriers: [], markedAt: undefined };
    this.#bytes = 0;
    const idleUntil = Date.now() + idleMs;
    // the rest of a transaction is a chunk of its own: it may replace what its beginning wrote
    const goesOn = this.#transaction !== undefined;
    let lingerUntil: number | undefined;
    for (;;) {
      const item = this.#stream.take();
      if (item) {
        if (item.kind === "keepalive") {
          if (!this.#transaction) this.#receivedLsn = max(this.#receivedLsn, item.walEnd);
        } else if (this.#add(chunk, item) || (goesOn && item.kind === "commit")) break;
        continue;
      }
      const until = this.#transaction ? Number.POSITIVE_INFINITY : chunk.transactions > 0 ? (lingerUntil ??= Date.now() + lingerMs) : idleUntil;
      const wait = until - Date.now();
      if (wait <= 0) break;
      await this.#stream.readable(Math.min(wait, 60_000));
    }
    chunk.open = this.#transaction !== undefined;
    chunk.receivedLsn = this.#receivedLsn;
    return chunk;
  }

  /** True when the chunk is to be applied now. */
  #add(chunk: Chunk, message: Message): boolean {
    switch (message.kind) {
      case "begin": {
        const pos = message.commitLsn + this.#offset;
        this.#transaction = { pos, committedAt: timestamp(message.committedAt), skip: pos <= this.#appliedPos, seen: false };
        return false;
      }
      case "commit": {
        const done = this.#transaction;
        this.#transaction = undefined;
        this.#receivedLsn = max(this.#receivedLsn, message.endLsn);
        if (done?.seen) {
          chunk.last = { pos: done.pos, committedAt: done.committedAt };
          chunk.transactions += 1;
        }
        return this.#full(chunk);
      }
      case "relation":
        this.#relations.set(message.id, this.#relate(message));
        return false;
      case "message": {
        const barrier = readBarrier(message);
        if (message.transactional || barrier === undefined) return false;
        this.#receivedLsn = max(this.#receivedLsn, message.lsn);
        chunk.barriers.push(barrier.id);
        chunk.markedAt = barrier.at;
        return true;
      }
      case "truncate":
        return this.#truncate(chunk, message.relations);
      default:
        this.#change(chunk, message);
        // a transaction that would not fit is applied piece by piece, inside of one transaction of the warehouse
        return this.#full(chunk);
    }
  }

  #full(chunk: Chunk): boolean {
    return chunk.changes >= MAX_CHANGES || this.#bytes >= MAX_BYTES;
  }

  #change(chunk: Chunk, message: Extract<Message, { kind: "insert" | "update" | "delete" }>): void {
    const relation = this.#relevant(message.relation);
    const at = this.#transaction;
    if (!relation || !at) return;
    const table = relation.captured.published;
    let batch = chunk.batches.get(relation.rawTable);
    if (!batch) chunk.batches.set(relation.rawTable, (batch = new TableBatch(table)));
    const change = { pos: at.pos, committedAt: at.committedAt };
    if (message.kind === "delete") batch.delete(arrange(message.old, relation), change);
    else {
      const row = arrange(message.row, relation);
      for (const value of row) this.#bytes += 8 + (value?.length ?? 0);
      if (message.kind === "insert") batch.insert(row, change);
      else batch.update(message.old && arrange(message.old, relation), row, change);
    }
    at.seen = true;
    chunk.changes += 1;
  }

  #truncate(chunk: Chunk, ids: readonly number[]): boolean {
    const tables = ids.flatMap((id) => this.#relevant(id)?.captured.published ?? []);
    const at = this.#transaction;
    if (tables.length === 0 || !at) return false;
    at.seen = true;
    chunk.truncated = { tables, at: { pos: at.pos, committedAt: at.committedAt } };
    chunk.changes += 1;
    return true;
  }

  /** The relation, unless the change is in raw already. */
  #relevant(id: number): (Relation & { captured: CapturedTable }) | undefined {
    const relation = this.#relations.get(id);
    if (!relation) throw new Error(`the shop's database sent a change of relation ${id} without describing it`);
    if (!this.#transaction || this.#transaction.skip) return undefined;
    const { captured } = relation;
    if (captured && this.#transaction.pos <= captured.copiedPos) return undefined;
    if (!captured || relation.mismatch) throw new TableNeedsCopy(relation.rawTable, relation.mismatch ?? "it is new in the publication");
    return relation as Relation & { captured: CapturedTable };
  }

  #relate(message: Extract<Message, { kind: "relation" }>): Relation {
    const rawTable = `${message.schema}__${message.table}`;
    const captured = this.#tables.get(rawTable);
    if (!captured) return { rawTable, captured, places: undefined, mismatch: undefined };
    const { columns } = captured.published;
    const places = columns.map(({ name }) => message.columns.findIndex((column) => column.name === name));
    const wrong = columns.find(({ typeOid }, index) => message.columns[places[index] ?? -1]?.typeOid !== typeOid);
    const surplus = message.columns.find(({ name }) => !columns.some((column) => column.name === name));
    const mismatch = wrong ? `column ${wrong.name} is missing or of another type` : surplus ? `column ${surplus.name} is new` : undefined;
    const same = places.every((place, index) => place === index);
    return { rawTable, captured, places: same ? undefined : places, mismatch };
  }
}

function arrange(tuple: Value[], relation: Relation): Value[] {
  return relation.places ? relation.places.map((place) => tuple[place]) : tuple;
}

function max(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}

/** Microseconds since 2000 as timestamptz text. */
function timestamp(micros: bigint): string {
  const iso = new Date(Number(micros / 1000n) + EPOCH_2000_MS).toISOString();
  return iso.replace("Z", `${String(((micros % 1000n) + 1000n) % 1000n).padStart(3, "0")}Z`);
}
