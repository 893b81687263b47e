import { setTimeout as sleep } from "node:timers/promises";
import type { Clocks } from "#platform/clock.ts";
import { Database } from "#platform/db/database.ts";
import type { Log } from "#platform/log.ts";
import { listPopularProducts, listPopularSearches } from "../queries/popularity.ts";
import { pruneSearchNews } from "../queries/searchDocuments.ts";
import { BuiltIndex } from "./builtIndex.ts";
import { type SearchRequest, select, type Selection } from "./select.ts";
import { NO_SUGGESTIONS, type Suggestions } from "./suggest/suggester.ts";
import type { Synonyms } from "./text/synonyms.ts";

export interface ProductSearchOptions {
  /** Logged in as martgraph_catalog; the search takes connections of its own to the same place. */
  readonly db: Database;
  readonly clocks: Clocks;
  readonly log: Log;
  readonly synonyms: Synonyms;
  /** How far an answer may lag behind what was committed, in milliseconds; 0 looks for news before each answer, and waits for all of it. */
  readonly lagMs: number;
}

type Freshness = { readonly fresh?: boolean | undefined };

/** Finds products by words, filters and beginnings. Every process has its own. */
export interface ProductSearch {
  /** Undefined while the first index is not there yet: ask the database. `fresh` sees all that is committed. */
  search(request: Omit<SearchRequest, "now">, how?: Freshness): Promise<Selection | undefined>;
  suggest(prefix: string, most: number, how?: Freshness): Promise<Suggestions>;
  /** Builds a new index beside the one in use and takes it when it is ready. */
  rebuild(): Promise<void>;
  close(): Promise<void>;
}

/** How long a search waits for the first index. */
const FIRST_MS = 2_000;
/** How long who must see the latest waits for an index that is being built anew. */
const REBUILT_MS = 2_000;
const AS_LONG_AS_IT_TAKES_MS = 600_000;
/** An idle process looks this often, so that it has little to catch up with. */
const FOLLOW_MS = 500;
const POPULAR_MS = 600_000;
const PRUNE_MS = 3_600_000;
const POPULAR_DAYS = 90;
const AGAIN_MS = 1_000;
const MAX_AGAIN_MS = 30_000;

export function openProductSearch(options: ProductSearchOptions): ProductSearch {
  return new FollowingSearch(options);
}

class FollowingSearch implements ProductSearch {
  readonly #db: Database;
  readonly #options: ProductSearchOptions;
  readonly #stopping = new AbortController();
  readonly #first: Promise<unknown>;
  readonly #background: Promise<unknown>[];
  #points = new Map<string, number>();
  #queries: { text: string; sessions: number }[] = [];
  #built: BuiltIndex | undefined;
  /** Milliseconds of `performance.now()`; all that was committed before is in the index. */
  #asOf = -Infinity;
  #needsRebuild = false;
  #following: Promise<void> | undefined;
  #building: Promise<void> | undefined;

  constructor(options: ProductSearchOptions) {
    this.#options = options;
    // One for following, one for building: neither keeps the other, nor a request, waiting.
    this.#db = Database.open({ ...options.db.config, max: 2, applicationName: "martgraph search" }, { onError: (error) => options.log.warn({ error }, "the search lost an idle connection") });
    this.#first = this.#untilBuilt();
    this.#background = [this.#first, this.#repeat(FOLLOW_MS, () => this.#keepUp()), this.#repeat(POPULAR_MS, () => this.#readPopular()), this.#repeat(PRUNE_MS, () => pruneSearchNews(this.#db))];
  }

