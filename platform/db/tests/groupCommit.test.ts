import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createGroupCommit } from "../groupCommit.ts";

describe("group commit", () => {
  test("a lone caller commits at once; whoever comes meanwhile travels together, in order of arrival", async () => {
    const batches: number[][] = [];
    const gate = Promise.withResolvers<void>();
    const group = createGroupCommit<number, number>({
      maxBatch: 3,
      async commit(requests) {
        batches.push([...requests]);
        if (batches.length === 1) await gate.promise;
        return requests.map((one) => one * 10);
      },
    });
    const first = group.submit(1);
    await sleep(0);
    const rest = [2, 3, 4, 5].map((one) => group.submit(one));
    gate.resolve();
    expect(await Promise.all([first, ...rest])).toEqual([10, 20, 30, 40, 50]);
    expect(batches).toEqual([[1], [2, 3, 4], [5]]);
    expect(group.stats).toEqual({ batches: 3, requests: 5, largest: 3 });
    expect(await group.submit(6)).toBe(60);
  });

  test("one that makes its transaction fail fails alone", async () => {
    const group = createGroupCommit<number, string>({
      async commit(requests) {
        if (requests.includes(13)) throw new Error("13 is refused");
        return requests.map(String);
      },
    });
    const settled = await Promise.allSettled([11, 12, 13, 14, 15].map((one) => group.submit(one)));
    expect(settled.map((one) => (one.status === "fulfilled" ? one.value : (one.reason as Error).message))).toEqual(["11", "12", "13 is refused", "14", "15"]);
  });

  test("a server that is away is asked once, and the next caller asks again", async () => {
    let asked = 0;
    const group = createGroupCommit<number, number>({
      async commit(requests) {
        if (++asked === 1) throw Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
        return requests;
      },
    });
    const settled = await Promise.allSettled([1, 2, 3].map((one) => group.submit(one)));
    expect([asked, ...settled.map((one) => one.status)]).toEqual([1, "rejected", "rejected", "rejected"]);
    expect(await group.submit(4)).toBe(4);
  });

  test("a commit that answers fewer than it was asked is a defect, not a wrong answer", async () => {
    const group = createGroupCommit<number, number>({ commit: async (requests) => requests.slice(1) });
    await expect(group.submit(1)).rejects.toThrow("a group commit of 1 requests answered 0");
  });
});
