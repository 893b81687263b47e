import { describe, expect, test } from "vitest";
import { ASSETS } from "../assets/assets.ts";
import { inTurn } from "../inTurn.ts";

type Made = { name: string; after: string[]; beside?: true };
const build: Made = { name: "build", after: [] };
const check: Made = { name: "check", after: ["build"] };
const look: Made = { name: "look", after: ["build"], beside: true };
const learn: Made = { name: "learn", after: ["build"], beside: true };
const learnLate: Made = { name: "learn", after: ["build"] };
const score: Made = { name: "score", after: ["build", "learn"], beside: true };
const publish: Made = { name: "publish", after: ["check"] };
const ALL = [build, check, look, learn, score, publish];

/** Runs them; each begins and ends in the log, and ends when `until` of it does. */
async function run(assets: Made[], until: Record<string, Promise<void>> = {}) {
  const log: string[] = [];
  const ended = inTurn(assets, async ({ beside }) => beside === true, async ({ name }) => {
    log.push(name);
    await until[name];
    log.push(`${name}.`);
  });
  return { log, ended };
}
const turns = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

describe("assets in turn", () => {
  test("what may stand beside others begins with what it needs; what may not waits for all before it", async () => {
    let checked = (): void => undefined;
    const { log, ended } = await run(ALL, { check: new Promise<void>((resolve) => (checked = resolve)) });
    await turns();
    expect(log.slice(0, 2)).toEqual(["build", "build."]);
    expect(log.toSorted()).toEqual(["build", "build.", "check", "learn", "learn.", "look", "look.", "score", "score."]);
    checked();
    await ended;
    expect(log.slice(-3)).toEqual(["check.", "publish", "publish."]);
  });

  test("after a failure nothing begins, what is under way is waited for, and the first of the list is told", async () => {
    let learned = (): void => undefined;
    const fail = Promise.reject(new Error("red"));
    fail.catch(() => undefined);
    const late = turns().then(() => Promise.reject(new Error("red as well")));
    late.catch(() => undefined);
    const { log, ended } = await run(ALL, { look: fail, check: late, learn: new Promise<void>((resolve) => (learned = resolve)) });
    await turns();
    await turns();
    expect(log).not.toContain("score");
    learned();
    await expect(ended).rejects.toThrow("red as well");
    expect(log.toSorted()).toEqual(["build", "build.", "check", "learn", "learn.", "look"]);
  });

  test("what needs one that may not stand beside waits with it", async () => {
    let checked = (): void => undefined;
    const { log, ended } = await run([build, check, learnLate, score, publish], { check: new Promise<void>((resolve) => (checked = resolve)) });
    await turns();
    expect(log).toEqual(["build", "build.", "check"]);
    checked();
    await ended;
    expect(log.slice(3)).toEqual(["check.", "learn", "learn.", "score", "score.", "publish", "publish."]);
  });

  test("one that is needed but made before, or not asked for, is not waited for", async () => {
    const { log, ended } = await run([score, publish]);
    await ended;
    expect(log).toEqual(["score", "score.", "publish", "publish."]);
  });

  test("nothing is built beside the check of raw, nothing is published beside anything, and nothing is learnt of tables that are not checked yet", async () => {
    expect(ASSETS.filter((asset) => asset.beside).map(({ name }) => name)).toEqual(["watch", "train", "score"]);
    const train = ASSETS.find(({ name }) => name === "train")?.beside as (context: unknown) => Promise<boolean>;
    const asked = (mode: string, missing: string[]) => train({ deps: { models: { missingChampions: async () => missing } }, cut: { train: mode } });
    expect([await asked("auto", []), await asked("never", ["churn"]), await asked("auto", ["churn"]), await asked("force", [])]).toEqual([true, true, false, false]);
  });
});
