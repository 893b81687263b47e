import { createServer } from "node:net";
import { SetupError, systemCode } from "#platform/postgres/setupError.ts";

type Probe = "free" | "in use" | { problem: string };

function probe(port: number, host: string): Promise<Probe> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(systemCode(error) === "EADDRINUSE" ? "in use" : { problem: systemCode(error) ?? error.message }));
    server.listen(port, host, () => server.close(() => resolve("free")));
  });
}

export async function isPortFree(port: number, host: string): Promise<boolean> {
  return (await probe(port, host)) === "free";
}

/** Asked first of all, so that nobody waits for an import only to hear that the port is taken. @throws SetupError */
export async function assertPortFree(port: number, host: string): Promise<void> {
  const found = await probe(port, host);
  if (found === "in use") throw new SetupError(`Port ${port} on ${host} is in use: stop what listens there, or choose another with --port (0 takes a free one).`);
  if (found !== "free") throw new SetupError(`Port ${port} on ${host} cannot be opened (${found.problem}): choose another with --port, or another address with --host.`);
}
