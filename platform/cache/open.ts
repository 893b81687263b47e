import { serverSettings } from "../config.ts";
import type { Log } from "../log.ts";
import type { Cache } from "./cache.ts";
import { memoryCache } from "./memory.ts";

/** The cache that the configuration asks for: Redis where MARTGRAPH_REDIS_URL is set, else this process's memory. */
export async function openCache(log: Log): Promise<Cache> {
  const { redisUrl } = serverSettings();
  if (!redisUrl) return memoryCache();
  const { redisCache } = await import("./redis.ts");
  return redisCache({ url: redisUrl, log });
}
