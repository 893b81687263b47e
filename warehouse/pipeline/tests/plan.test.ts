import { describe, expect, test } from "vitest";
import { copyOf } from "../../publish/cloneSlot.ts";
import { decide, type PlanFacts } from "../plan.ts";

const at = (text: string) => new Date(text);
const CUT = { pos: 200n, committedAt: at("2026-03-02T12:00:00Z"), businessAsOf: at("2011-12-10T12:00:00Z") };
const facts: PlanFacts = {
  cut: CUT,
  snapshotPos: 50n,
  lastChangePos: 100n,
  codeHash: "h1",
  published: { slot: "a", cutPos: 100n, businessAsOf: at("2011-12-10T11:00:00Z"), codeHash: "h1", predictionBatchId: null, held: false },
  idle: { completePos: 90n, codeHash: "h1" },
  erasurePos: 0n,
  latestBuild: undefined,
};
const schedule = { trigger: "schedule" } as const;
const manual = { trigger: "manual" } as const;

describe("decide", () => {
  test("the first build goes into slot a, from nothing", () => {
    const first = { ...facts, published: undefined, idle: { completePos: 0n, codeHash: null } };
    expect(decide(first, schedule)).toMatchObject({ build: true, slot: "a", fullRefresh: true, why: "nothing is published yet" });
  });

  test("nothing is built when no published table changed, although the applied position moved", () => {
    expect(decide(facts, manual)).toEqual({ build: false, why: "nothing changed since the published build" });
  });

  test("a change of the shop is built as an increment into the idle slot", () => {
    expect(decide({ ...facts, lastChangePos: 101n }, schedule)).toMatchObject({ build: true, slot: "b", fullRefresh: false, why: "the shop changed" });
  });

  test("a new business day is a change: recency moves", () => {
    expect(decide({ ...facts, cut: { ...CUT, businessAsOf: at("2011-12-11T00:00:01Z") } }, schedule)).toMatchObject({ build: true, why: "a new business day began" });
  });

  test("changed models build everything anew", () => {
    expect(decide({ ...facts, codeHash: "h2" }, schedule)).toMatchObject({ build: true, fullRefresh: true, why: "the models changed" });
  });

  test("a slot that is behind a new copy of the shop, or ahead of the cut, is built from nothing", () => {
    expect(decide({ ...facts, lastChangePos: 150n, snapshotPos: 150n }, schedule)).toMatchObject({ fullRefresh: true });
    expect(decide({ ...facts, lastChangePos: 150n, idle: { completePos: 300n, codeHash: "h1" } }, schedule)).toMatchObject({ fullRefresh: true });
  });

  test("a slot that was never built, or left behind by older code, begins with a copy of the published one; a spoiled one with nothing", () => {
    const changed = { ...facts, lastChangePos: 150n };
    expect(decide({ ...changed, idle: { completePos: 0n, codeHash: null } }, schedule)).toMatchObject({ fullRefresh: true, cloneFrom: "a" });
    expect(decide({ ...changed, idle: { completePos: 90n, codeHash: "h0" } }, schedule)).toMatchObject({ fullRefresh: true, cloneFrom: "a" });
    expect(decide({ ...changed, idle: { completePos: 90n, codeHash: null } }, schedule)).toMatchObject({ fullRefresh: true, cloneFrom: null });
    expect(decide({ ...changed, snapshotPos: 120n, idle: { completePos: 0n, codeHash: null } }, schedule)).toMatchObject({ fullRefresh: true, cloneFrom: null });
    expect(decide(changed, schedule)).toMatchObject({ fullRefresh: false, cloneFrom: null, isCopy: false });
    expect(decide({ ...changed, cut: { ...CUT, pos: 80n }, idle: { completePos: 70n, codeHash: "h0" } }, schedule)).toMatchObject({ fullRefresh: true, cloneFrom: null });
  });

  test("what was copied ahead is built on, as long as it is this code's copy of the present shop; else it is copied again", () => {
    const copied = { ...facts, lastChangePos: 150n, idle: { completePos: 100n, codeHash: copyOf("h1") } };
    expect(decide(copied, schedule)).toMatchObject({ fullRefresh: false, cloneFrom: null, isCopy: true });
    expect(decide({ ...copied, idle: { completePos: 100n, codeHash: copyOf("h0") } }, schedule)).toMatchObject({ fullRefresh: true, cloneFrom: "a", isCopy: false });
    expect(decide({ ...copied, snapshotPos: 150n }, schedule)).toMatchObject({ fullRefresh: true, cloneFrom: null, isCopy: false });
  });

  test("force builds although nothing changed", () => {
    expect(decide(facts, { ...manual, force: true })).toMatchObject({ build: true, why: "asked for" });
  });

  test("a rejected cut is not tried again by itself, but by hand and after a change", () => {
    const rejected = { ...facts, lastChangePos: 150n, latestBuild: { state: "REJECTED", reason: "bad row", cutPos: 160n, businessAsOf: CUT.businessAsOf } };
    expect(decide(rejected, schedule)).toEqual({ build: false, why: "nothing changed since a build was rejected: bad row" });
    expect(decide(rejected, manual)).toMatchObject({ build: true });
    expect(decide({ ...rejected, lastChangePos: 161n }, schedule)).toMatchObject({ build: true });
  });

  test("an erasure that only the published slot has heard of is built into the other one at once", () => {
    const erased = { ...facts, lastChangePos: 95n, erasurePos: 95n };
    expect(decide(erased, schedule)).toMatchObject({ build: true, slot: "b", fullRefresh: false, why: "an erasure has not reached both slots" });
    expect(decide({ ...erased, idle: { completePos: 95n, codeHash: "h1" } }, schedule)).toMatchObject({ build: false });
    expect(decide({ ...erased, idle: { completePos: 0n, codeHash: null } }, schedule)).toMatchObject({ build: false });
  });

  test("a rollback holds automatic runs back, even nightly ones, and lets a person build", () => {
    const held = { ...facts, lastChangePos: 150n, published: { ...facts.published!, held: true } };
    expect(decide(held, schedule)).toMatchObject({ build: false, why: expect.stringContaining("rollback") });
    expect(decide(held, { trigger: "nightly", force: true })).toMatchObject({ build: false });
    expect(decide(held, manual)).toMatchObject({ build: true });
  });
});
