import { describe, expect, test } from "vitest";
import type { Viewer } from "#kit/viewer.ts";
import { silentLog } from "#platform/log.ts";
import { type Endings, sessionWatch } from "../sessionWatch.ts";

const ADA = "01900000-0000-7000-8000-000000000001";
const SID = "01900000-0000-7000-8000-0000000000aa";
const ada: Viewer = { userId: ADA, roles: ["CUSTOMER"], vendorIds: [], sessionId: SID };
const ISSUED = 1_700_000_000;

/** A watch over a users subgraph that says what the test lets it say, on a clock that the test puts forward. */
function watched() {
  const state = { now: 0, asked: 0, since: [] as (string | undefined)[], answer: async (): Promise<Endings> => ({ asOf: `at ${state.now}`, sessionIds: state.ended, voided: state.voided }), ended: [] as string[], voided: [] as Endings["voided"] };
  const watch = sessionWatch({
    log: silentLog, now: () => state.now,
    ask: (since) => { state.asked += 1; state.since.push(since); return state.answer(); },
  });
  const check = async (viewer: Viewer = ada, issuedAt = ISSUED) => watch.check(viewer, issuedAt);
  /** Lets what was begun beside the request come to its end. */
  const settle = () => new Promise((done) => setImmediate(done));
  return { state, check, settle };
}
const REFUSED = { status: 401, code: "UNAUTHENTICATED", message: "The session has ended: log in again." };

describe("what is known of ended sessions", () => {
  test("is asked before the first token is believed, then once for many requests", async () => {
    const { state, check, settle } = watched();
    await Promise.all(Array.from({ length: 50 }, () => check()));
    expect(state.asked).toBe(1);
    state.now = 249;
    await check();
    expect(state.asked).toBe(1);
    state.now = 251;
    await check();
    await settle();
    state.now = 400;
    await check();
    expect(state).toMatchObject({ asked: 2, since: [undefined, "at 0"] });
  });

  test("reaches a request within a second of the end, however the requests fall", async () => {
    for (const gap of [1, 100, 300, 699, 701, 5_000]) {
      const { state, check, settle } = watched();
      await check();
      state.ended = [SID];
      const endedAt = state.now;
      let lastAllowed = endedAt;
      for (let step = 0; step < 2_000 && state.now < endedAt + 20_000; step += 1) {
        state.now += gap;
        const allowed = await check().then(() => true, (error: unknown) => { expect(error).toMatchObject(REFUSED); return false; });
        if (!allowed) break;
        lastAllowed = state.now;
        await settle();
      }
      expect(lastAllowed - endedAt, `requests every ${gap} ms`).toBeLessThan(1_000);
    }
  });

  test("says nothing about others, about guests, and about programs without a session", async () => {
    const { state, check } = watched();
    state.ended = [SID];
    await expect(check()).rejects.toMatchObject(REFUSED);
    await check({ ...ada, sessionId: "01900000-0000-7000-8000-0000000000ab" });
    const { sessionId: _none, ...program } = ada;
    await check(program);
    const guest = watched();
    await guest.check({ userId: null, roles: [], vendorIds: [] });
    expect(guest.state.asked).toBe(0);
  });

  test("tokens of a person are void up to a moment, and good after it", async () => {
    const { state, check } = watched();
    state.voided = [{ userId: ADA, before: new Date(ISSUED * 1000 + 500).toISOString() }];
    await expect(check(ada, ISSUED)).rejects.toMatchObject(REFUSED);
    await expect(check(ada, ISSUED - 60)).rejects.toMatchObject(REFUSED);
    await check(ada, ISSUED + 1);
  });

  test("is kept for as long as a token lives, though it is told only once", async () => {
    const { state, check, settle } = watched();
    state.ended = [SID];
    await expect(check()).rejects.toMatchObject(REFUSED);
    state.ended = [];
    for (state.now = 500; state.now <= 900_000; state.now += 500) {
      await check({ ...ada, sessionId: "01900000-0000-7000-8000-0000000000ab" });
      await settle();
    }
    await expect(check()).rejects.toMatchObject(REFUSED);
    for (; state.now <= 970_000; state.now += 500) {
      await check({ ...ada, sessionId: "01900000-0000-7000-8000-0000000000ab" });
      await settle();
    }
    await check();
  });
});

describe("while the users subgraph is away", () => {
  const away = async (): Promise<Endings> => Promise.reject(new Error("away"));

  test("tokens are believed for a minute, none after it, and at once again when it is back", async () => {
    const { state, check, settle } = watched();
    await check();
    const { answer } = state;
    state.answer = away;
    state.now = 59_000;
    await check();
    await settle();
    state.now = 60_001;
    await expect(check()).rejects.toMatchObject({ status: 503, code: "UNAVAILABLE", headers: { "retry-after": "1" } });
    state.answer = answer;
    await check().catch(() => undefined);
    await settle();
    await check();
  });

  test("a gateway that has never heard from it believes no token", async () => {
    const { state, check } = watched();
    state.answer = away;
    await expect(check()).rejects.toMatchObject({ status: 503 });
    state.now = 1_000;
    await expect(check()).rejects.toMatchObject({ status: 503 });
  });

  test("nobody waits for it twice", async () => {
    const { state, check, settle } = watched();
    await check();
    state.answer = away;
    state.now = 2_000;
    await check();
    await settle();
    state.answer = () => new Promise(() => {});
    state.now = 4_000;
    // Would not come back where it waited.
    await check();
    await check();
  });
});
