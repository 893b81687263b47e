import { type AddressInfo, createServer } from "node:net";

const FROM_PORT = 21_200;
const TO_PORT = 29_000;

/** A loopback port that nobody listens on, above the given one and below those that systems give away by themselves. @throws Error when there is none */
export async function freeLoopbackPort(above = FROM_PORT + (process.pid % 900) * 8): Promise<number> {
  for (let port = above + 1; port < TO_PORT; port += 1) {
    const server = createServer();
    const isFree = await new Promise<boolean>((settled) => server.once("error", () => settled(false)).listen(port, "127.0.0.1", () => settled((server.address() as AddressInfo).port === port)));
    await new Promise<void>((closed) => server.close(() => closed()));
    if (isFree) return port;
  }
  throw new Error("no loopback port is free");
}
