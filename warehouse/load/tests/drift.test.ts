import { expect, test } from "vitest";
import type { SourceServer } from "#platform/db/replication.ts";
import type { PublishedTable } from "../../extract/publication.ts";
import type { SlotStatus } from "../../extract/slot.ts";
import { lossOf } from "../prepare.ts";
import { assertFollowable, compareSchemas, type StoredTable } from "../rawCatalog.ts";
import type { CaptureState } from "../state.ts";

const published: PublishedTable = {
  schema: "shop", table: "things", rawTable: "shop__things", rowFilter: null,
  columns: [
    { name: "id", type: "uuid", typeOid: 2950, isKey: true },
    { name: "name", type: "text", typeOid: 25, isKey: false },
  ],
};
const stored = (columns: StoredTable["columns"]) => new Map<string, StoredTable>([["shop__things", { schema: "shop", table: "things", rawTable: "shop__things", copiedPos: 1n, columns }]]);
const id = { name: "id", type: "uuid", isKey: true };
const name = { name: "name", type: "text", isKey: false };

test("equal schemas have nothing to tell", () => {
  expect(compareSchemas([published], stored([id, name]))).toEqual({ newTables: [], widened: [], problems: [] });
});

test("a new table and a new column are taken up", () => {
  expect(compareSchemas([published], new Map()).newTables).toEqual([published]);
  expect(compareSchemas([published], stored([id])).widened.map(({ columns }) => columns.map((column) => column.name))).toEqual([["name"]]);
});

test.each([
  ["a dropped column", [published], stored([id, name, { name: "gone", type: "text", isKey: false }]), "column gone of shop.things is no longer published"],
  ["another type", [published], stored([id, { ...name, type: "integer" }]), "column name of shop.things is of type text, in raw it is integer"],
  ["another key", [published], stored([{ ...id, isKey: false }, { ...name, isKey: true }]), "the key of shop.things is another one than in raw"],
  ["a table gone", [], stored([id, name]), "table shop.things is no longer published"],
])("%s stops capture", (_, now, kept, sentence) => {
  const drift = compareSchemas(now, kept);
  expect(drift.problems.map(({ text }) => text)).toEqual([sentence]);
  expect(() => assertFollowable(drift)).toThrow(expect.objectContaining({ code: "SCHEMA_DRIFT", message: expect.stringContaining(sentence) }));
});

test("a type that takes every value is told apart from one that does not, and a rename is guessed at", () => {
  const problemOf = (now: string, kept: string) => compareSchemas([{ ...published, columns: [published.columns[0] as never, { name: "name", type: now, typeOid: 1, isKey: false }] }], stored([id, { ...name, type: kept }])).problems[0];
  expect(problemOf("bigint", "integer")).toMatchObject({ wider: "bigint", text: "column name of shop.things is of type bigint, in raw it is integer: wider, accepting it keeps every value" });
  expect(problemOf("text", "character varying")?.wider).toBe("text");
  for (const [now, kept] of [["integer", "bigint"], ["numeric", "double precision"], ["double precision", "bigint"], ["character varying", "text"]] as const) expect(problemOf(now, kept)).not.toHaveProperty("wider");
  const renamed = compareSchemas([{ ...published, columns: [published.columns[0] as never, { name: "title", type: "text", typeOid: 25, isKey: false }] }], stored([id, name]));
  expect(renamed.problems[0]?.text).toBe("column name of shop.things is no longer published; perhaps it was renamed to title, which is new there and of the same type");
});

const state: CaptureState = { slotName: "s", sourceIdentity: "1/shop", appliedPos: 90n, appliedCommittedAt: new Date(0), snapshotPos: 10n, receivedLsn: 100n, timeline: 1n, posOffset: 0n };
const slot: SlotStatus = { slotName: "s", exists: true, activePid: undefined, retainedBytes: 0n, walStatus: "reserved", invalidationReason: undefined, boundBytes: undefined, confirmedLsn: 100n };
const server: SourceServer = { systemId: "1", timeline: 1n, database: "shop", flushedLsn: 200n };

test("a slot at or before what raw holds goes on", () => {
  expect(lossOf(state, slot, server)).toBeUndefined();
  expect(lossOf(state, { ...slot, confirmedLsn: 50n }, server)).toBeUndefined();
});

test.each([
  ["gone", { ...slot, exists: false }, server, "the slot is gone"],
  ["out of WAL", { ...slot, walStatus: "lost", invalidationReason: "wal_removed" }, server, "gave the slot up (wal_removed)"],
  ["ahead of raw", { ...slot, confirmedLsn: 101n }, server, "beyond what raw holds"],
  ["on another timeline", slot, { ...server, timeline: 2n }, "on timeline 2"],
  ["of an older server", slot, { ...server, flushedLsn: 99n }, "earlier state"],
])("a slot %s is lost", (_, status, source, reason) => {
  expect(lossOf(state, status, source)).toContain(reason);
});
