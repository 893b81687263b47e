import { lookup as systemLookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** The address must not be written to: it lies inside of a house, not on the public internet. */
export class AddressRefused extends Error {
  override readonly name = "AddressRefused";
}

// IANA's special-purpose registries, IPv4 and IPv6: everything that is not globally reachable, and what wraps another address.
// Two lists: Node holds an IPv4 address against IPv6 rules too, as if it were mapped.
const INSIDE = { v4: new BlockList(), v6: new BlockList() };
for (const [net, bits] of [
  ["0.0.0.0", 8], ["10.0.0.0", 8], ["100.64.0.0", 10], ["127.0.0.0", 8], ["169.254.0.0", 16], ["172.16.0.0", 12], ["192.0.0.0", 24], ["192.0.2.0", 24],
  ["192.88.99.0", 24], ["192.168.0.0", 16], ["198.18.0.0", 15], ["198.51.100.0", 24], ["203.0.113.0", 24], ["224.0.0.0", 4], ["240.0.0.0", 4],
] as const) INSIDE.v4.addSubnet(net, bits, "ipv4");
for (const [net, bits] of [
  ["::", 96], ["::ffff:0:0", 96], ["::ffff:0:0:0", 96], ["64:ff9b::", 96], ["64:ff9b:1::", 48], ["100::", 64], ["2001::", 23], ["2001:db8::", 32], ["2002::", 16],
  ["3fff::", 20], ["5f00::", 16], ["fc00::", 7], ["fe80::", 10], ["fec0::", 10], ["ff00::", 8],
] as const) INSIDE.v6.addSubnet(net, bits, "ipv6");

/** Whether an IP address is private, loopback, link-local, a cloud's metadata service, multicast or otherwise not public. */
export function isInsideAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return true;
  return family === 4 ? INSIDE.v4.check(address, "ipv4") : INSIDE.v6.check(address, "ipv6");
}

/**
 * Looks a name up and refuses it when any of its addresses lies inside. Given to the connection itself, so that what was checked is
 * what is connected to: a name that answers otherwise the second time gains nothing.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, "", 0);
    const inside = addresses.find(({ address }) => isInsideAddress(address));
    const [first] = addresses;
    if (inside || !first) return callback(new AddressRefused(`${hostname} is ${inside?.address ?? "nowhere"}, which is not on the public internet`), "", 0);
    if (options.all) return callback(null, addresses);
    return callback(null, first.address, first.family);
  });
};

const MAX_URL = 2_000;

/**
 * A webhook's URL as it is kept, or why it cannot be one: https, without login or fragment, no address inside. With `allowPrivate`
 * (receivers in one's own network, tests) http and inside addresses pass.
 */
export function readWebhookUrl(text: string, allowPrivate: boolean): { url: string } | { refused: string } {
  const url = text.length <= MAX_URL ? URL.parse(text) : null;
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) return { refused: `It must be an https:// URL of at most ${MAX_URL} characters.` };
  if (url.protocol === "http:" && !allowPrivate) return { refused: "It must begin with https://: events hold what your customers buy." };
  if (url.username !== "" || url.password !== "") return { refused: "It must not hold a login: verify the signature instead." };
  if (url.hash !== "") return { refused: "It must not have a fragment (#...): servers never see one." };
  const host = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  const isInside = isIP(host) !== 0 ? isInsideAddress(host) : host === "localhost" || host.endsWith(".localhost");
  if (isInside && !allowPrivate) return { refused: `${host} is not on the public internet.` };
  return { url: url.href };
}
