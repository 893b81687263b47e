import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";
import type { ClientInfo } from "#kit/subgraph.ts";

const MAX_USER_AGENT = 300;
/** Hops of a forwarded request that are looked at: more stand in none that is honest. */
const MAX_HOPS = 20;

/**
 * Where a request comes from. `X-Forwarded-For` can be written by anybody, so it is read only where the connection comes from a proxy
 * that was named, and from the right: the first address that is no such proxy is the client.
 */
export function clientReader(trustedProxies: readonly string[]): (request: IncomingMessage) => ClientInfo {
  const proxies = blockListOf(trustedProxies);
  const isProxy = (address: string): boolean => proxies.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

  return ({ socket, headers }) => {
    let ip = addressOf(socket.remoteAddress ?? "");
    const forwarded = headers["x-forwarded-for"];
    if (ip !== undefined && forwarded !== undefined && isProxy(ip)) {
      const hops = String(forwarded).split(",").slice(-MAX_HOPS);
      while (hops.length > 0 && isProxy(ip)) {
        const before = addressOf((hops.pop() ?? "").trim());
        // What a proxy that is trusted did not write as an address ends the trail there.
        if (before === undefined) break;
        ip = before;
      }
    }
    const userAgent = headers["user-agent"]?.slice(0, MAX_USER_AGENT);
    return { ...(ip === undefined ? {} : { ip }), ...(userAgent ? { userAgent } : {}) };
  };
}

/** An address as it is written everywhere else: an IPv4 client of a socket for both is none of IPv6. */
function addressOf(text: string): string | undefined {
  const address = text.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  return isIP(address) === 0 ? undefined : address;
}

function blockListOf(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", bits] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}
