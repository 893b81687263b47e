import { monitorEventLoopDelay } from "node:perf_hooks";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createProgress } from "#bin/cli/progress.ts";
import { openInstallation } from "#bin/install/installation.ts";
import { subgraphExecutor } from "#kit/execute.ts";
import { GUEST } from "#kit/viewer.ts";
import { businessClock, wallClock } from "#platform/clock.ts";
import { Database } from "#platform/db/database.ts";
import { createLog } from "#platform/log.ts";
import { createCatalogSubgraph } from "#subgraphs/catalog/subgraph.ts";
import { fillIcecat } from "./fill.ts";
import { type Icecat, uuidOf } from "./icecat.ts";
import { summary, type Timed } from "./latency.ts";
import { judge, type Worth } from "./quality.ts";
import { encodeId } from "#schema/values/ids.ts";

export interface ThroughDatabase {
  readonly fillSeconds: number;
  /** From the slice's start until it answers from its index. */
  readonly readySeconds: number;
  /** The same queries through the graph: what shoppers get. */
  readonly graph: { readonly worths: readonly Worth[]; readonly timed: Timed; readonly suggest: Timed; readonly browse: Timed };
  /** The longest that anything kept the event loop, in milliseconds, by what went on. */
  readonly holds: readonly { readonly name: string; readonly ms: number }[];
  /** PostgreSQL's own full-text search, ranked by ts_rank and by ts_rank_cd. */
  readonly fullText: readonly { readonly name: string; readonly worths: readonly Worth[]; readonly zeroHits: number; readonly timed: Timed }[];
}

const SEARCH = `query ($query: String!) { search(query: $query, first: 24) { nodes { id name price { amount { amount } } } totalCount appliedMode
  facets { brands { count brand { name } } prices { min below count } availability { inStock count } attributes { code values { value count } ranges { min below count } } } } }`;

const SUGGEST = "query ($prefix: String!) { suggest(prefix: $prefix) { queries { text } products { name } categories { name } brands { name } } }";
/** Products that change at once: few enough to be followed one by one, and so many that a new index is built. */
const FOLLOWED = 900;

/** Fills a shop of its own with the products, and searches through the subgraph as the gateway does. */
export async function measureThroughDatabase(icecat: Icecat, questions: readonly string[]): Promise<ThroughDatabase> {
  const dir = mkdtempSync(join(tmpdir(), "martgraph-bench-search-"));
  chmodSync(dir, 0o755);
  const log = createLog("bench");
  const installation = await openInstallation({ dataDir: join(dir, "data"), progress: createProgress(true), log });
  try {
    const owner = installation.owner("shop");
    let began = performance.now();
    await fillIcecat(owner, icecat);
    const fillSeconds = (performance.now() - began) / 1_000;
    const db = Database.open({ ...installation.databases.shop, max: 8, applicationName: "bench search" });
    began = performance.now();
    const holds: { name: string; ms: number }[] = [];
    const subgraph = await createCatalogSubgraph({ db, clocks: { business: await businessClock(db), wall: wallClock }, log, keep: true });
    const execute = subgraphExecutor(subgraph, log);
    const run = async (query: string, variables: Record<string, unknown>) => {
      const { data, errors } = await execute({ query, variables, request: { viewer: GUEST, requestId: "bench", signal: new AbortController().signal } });
      if (errors) throw new Error(JSON.stringify(errors[0]));
      return data;
    };
    const ask = async (query: string) => ((await run(SEARCH, { query })) as { search: { nodes: { id: string; name: string }[]; appliedMode: string | null } }).search;
    const holding = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      const done = await work();
      delay.disable();
      holds.push({ name, ms: delay.max / 1e6 });
      return done;
    };
    /** Until a search of the index finds what was just written. */
    const untilFound = async (word: string) => {
      while ((await ask(word)).nodes[0]?.name.includes(word) !== true) await new Promise((done) => setTimeout(done, 20));
    };
    await holding("the first index", async () => {
      while ((await ask("mouse")).appliedMode === null) await new Promise((done) => setTimeout(done, 50));
    });
    const readySeconds = (performance.now() - began) / 1_000;
    const timed = await holding("searches", () => timeEach(questions, ask));
    const suggest = await holding("suggestions", () => timeEach(questions.slice(0, 300).flatMap((text) => [text.slice(0, 1), text.slice(0, 3), text]), (prefix) => run(SUGGEST, { prefix })));
    const browse = await holding("browsing all", () => timeEach(Array.from({ length: 110 }, () => ""), ask));
    for (const [products, word] of [[FOLLOWED, "zzfollowed"], [10 * FOLLOWED, "zzrebuilt"]] as const) {
      await holding(`${products} products changed in one statement`, async () => {
        await owner.raw("update catalog.products p set name = p.name || ' ' || $1 where p.id in (select n.id from catalog.products n order by n.id limit $2)", [word, products]);
        await untilFound(word);
      });
    }
    await owner.raw("update catalog.products p set name = regexp_replace(p.name, '( zz[a-z]+)+$', '') where p.name ~ ' zz[a-z]+$'");
    while ((await ask("zzfollowed")).appliedMode !== "POPULAR") await new Promise((done) => setTimeout(done, 50));
    const idOf = new Map(icecat.products.map(({ id }) => [encodeId("prd", uuidOf("product", id)), id]));
    const rankings = new Map<string, string[]>();
    for (const query of icecat.judgements.keys()) rankings.set(query, (await ask(query)).nodes.map(({ id }) => idOf.get(id) ?? ""));
    const graph = { worths: judge(icecat.judgements, (query) => rankings.get(query) ?? []).worths, timed, suggest, browse };
    const fullText = [];
    for (const name of ["ts_rank", "ts_rank_cd"]) fullText.push(await fullTextSearch(owner, icecat, questions, name));
    await subgraph.close();
    await db.close();
    return { fillSeconds, readySeconds, graph, holds, fullText };
  } finally {
    await installation.lifecycle.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The generated column and its index that the shop has, ranked by one of PostgreSQL's functions; every matching row is ranked. */
async function fullTextSearch(owner: Database, icecat: Icecat, questions: readonly string[], name: string) {
  const ask = async (query: string): Promise<string[]> => {
    const { rows } = await owner.raw<{ external_ref: string }>(
      `select p.external_ref from catalog.products p, websearch_to_tsquery('english', $1) q where p.search_words @@ q order by ${name}(p.search_words, q, 1) desc, p.id limit 1000`, [query]);
    return rows.map((row) => row.external_ref);
  };
  const timed = await timeEach(questions, ask);
  const rankings = new Map<string, string[]>();
  for (const query of icecat.judgements.keys()) rankings.set(query, await ask(query));
  return { name, ...judge(icecat.judgements, (query) => rankings.get(query) ?? []), timed };
}

async function timeEach(questions: readonly string[], ask: (query: string) => Promise<unknown>): Promise<Timed> {
  for (const query of questions.slice(0, 100)) await ask(query);
  const took: number[] = [];
  const before = process.cpuUsage();
  for (const query of questions) {
    const began = performance.now();
    await ask(query);
    took.push(performance.now() - began);
  }
  return summary(took, process.cpuUsage(before));
}
