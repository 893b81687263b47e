import type { Reader } from "#platform/db/database.ts";
import { DOCUMENTS_AT_ONCE, listSearchDocuments, listSearchDocumentsByIds, readSearchNews, readSearchSnapshot } from "../queries/searchDocuments.ts";
import type { SearchDocument } from "./document.ts";
import { ProductIndex } from "./productIndex.ts";
import { slices } from "./slices.ts";
import { Suggester } from "./suggest/suggester.ts";

const LOWEST_UUID = "00000000-0000-0000-0000-000000000000";
/** With more news than this share of all products, building anew is the shorter way. */
const MUCH = 0.25;
const FEW = 2_000;

/** An index with all that belongs to it, as of a snapshot of the database. */
export class BuiltIndex {
  readonly index = new ProductIndex();
  readonly suggester = new Suggester(this.index);
  #snapshot: string;
  #clock = { now: 0, readAt: 0 };
  readonly #points: (productId: string) => number;

  private constructor(snapshot: string, points: (productId: string) => number) {
    this.#snapshot = snapshot;
    this.#points = points;
  }

  /** Reads all products on sale; others go on meanwhile. The snapshot is older than the first page: what changes during the reading is news. */
  static async build(db: Reader, points: (productId: string) => number, signal: AbortSignal): Promise<BuiltIndex> {
    const built = new BuiltIndex(await readSearchSnapshot(db), points);
    const work = slices();
    for (let after: string | undefined = LOWEST_UUID; after !== undefined; ) {
      const page: SearchDocument[] = await listSearchDocuments(db, after);
      for (const document of page) {
        built.#put(document);
        await work.pause();
      }
      after = page.length === DOCUMENTS_AT_ONCE ? page.at(-1)?.id : undefined;
      signal.throwIfAborted();
    }
    for (const _step of built.suggester.warm()) await work.pause();
    return built;
  }

  /** Takes over what was committed since. "rebuild" where something changed for so many products that it had better be built anew. */
  async follow(db: Reader, signal: AbortSignal): Promise<"followed" | "rebuild"> {
    const readAt = performance.now();
    const { snapshot, now, everything, products } = await readSearchNews(db, this.#snapshot);
    this.#clock = { now: now.getTime(), readAt };
    const isMuch = products.length > Math.max(FEW, this.index.size * MUCH);
    const work = slices();
    for (let from = 0; from < (isMuch ? 0 : products.length); from += DOCUMENTS_AT_ONCE) {
      const ids = products.slice(from, from + DOCUMENTS_AT_ONCE);
      const found = new Map((await listSearchDocumentsByIds(db, ids)).map((document) => [document.id, document]));
      signal.throwIfAborted();
      for (const id of ids) {
        const document = found.get(id);
        if (document) this.#put(document);
        else this.#remove(id);
        await work.pause();
      }
    }
    // A new index begins with a snapshot of its own, later than this one.
    this.#snapshot = snapshot;
    return everything || isMuch || this.index.isWorn ? "rebuild" : "followed";
  }

  /** Business time, by the database's clock. */
  now(): Date {
    return new Date(this.#clock.now + performance.now() - this.#clock.readAt);
  }

  #put(document: SearchDocument): void {
    this.index.put(document);
    this.suggester.put(document.id, document.name, this.#points(document.id));
  }

  #remove(productId: string): void {
    this.index.remove(productId);
    this.suggester.remove(productId);
  }
}
