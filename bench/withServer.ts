import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "#platform/postgres/embeddedPostgres.ts";

/** Measures on an embedded PostgreSQL of its own, of which nothing is left afterwards. `dir` is the folder around it. */
export async function withServer(name: string, measure: (server: EmbeddedPostgres, dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), `martgraph-bench-${name}-`));
  // the server runs as another user where this process is root
  chmodSync(dir, 0o755);
  try {
    const server = await startEmbeddedPostgres({ dataDir: join(dir, "postgres"), log: () => {} });
    // Ctrl-C: the server would go on without us
    const giveUp = () => void server.stop("immediate").finally(() => {
      rmSync(dir, { recursive: true, force: true });
      process.exit(130);
    });
    process.once("SIGINT", giveUp).once("SIGTERM", giveUp);
    try {
      await measure(server, dir);
    } finally {
      process.off("SIGINT", giveUp).off("SIGTERM", giveUp);
      await server.stop("fast");
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
