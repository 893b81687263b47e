import { createHash } from "node:crypto";

/** Synthetic: neither data set names who supplies a product. */
export interface VendorSeed {
  readonly slug: string;
  readonly name: string;
}

export const VENDORS: readonly VendorSeed[] = [
  { slug: "harbour-and-finch", name: "Harbour & Finch" },
  { slug: "old-mill-trading", name: "Old Mill Trading" },
  { slug: "juniper-lane", name: "Juniper Lane" },
  { slug: "brass-kettle-co", name: "Brass Kettle Co." },
  { slug: "larkspur-makers", name: "Larkspur Makers" },
  { slug: "penny-farthing-goods", name: "Penny Farthing Goods" },
  { slug: "saltmarsh-studio", name: "Saltmarsh Studio" },
  { slug: "tin-robin", name: "Tin Robin" },
];

/**
 * The vendor of a product, an index into VENDORS: by category and the first four digits of its code, so that colours of one
 * article come from one vendor and each vendor is at home in several categories. The same for the same seed.
 */
export function vendorOf(seed: number | string, categorySlug: string, code: string): number {
  const digest = createHash("sha256").update(`${seed}/vendor/${categorySlug}/${code.slice(0, 4)}`).digest();
  return digest.readUInt32LE(0) % VENDORS.length;
}
