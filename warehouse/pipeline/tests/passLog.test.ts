import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { silentLog } from "#platform/log.ts";
import { passLog } from "../passLog.ts";

/** Looks take longer than the pause between them, and every other one fails. */
function slowCapture() {
  const told = { begun: 0, over: 0, atOnce: 0, most: 0 };
  const passIdle = async (): Promise<bigint> => {
    told.begun += 1;
    told.atOnce += 1;
    told.most = Math.max(told.most, told.atOnce);
    await sleep(15);
    told.atOnce -= 1;
    told.over += 1;
    if (told.over % 2 === 0) throw new Error("the shop does not answer");
    return 1n;
  };
  return { told, capture: { passIdle, catchUp: () => Promise.reject(new Error("a build reads raw")) } };
}

test("one look at a time, also behind one that failed; the end waits for the look under way and begins no other", async () => {
  const { told, capture } = slowCapture();
  const end = passLog({ capture, log: silentLog }, 1);
  await expect.poll(() => told.begun, { timeout: 10_000, interval: 1 }).toBeGreaterThan(4);
  await end();
  expect([told.over, told.most]).toEqual([told.begun, 1]);
  const { begun } = told;
  await sleep(30);
  expect(told.begun).toBe(begun);
});
