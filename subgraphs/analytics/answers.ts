import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { BuildInfo, WarehouseReader } from "#warehouse/reader.ts";
import { bigqueryDialect } from "./domain/metric/bigqueryDialect.ts";
import type { Dialect, ParamType } from "./domain/metric/dialect.ts";
import { postgresDialect } from "./domain/metric/postgresDialect.ts";

export type AnswerRow = Record<string, string | null>;
export interface Answer {
  readonly info: BuildInfo;
  readonly rows: readonly AnswerRow[];
}

/** Answers of generated statements over the published build, kept while it is the published one. */
export interface Answers {
  /** The language of the engine that answers. */
  readonly dialect: Dialect;
  read(sql: string, params: readonly unknown[], types: readonly ParamType[]): Promise<Answer>;
}

const MAX_BYTES = 32 * 1024 * 1024;
/** A larger answer would push out everything else. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/**
 * A build never changes, so an answer holds as long as the build is the published one; a new one empties the cache. The same question
 * asked twice at a time is put once. Bounded by the bytes of the rows' texts.
 */
export function createAnswers(reader: Pick<WarehouseReader, "current" | "read" | "engine">): Answers {
  const kept = new LRUCache<string, Answer>({ maxSize: MAX_BYTES, maxEntrySize: MAX_ANSWER_BYTES, sizeCalculation: bytesOf });
  const asked = new Map<string, Promise<Answer>>();
  let buildId: string | undefined;

  async function put(sql: string, params: readonly unknown[], types: readonly ParamType[], hash: string): Promise<Answer> {
    const answer = await reader.read(async (build) => ({ info: build, rows: await build.generated<AnswerRow>(sql, params, types) }));
    turn(answer.info.buildId);
    kept.set(hash, answer);
    return answer;
  }
  function turn(current: string): void {
    if (current === buildId) return;
    kept.clear();
    buildId = current;
  }

  return {
    dialect: reader.engine === "bigquery" ? bigqueryDialect : postgresDialect,
    async read(sql, params, types) {
      const hash = createHash("sha256").update(JSON.stringify([sql, params])).digest("base64url");
      const current = await reader.current();
      if (current) turn(current.buildId);
      const found = kept.get(hash);
      if (found && current) return { info: current, rows: found.rows };
      const key = `${current?.buildId} ${hash}`;
      const running = asked.get(key);
      if (running) return running;
      const answer = put(sql, params, types, hash).finally(() => asked.delete(key));
      asked.set(key, answer);
      return answer;
    },
  };
}

function bytesOf({ rows }: Answer): number {
  let bytes = 200;
  for (const row of rows) for (const value of Object.values(row)) bytes += 40 + 2 * (value?.length ?? 0);
  return bytes;
}
