import DataLoader from "dataloader";

/** Most keys of one statement; more make a second one. */
const MAX_BATCH = 1_000;

export interface ByKey<K, V> {
  /** Rows of the keys in any order; a key may be missing. One statement. */
  load: (keys: readonly K[]) => Promise<readonly V[]>;
  keyOf: (value: V) => K;
}

/** One value per key: order restored, a missing key is null, a key asked for twice is fetched once. Lives for one request. */
export function byKey<K extends string, V>({ load, keyOf }: ByKey<K, V>): DataLoader<K, V | null> {
  return new DataLoader<K, V | null>(
    async (keys) => {
      const found = new Map((await load(keys)).map((value) => [keyOf(value), value]));
      return keys.map((key) => found.get(key) ?? null);
    },
    { maxBatchSize: MAX_BATCH },
  );
}

/** A list per key, empty where there is nothing. The statement bounds each key's rows (a lateral join with a limit). */
export function manyByKey<K extends string, V>({ load, keyOf }: ByKey<K, V>): DataLoader<K, readonly V[]> {
  return new DataLoader<K, readonly V[]>(
    async (keys) => {
      const groups = Map.groupBy(await load(keys), keyOf);
      return keys.map((key) => groups.get(key) ?? []);
    },
    { maxBatchSize: MAX_BATCH },
  );
}

export interface PageOf<K, C> {
  key: K;
  limit: number;
  after: C | undefined;
}
export interface PagedByKey<K, V, C> {
  /** Rows after the cursor, at most `limit` + 1 per key, each key's in order. One statement. */
  load: (keys: readonly K[], limit: number, after: C | undefined) => Promise<readonly V[]>;
  keyOf: (value: V) => K;
}

/** A page per key. Keys that ask for the same page share a statement, so its cost does not grow with the list above. */
export function pagedByKey<K extends string, V, C>({ load, keyOf }: PagedByKey<K, V, C>): DataLoader<PageOf<K, C>, readonly V[], string> {
  const pageName = (page: PageOf<K, C>) => JSON.stringify([page.limit, page.after ?? null]);
  return new DataLoader<PageOf<K, C>, readonly V[], string>(
    async (pages) => {
      const answers = new Map<string, readonly V[]>();
      await Promise.all([...Map.groupBy(pages, pageName)].map(async ([name, asked]) => {
        const { limit, after } = asked[0] as PageOf<K, C>;
        const groups = Map.groupBy(await load(asked.map((page) => page.key), limit, after), keyOf);
        for (const { key } of asked) answers.set(`${key} ${name}`, groups.get(key) ?? []);
      }));
      return pages.map((page) => answers.get(`${page.key} ${pageName(page)}`) ?? []);
    },
    { maxBatchSize: MAX_BATCH, cacheKeyFn: (page) => `${page.key} ${pageName(page)}` },
  );
}
