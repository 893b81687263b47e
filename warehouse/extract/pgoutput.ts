/** A column's value as text, null, or undefined where an update left a stored-apart (TOAST) value unchanged. */
export type Value = string | null | undefined;

export interface RelationColumn {
  name: string;
  typeOid: number;
  isKey: boolean;
}

/** What pgoutput (protocol version 1) says, as far as capture needs it. Positions are LSNs. */
export type Message =
  | { kind: "begin"; commitLsn: bigint; committedAt: bigint }
  | { kind: "commit"; commitLsn: bigint; endLsn: bigint }
  | { kind: "relation"; id: number; schema: string; table: string; columns: readonly RelationColumn[] }
  | { kind: "insert"; relation: number; row: Value[] }
  /** `old` holds the key columns when the key changed, or the whole old row under replica identity full. */
  | { kind: "update"; relation: number; old: Value[] | undefined; row: Value[] }
  | { kind: "delete"; relation: number; old: Value[] }
  | { kind: "truncate"; relations: readonly number[] }
  /** pg_logical_emit_message; not transactional ones come in WAL order, behind every transaction that committed before. */
  | { kind: "message"; lsn: bigint; transactional: boolean; prefix: string; content: string };

const CODE = { begin: 66, commit: 67, relation: 82, insert: 73, update: 85, delete: 68, truncate: 84, message: 77, newRow: 78, nullValue: 110, unchanged: 117 } as const;

/**
 * Reads one message; undefined for those that carry nothing here (types, origins). Nothing of `data` is kept.
 * Source: PostgreSQL documentation, "Logical Replication Message Formats".
 * @throws when the message is cut short.
 */
export function decode(data: Buffer): Message | undefined {
  const reader = new Cursor(data);
  switch (reader.byte()) {
    case CODE.begin:
      return { kind: "begin", commitLsn: reader.int64(), committedAt: reader.int64() };
    case CODE.commit:
      reader.byte();
      return { kind: "commit", commitLsn: reader.int64(), endLsn: reader.int64() };
    case CODE.relation:
      return relation(reader);
    case CODE.insert: {
      const id = reader.int32();
      reader.byte();
      return { kind: "insert", relation: id, row: reader.tuple() };
    }
    case CODE.update: {
      const id = reader.int32();
      let old: Value[] | undefined;
      if (reader.byte() !== CODE.newRow) {
        old = reader.tuple();
        reader.byte();
      }
      return { kind: "update", relation: id, old, row: reader.tuple() };
    }
    case CODE.delete: {
      const id = reader.int32();
      reader.byte();
      return { kind: "delete", relation: id, old: reader.tuple() };
    }
    case CODE.truncate: {
      const count = reader.int32();
      reader.byte();
      return { kind: "truncate", relations: Array.from({ length: count }, () => reader.int32()) };
    }
    case CODE.message: {
      const transactional = reader.byte() === 1;
      return { kind: "message", transactional, lsn: reader.int64(), prefix: reader.text(), content: reader.sized() };
    }
    default:
      return undefined;
  }
}

function relation(reader: Cursor): Message {
  const id = reader.int32();
  const schema = reader.text() || "pg_catalog"; // an empty name stands for it
  const table = reader.text();
  reader.byte(); // replica identity
  const columns = Array.from({ length: reader.int16() }, () => {
    const isKey = reader.byte() === 1;
    const name = reader.text();
    const typeOid = reader.int32();
    reader.int32(); // type modifier
    return { name, typeOid, isKey };
  });
  return { kind: "relation", id, schema, table, columns };
}

class Cursor {
  readonly #data: Buffer;
  #at = 0;
  constructor(data: Buffer) {
    this.#data = data;
  }
  byte(): number {
    return this.#data.readUInt8(this.#at++);
  }
  int16(): number {
    this.#at += 2;
    return this.#data.readUInt16BE(this.#at - 2);
  }
  int32(): number {
    this.#at += 4;
    return this.#data.readUInt32BE(this.#at - 4);
  }
  int64(): bigint {
    this.#at += 8;
    return this.#data.readBigInt64BE(this.#at - 8);
  }
  text(): string {
    const end = this.#data.indexOf(0, this.#at);
    if (end < 0) throw new RangeError("a replication message is cut short");
    const text = this.#data.toString("utf8", this.#at, end);
    this.#at = end + 1;
    return text;
  }
  sized(): string {
    const length = this.int32();
    const end = this.#at + length;
    if (end > this.#data.length) throw new RangeError("a replication message is cut short");
    const text = this.#data.toString("utf8", this.#at, end);
    this.#at = end;
    return text;
  }
  tuple(): Value[] {
    const count = this.int16();
    const values: Value[] = new Array(count);
    for (let index = 0; index < count; index += 1) {
      const kind = this.byte();
      values[index] = kind === CODE.nullValue ? null : kind === CODE.unchanged ? undefined : this.sized();
    }
    return values;
  }
}
