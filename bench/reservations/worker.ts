import { uuidV7 } from "#schema/values/ids.ts";
import { Database, type DatabaseConfig } from "#platform/db/database.ts";
import { type WayName, WAYS } from "./ways.ts";

export interface WorkerSettings {
  readonly config: DatabaseConfig;
  readonly way: WayName;
  readonly callers: number;
  readonly variants: readonly string[];
  /** Stop after so long; 0: when a hold is refused. */
  readonly ms: number;
}

export interface WorkerResult {
  readonly confirmed: number;
  readonly refused: number;
  readonly commits: number;
  readonly seconds: number;
  readonly cpuMs: number;
}

// A process whose callers hold one unit after the other. Warm connections first; begins when stdin says so, answers on stdout.
const { config, way, callers, variants, ms } = JSON.parse(process.argv[2] ?? "") as WorkerSettings;
const db = Database.open(config);
await Promise.all(Array.from({ length: config.max ?? 8 }, () => db.ping()));
const { hold, commits } = WAYS[way](db);
process.stdout.write("ready\n");
await new Promise((begin) => process.stdin.once("data", begin));

const cpu = process.cpuUsage();
const started = performance.now();
let [confirmed, refused] = [0, 0];
await Promise.all(Array.from({ length: callers }, async () => {
  while (ms === 0 || performance.now() - started < ms) {
    const variantId = variants[Math.floor(Math.random() * variants.length)] as string;
    if (await hold(variantId, uuidV7(new Date()))) confirmed += 1;
    else {
      refused += 1;
      if (ms === 0) return;
    }
  }
}));
const used = process.cpuUsage(cpu);
const result: WorkerResult = { confirmed, refused, commits: commits() ?? confirmed + refused, seconds: (performance.now() - started) / 1000, cpuMs: (used.user + used.system) / 1000 };
process.stdout.write(`${JSON.stringify(result)}\n`);
await db.close();
process.exit(0);