  async search(request: Omit<SearchRequest, "now">, how: Freshness = {}): Promise<Selection | undefined> {
    const built = await this.#current(how);
    return built && select(built.index, this.#options.synonyms, (id) => this.#points.get(id) ?? 0, { ...request, now: built.now() });
  }

  async suggest(prefix: string, most: number, how: Freshness = {}): Promise<Suggestions> {
    return (await this.#current(how))?.suggester.suggest(prefix, most, this.#options.synonyms) ?? NO_SUGGESTIONS;
  }

  rebuild(): Promise<void> {
    return (this.#building ??= this.#build().finally(() => { this.#building = undefined; }));
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await Promise.allSettled([...this.#background, this.#building, this.#following]);
    await this.#db.close();
  }

  async #current({ fresh = false }: Freshness): Promise<BuiltIndex | undefined> {
    if (!this.#built) await this.#within(FIRST_MS, this.#first);
    if (!this.#built) return undefined;
    const lagMs = fresh ? 0 : this.#options.lagMs;
    await this.#caughtUp(performance.now() - lagMs);
    // What changed for very many products takes a new index; only who must see the latest waits for it, to the end where nothing may lag.
    if (lagMs === 0 && this.#building) await this.#within(this.#options.lagMs === 0 ? AS_LONG_AS_IT_TAKES_MS : REBUILT_MS, this.#building);
    return this.#built;
  }

  /** Until all that was committed before `moment` is in the index. A look into the news that began earlier does not count; one that is under way is shared. */
  async #caughtUp(moment: number): Promise<void> {
    while (this.#built && this.#asOf < moment) await (this.#following ??= this.#follow().finally(() => { this.#following = undefined; }));
  }

  async #follow(): Promise<void> {
    const built = this.#built as BuiltIndex;
    const began = performance.now();
    const outcome = await built.follow(this.#db, this.#stopping.signal);
    if (built === this.#built) this.#asOf = began;
    // The one in use answers, and follows, until the new one is there.
    if (outcome === "rebuild") this.#rebuildBeside();
  }

  #rebuildBeside(): void {
    void this.rebuild().catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) this.#options.log.warn({ error }, "the search index could not be built anew; the one in use goes on");
      this.#needsRebuild = true;
    });
  }

  async #build(): Promise<void> {
    const { signal } = this.#stopping;
    this.#needsRebuild = false;
    const built = await BuiltIndex.build(this.#db, (id) => this.#points.get(id) ?? 0, signal);
    const began = performance.now();
    // What came during the building. Was it very much again, the next one begins as soon as this one is in use.
    if ((await built.follow(this.#db, signal)) === "rebuild") this.#needsRebuild = true;
    built.suggester.setQueries(this.#queries);
    this.#built = built;
    this.#asOf = began;
  }

  async #untilBuilt(): Promise<void> {
    for (let failures = 0; !this.#stopping.signal.aborted && !this.#built; failures += 1) {
      try {
        await this.#readPopular().catch((error: unknown) => this.#options.log.warn({ error }, "what is popular could not be read"));
        await this.rebuild();
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.#options.log.warn({ error, failures }, "the search index could not be built; the database answers searches meanwhile");
        await this.#pause(Math.min(AGAIN_MS * 2 ** failures, MAX_AGAIN_MS));
      }
    }
  }

  async #keepUp(): Promise<void> {
    await this.#caughtUp(performance.now() - FOLLOW_MS);
    if (this.#needsRebuild) this.#rebuildBeside();
  }

  async #within(ms: number, work: Promise<unknown>): Promise<void> {
    const timer = new AbortController();
    await Promise.race([work.catch(() => undefined), sleep(ms, undefined, { signal: AbortSignal.any([timer.signal, this.#stopping.signal]) }).catch(() => undefined)]);
    timer.abort();
  }

  async #readPopular(): Promise<void> {
    const since = new Date(this.#options.clocks.business.now().getTime() - POPULAR_DAYS * 86_400_000);
    this.#points = await listPopularProducts(this.#db, since);
    this.#queries = await listPopularSearches(this.#db, since);
    this.#built?.suggester.setQueries(this.#queries);
  }

  async #repeat(everyMs: number, step: () => Promise<unknown>): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#pause(everyMs);
      if (this.#stopping.signal.aborted || !this.#built) continue;
      await step().catch((error: unknown) => {
        if (!this.#stopping.signal.aborted) this.#options.log.warn({ error }, "the search could not follow the catalogue; it tries again");
      });
    }
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { ref: false, signal: this.#stopping.signal }).catch(() => undefined);
  }
}
