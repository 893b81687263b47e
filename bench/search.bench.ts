import { textsOf } from "#subgraphs/catalog/search/document.ts";
import { TUNING } from "#subgraphs/catalog/search/engine/tuning.ts";
import { readSynonymsFile } from "#subgraphs/catalog/search/synonymsFile.ts";
import { documentsOf, readIcecat } from "./search/icecat.ts";
import { measureInProcess, questionsOf, type Timed } from "./search/latency.ts";
import { crossValidate, judge, mean, ourRanking, plainBm25, textIndexOf, tunings, type Worth } from "./search/quality.ts";

const FOLDS = 5;
const SEEDS = 10;

/** How well and how fast products are found: see bench/README.md. `--quick` leaves out what needs a database. */
export async function bench(): Promise<void> {
  const icecat = readIcecat();
  if (!icecat) {
    process.stdout.write("Skipped: there is no icecat data set (MARTGRAPH_DATA names the folder of the data sets).\n");
    return;
  }
  const say = (what: string, value: string): void => void process.stdout.write(`${what.padEnd(66)} ${value}\n`);
  const documents = documentsOf(icecat);
  const judged = [...icecat.judgements.keys()];
  const synonyms = await readSynonymsFile(undefined);
  say("Icecat", `${documents.length} products, ${judged.length} queries, ${[...icecat.judgements.values()].reduce((sum, of) => sum + of.size, 0)} judgements`);
  sayWorth(say, "plain BM25, title and short description (k1 1.2, b .75)", judge(icecat.judgements, plainBm25(icecat)));

  const ids = icecat.products.map(({ id }) => id);
  const index = textIndexOf(documents.map(textsOf));
  sayWorth(say, "ours, weights as shipped (chosen on all these queries)", judge(icecat.judgements, ourRanking(index, ids, synonyms, TUNING)));
  sayWorth(say, "ours as shipped, without synonyms", judge(icecat.judgements, ourRanking(index, ids, new Map(), TUNING)));
  const all = tunings();
  const worths = all.map((tuning) => judge(icecat.judgements, ourRanking(index, ids, synonyms, tuning)).worths);
  const runs = Array.from({ length: SEEDS }, (_, seed) => crossValidate(worths, all, FOLDS, seed + 1));
  for (const [n, fold] of (runs[0]?.folds ?? []).entries()) say(`  fold ${n + 1} of ${FOLDS}, ${fold.queries} queries held out`, `nDCG@10 ${digits(fold.ndcg)}, condensed ${digits(fold.condensed)}; chosen on the others: ${fold.chosen}`);
  const of = (values: readonly number[]): string => `${digits(values.reduce((sum, value) => sum + value, 0) / values.length)} (${digits(Math.min(...values))} to ${digits(Math.max(...values))})`;
  say(`held out, ${FOLDS} folds over queries, mean of ${SEEDS} divisions (range)`, `nDCG@10 ${of(runs.map((run) => run.ndcg))}, condensed ${of(runs.map((run) => run.condensed))}; among ${all.length} settings`);

  const inProcess = measureInProcess(documents, judged, synonyms);
  say("index in process, built from documents at hand", `${inProcess.buildSeconds.toFixed(1)} s, ${inProcess.heapMb.toFixed(0)} MB`);
  sayTimed(say, "search: page of 24 and all facets, a third with filters", inProcess.search);
  sayTimed(say, "browse: all products by price and all facets", inProcess.browse);
  sayTimed(say, "suggest: every beginning of the judged queries", inProcess.suggest);
  sayTimed(say, "search: texts that are meant to hurt", inProcess.hostile);
  if (process.argv.includes("--quick")) return;

  const questions = questionsOf(documents, judged).map(({ text }) => text);
  const { measureThroughDatabase } = await import("./search/database.ts");
  const through = await measureThroughDatabase(icecat, questions);
  say("a shop filled with it; its slice ready after", `${through.fillSeconds.toFixed(1)} s; ${through.readySeconds.toFixed(1)} s`);
  sayWorth(say, "through the graph, from the database", { worths: through.graph.worths, zeroHits: undefined });
  sayTimed(say, "through the graph: 24 products with prices, all facets", through.graph.timed);
  sayTimed(say, "through the graph: everything, all facets (counts kept for 5 s)", through.graph.browse);
  sayTimed(say, "through the graph: suggestions", through.graph.suggest);
  say("longest hold of the event loop, waiting for a core included", through.holds.map(({ name, ms }) => `${name} ${ms.toFixed(0)} ms`).join("; "));
  for (const one of through.fullText) {
    sayWorth(say, `PostgreSQL full text, ${one.name} over name and description`, one);
    sayTimed(say, `PostgreSQL full text, ${one.name}: ids alone, CPU of this process`, one.timed);
  }
}

type Say = (what: string, value: string) => void;
const meanOf = (worths: readonly Worth[], of: keyof Worth): number => mean(worths.map((one) => one[of]));
const digits = (value: number): string => value.toFixed(4).replace(/^0/, "");

function sayWorth(say: Say, what: string, { worths, zeroHits }: { worths: readonly Worth[]; zeroHits: number | undefined }): void {
  const nothing = zeroHits === undefined ? "" : `, nothing found ${(zeroHits * 100).toFixed(1)} %`;
  say(what, `nDCG@10 ${digits(meanOf(worths, "ndcg"))}, condensed ${digits(meanOf(worths, "condensed"))}, unjudged ${(meanOf(worths, "unjudged") * 100).toFixed(0)} %, MRR ${digits(meanOf(worths, "reciprocal"))}${nothing}`);
}

function sayTimed(say: Say, what: string, { count, cpuMs, p50, p95, p99, max }: Timed): void {
  say(what, `${cpuMs.toFixed(2)} CPU-ms each; p50 ${p50.toFixed(1)}, p95 ${p95.toFixed(1)}, p99 ${p99.toFixed(1)}, longest ${max.toFixed(1)} ms (${count})`);
}
