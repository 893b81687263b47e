import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Pool } from "undici";
import { Child } from "./children.ts";
import { cpuUse, hasProc } from "./cpu.ts";
import { round } from "./report.ts";

const ANSWER = JSON.stringify({ text: "x".repeat(5_300) });
const RUNS = 3_000;
const AT_ONCE = 8;

/** CPU-ms that a request costs a server which does nothing: what else runs on the machine makes this dearer, and all other figures with it. */
export async function httpFloor(): Promise<number | undefined> {
  if (!hasProc()) return undefined;
  const child = new Child("floor.ts");
  try {
    const { port } = await child.next<{ port: number }>();
    const pool = new Pool(`http://127.0.0.1:${port}`, { connections: AT_ONCE, pipelining: 1 });
    const run = async (count: number): Promise<void> => {
      let left = count;
      const worker = async (): Promise<void> => {
        while (left-- > 0) await (await pool.request({ path: "/", method: "POST", body: "{}", headers: { "content-type": "application/json" } })).body.dump();
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    };
    await run(RUNS);
    const before = cpuUse(child.pid).server;
    await run(RUNS);
    const used = cpuUse(child.pid).server - before;
    await pool.close();
    return round(used / RUNS);
  } finally {
    await child.stop();
  }
}

function serve(): void {
  const server = createServer((request, response) => {
    request.resume().once("end", () => response.writeHead(200, { "content-type": "application/json" }).end(ANSWER));
  });
  server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
  process.on("disconnect", () => process.exit());
}

if (import.meta.main) serve();
