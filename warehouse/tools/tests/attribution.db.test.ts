import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Database } from "#platform/db/database.ts";
import { silentLog } from "#platform/log.ts";
import { seeded } from "#platform/seeded.ts";
import { useTestDatabases } from "#platform/testing/testDatabase.ts";
import { createDbt } from "../dbt.ts";
import { dbtEnvironment } from "../dbtProfile.ts";
import { type PythonWorker, startPythonWorker } from "../worker.ts";
import { id, RawFixture, standAt } from "./rawFixture.ts";

const CHANNELS = ["DIRECT", "EMAIL", "ORGANIC_SEARCH", "PAID_SEARCH", "DISPLAY"] as const;
const DAY = 86_400_000;
const BEGIN = Date.parse("2026-03-01T00:00:00Z");
const PEOPLE = 60;

interface Touch { person: number; at: number; channel: string }
interface Order { order: number; person: number; at: number; thousandths: number }


const collapse = (channels: readonly string[]) => channels.filter((channel, index) => channel !== channels[index - 1]);

/** The removal effect of each channel, by solving the chain's equations instead of following it. */
function removalEffects(converted: readonly string[][], lost: readonly string[][]): Map<string, number> {
  const moves = new Map<string, Map<string, number>>();
  const count = (from: string, to: string) => {
    const row = moves.get(from) ?? moves.set(from, new Map()).get(from)!;
    row.set(to, (row.get(to) ?? 0) + 1);
  };
  for (const [paths, end] of [[converted, "CONVERTED"], [lost, "LOST"]] as const) {
    for (const path of paths) [...collapse(path), end].reduce((from, to) => (count(from, to), to), "START");
  }
  const states = [...moves.keys()];
  /** x = P x + c by Gauss and Jordan: how likely each state is to convert. */
  const converts = (removed: string | undefined): number => {
    const rows = states.map((from) => {
      const row = moves.get(from)!;
      const sum = [...row.values()].reduce((total, n) => total + n, 0);
      const equation = states.map((to) => (from === to ? 1 : 0) - (to === removed ? 0 : (row.get(to) ?? 0) / sum));
      return from === removed ? [...states.map((to) => (to === from ? 1 : 0)), 0] : [...equation, (row.get("CONVERTED") ?? 0) / sum];
    });
    for (let pivot = 0; pivot < states.length; pivot += 1) {
      const best = rows.slice(pivot).reduce((found, row, offset) => (Math.abs(row[pivot]!) > Math.abs(rows[found]![pivot]!) ? pivot + offset : found), pivot);
      [rows[pivot], rows[best]] = [rows[best]!, rows[pivot]!];
      const by = rows[pivot]![pivot]!;
      rows[pivot] = rows[pivot]!.map((value) => value / by);
      for (let other = 0; other < states.length; other += 1) {
        const factor = rows[other]![pivot]!;
        if (other !== pivot && factor !== 0) rows[other] = rows[other]!.map((value, column) => value - factor * rows[pivot]![column]!);
      }
    }
    return rows[states.indexOf("START")]!.at(-1)!;
  };
  const whole = converts(undefined);
  return new Map(CHANNELS.map((channel) => [channel, moves.has(channel) ? 1 - converts(channel) / whole : 0]));
}

