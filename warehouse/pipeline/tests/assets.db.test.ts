import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import type { Asset, FollowAsset, IntakeAsset } from "../asset.ts";
import { ASSETS } from "../assets/assets.ts";
import { CUT } from "../cut.ts";
import { createPipeline } from "../pipeline.ts";
import type { ProgressEvent } from "../types.ts";
import { openSmallWarehouse, type SmallWarehouse } from "./smallWarehouse.ts";

const databases = useTestDatabases({ warehouse: true });
let small: SmallWarehouse;
beforeAll(async () => {
  small = await openSmallWarehouse(databases.warehouse);
});
afterAll(() => small?.[Symbol.asyncDispose]());
beforeEach(() => {
  small.calls.length = 0;
});

test("each asset stands behind those it needs, and the stages follow each other", () => {
  const stages = ["before cut", "build", "after publish"];
  const known = new Set<string>();
  let stage = 0;
  for (const asset of ASSETS) {
    if (asset.stage !== "before cut") known.add(CUT.name);
    expect(asset.after.filter((name) => !known.has(name)), asset.name).toEqual([]);
    expect(stages.indexOf(asset.stage), asset.name).toBeGreaterThanOrEqual(stage);
    expect(known.has(asset.name), `${asset.name} is there once`).toBe(false);
    known.add(asset.name);
    stage = stages.indexOf(asset.stage);
  }
});

describe("assets before the cut and after the publish", () => {
  const files: IntakeAsset = {
    name: "papers", what: "takes files in", stage: "before cut", after: [],
    run: async () => ({ rows: Number(small.calls.push("papers")) }),
  };
  const lake: FollowAsset = {
    name: "pond", what: "exports", stage: "after publish", after: ["publish"],
    async run({ outputs }) {
      small.calls.push(outputs.has("publish") ? "lake behind publish" : "lake too early");
      return { rows: 3 };
    },
  };
  const withThem = (...follow: Asset[]) => createPipeline(small.deps, { assets: [files, ...ASSETS, ...follow] });

  test("run in their place", async () => {
    await small.order(1);
    expect(await withThem(lake).run({ trigger: "manual" })).toMatchObject({ state: "SUCCEEDED", warnings: [] });
    expect(small.calls.slice(0, 2)).toEqual(["papers", "capture"]);
    expect(small.calls.at(-1)).toBe("lake behind publish");
  });

  test("what comes after the publish fails with a warning: the build stays published", async () => {
    await small.order(2);
    const events: ProgressEvent[] = [];
    const broken: FollowAsset = { ...lake, run: () => Promise.reject(new Error("the disk is full")) };
    const pipeline = withThem(broken);
    const result = await pipeline.run({ trigger: "manual", onProgress: (event) => events.push(event) });
    expect(result).toMatchObject({ state: "SUCCEEDED", warnings: ["pond: the disk is full"] });
    expect(events.at(-1)).toMatchObject({ step: "pond", verdict: "failed", what: "the disk is full" });
    expect((await pipeline.status()).published?.buildId).toBe(result.buildId);
  });

  test("interrupted after the publish, only the rest is done; taken back meanwhile, nothing is", async () => {
    for (const takenBack of [false, true]) {
      await small.order(3);
      const stop = new AbortController();
      const slow: FollowAsset = { ...lake, run: async () => { stop.abort(new Error("Ctrl-C")); throw new Error("stopped"); } };
      await expect(withThem(slow).run({ trigger: "manual", signal: stop.signal })).rejects.toThrow("Ctrl-C");
      const pipeline = withThem(lake);
      const { published } = await pipeline.status();
      if (takenBack) await pipeline.rollback();
      small.calls.length = 0;
      const result = await pipeline.run({ trigger: "schedule" });
      if (takenBack) {
        expect(result).toMatchObject({ state: "NOTHING_TO_DO", resumed: false });
        expect((await pipeline.status()).runs.find((run) => run.buildId === published?.buildId)).toMatchObject({ state: "FAILED", reason: "interrupted; not continued: its build was taken back" });
        expect((await small.admin.raw("select state from ops.build where build_id = $1", [published?.buildId])).rows).toEqual([{ state: "ROLLED_BACK" }]);
      } else {
        expect(result).toMatchObject({ state: "SUCCEEDED", resumed: true, buildId: published?.buildId });
        expect(small.calls).toEqual(["lake behind publish"]);
      }
    }
  });

  test("what fails before the cut fails the run before anything is built", async () => {
    const broken: IntakeAsset = { ...files, run: () => Promise.reject(new Error("no such folder")) };
    expect(await createPipeline(small.deps, { assets: [broken, ...ASSETS] }).run({ trigger: "manual" })).toMatchObject({ state: "FAILED", reason: "no such folder", buildId: null });
    expect(small.calls).toEqual([]);
  });
});
