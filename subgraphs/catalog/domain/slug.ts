export const MAX_SLUG = 200;

const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** Letters that have no mark to take off. */
const SPELT: Readonly<Record<string, string>> = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", þ: "th", ł: "l", ı: "i" };

/** A slug as it may be given by hand. */
export function isSlug(text: string): boolean {
  return text.length <= MAX_SLUG && SLUG.test(text);
}

/** The readable part of an address for a name: small letters, digits and hyphens. `otherwise` for names that have none of these. */
export function makeSlug(name: string, otherwise: string): string {
  const plain = name.toLowerCase().normalize("NFKD").replaceAll(/\p{M}/gu, "").replaceAll(/[ßæœøđðþłı]/g, (letter) => SPELT[letter] ?? "");
  const slug = plain.replaceAll(/['’]/g, "").replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "");
  // Room for what settles a collision.
  return slug.slice(0, MAX_SLUG - 20).replaceAll(/-+$/g, "") || otherwise;
}

/** How many numbered slugs are tried where the plain one is taken. */
const NUMBERED = 20;

/** What may be taken for a name, best first; `last` makes one that nobody has. */
export function slugCandidates(base: string, last: string): string[] {
  return [base, ...Array.from({ length: NUMBERED - 1 }, (_, n) => `${base}-${n + 2}`), `${base}-${last}`];
}