describe("credit for made-up journeys, computed apart from the SQL", { timeout: 300_000 }, () => {
  const databases = useTestDatabases({ shop: true, warehouse: true });
  let builder: Database;
  let loader: Database;
  let worker: PythonWorker;
  let stateDir: string;
  const touches: Touch[] = [];
  const orders: Order[] = [];

  beforeAll(async () => {
    const shop = Database.open(databases.shop.config);
    const connection = databases.warehouse.as("martgraph_builder");
    builder = Database.open(connection);
    loader = Database.open(databases.warehouse.as("martgraph_loader"));
    const raw = await RawFixture.create(shop, loader);
    await shop.close();
    const draw = seeded(7);
    for (let person = 1; person <= PEOPLE; person += 1) {
      for (let left = 1 + Math.floor(draw() * 6); left > 0; left -= 1) {
        touches.push({ person, at: BEGIN + Math.floor(draw() * 80) * DAY + Math.floor(draw() * 80_000) * 1000, channel: CHANNELS[Math.floor(draw() ** 1.5 * CHANNELS.length)]! });
      }
      for (let left = Math.floor(draw() * 3); left > 0; left -= 1) {
        orders.push({ order: 1000 + orders.length, person, at: BEGIN + 20 * DAY + Math.floor(draw() * 60) * DAY + Math.floor(draw() * 80_000) * 1000, thousandths: 2085 * (1 + Math.floor(draw() * 9)) });
      }
    }
    await raw.add("events__behaviour_events", 10, touches.map((touch, index) => ({
      id: id(10_000 + index), session_id: id(20_000 + index), user_id: id(touch.person), type: "VIEW", channel: touch.channel, occurred_at: new Date(touch.at).toISOString(), is_synthetic: true,
    })));
    for (const { order, person, at, thousandths } of orders) await raw.order(10, { order, user: person, placedAt: new Date(at).toISOString(), lines: [[order, 31, thousandths / 2085]] });
    await standAt(builder, "a", { cut: 20, complete: 0, businessAsOf: "2026-06-01T08:00:00Z" });
    stateDir = await mkdtemp(join(tmpdir(), "martgraph-attribution-"));
    worker = startPythonWorker({ log: silentLog, env: dbtEnvironment(connection) });
    const outcome = await createDbt({ worker, connection, stateDir }).build({ slot: "a", fullRefresh: true, select: ["+rpt_channel_performance"], exclude: ["test_type:data"] });
    expect(outcome.ok ? "built" : outcome.reason).toBe("built");
  }, 300_000);
  afterAll(async () => {
    await worker?.close();
    await builder?.close();
    await loader?.close();
    if (stateDir) await rm(stateDir, { recursive: true, force: true });
  });

  const rowsOf = async (text: string) => (await builder.raw<Record<string, string>>(text)).rows;
  const pathOf = (order: Order) => touches.filter(({ person, at }) => person === order.person && at <= order.at && at >= order.at - 30 * DAY).sort((one, two) => one.at - two.at);
  const paths = () => orders.map((order) => ({ order, path: pathOf(order) })).filter(({ path }) => path.length > 0);
  const effects = () => {
    const used = new Set(paths().flatMap(({ path }) => path));
    const idle: string[][] = [];
    for (let person = 1; person <= PEOPLE; person += 1) {
      let last: number | undefined;
      for (const touch of touches.filter((one) => one.person === person && !used.has(one)).sort((one, two) => one.at - two.at)) {
        const day = Math.floor(touch.at / DAY);
        if (last === undefined || day - last > 30) idle.push([]);
        idle.at(-1)!.push(touch.channel);
        last = day;
      }
    }
    return removalEffects(paths().map(({ path }) => path.map(({ channel }) => channel)), idle);
  };

  test("what the chain loses without each channel", async () => {
    const found = new Map((await rowsOf("select channel, removal_effect from marts_a.rpt_channel_removal")).map((row) => [row["channel"], Number(row["removal_effect"])]));
    const expected = effects();
    expect(found.size).toBe(CHANNELS.length);
    for (const channel of CHANNELS) expect(found.get(channel), channel).toBeCloseTo(expected.get(channel)!, 8);
    expect(new Set([...found.values()].map((value) => value.toFixed(3))).size).toBeGreaterThan(2);
  });

  test("every touch has its part of every order by every model", async () => {
    const markov = effects();
    const weights: Record<string, (touch: Touch, place: number, order: Order, length: number) => number> = {
      first: (_touch, place) => (place === 0 ? 1 : 0),
      last: (_touch, place, _order, length) => (place === length - 1 ? 1 : 0),
      linear: () => 1,
      position: (_touch, place, _order, length) => (length < 3 ? 1 : place === 0 || place === length - 1 ? 0.4 : 0.2 / (length - 2)),
      time_decay: (touch, _place, order) => 2 ** (-(Math.floor(order.at / DAY) - Math.floor(touch.at / DAY)) / 7),
      markov: (touch) => markov.get(touch.channel)!,
    };
    const found = new Map((await rowsOf("select order_id || ' ' || model || ' ' || touch_number as key, share from marts_a.fct_attribution")).map((row) => [row["key"], Number(row["share"])]));
    let compared = 0;
    for (const { order, path } of paths()) {
      for (const [model, weigh] of Object.entries(weights)) {
        const parts = path.map((touch, place) => weigh(touch, place, order, path.length));
        const sum = parts.reduce((total, part) => total + part, 0);
        parts.forEach((part, place) => {
          expect(found.get(`${id(order.order)} ${model} ${place + 1}`) ?? 0, `${order.order} ${model} ${place + 1}`).toBeCloseTo(sum === 0 ? 1 / path.length : part / sum, 7);
          compared += 1;
        });
      }
    }
    expect(compared).toBeGreaterThan(300);
    expect(paths().some(({ path }) => path.length > 3)).toBe(true);
  });

  test("the money of the orders with touches is given out to the last fraction, by every model", async () => {
    const thousandths = paths().reduce((sum, { order }) => sum + order.thousandths, 0);
    const sums = await rowsOf("select model, sum(attributed_revenue) as revenue, sum(attributed_orders) as orders from marts_a.rpt_channel_performance group by model order by model");
    expect(sums.map((row) => row["model"])).toEqual(["first", "last", "linear", "markov", "position", "time_decay"]);
    for (const row of sums) expect([Number(row["revenue"]) * 1000, Number(row["orders"])]).toEqual([thousandths, paths().length]);
  });
});
