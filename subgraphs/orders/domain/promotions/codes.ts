/** 4 to 40 letters and digits, once normalised; shorter ones would be guessed. */
const CODE = /^[A-Z0-9]{4,40}$/;

/** Longer text is no code, whatever is in it; nothing of it is looked at. */
const MAX_ENTERED = 80;

/**
 * A code as it is compared: upper case, compatibility forms folded (a code pasted from a mail may be full width), without
 * white space, hyphens and underscores. Undefined where the text is no code at all.
 */
export function normalizeCode(entered: string): string | undefined {
  if (entered.length > MAX_ENTERED) return undefined;
  const code = entered.normalize("NFKC").replace(/[\s_-]+/g, "").toUpperCase();
  return CODE.test(code) ? code : undefined;
}

/** Crockford's base 32: no I, L, O or U, which are misread. Source: crockford.com/base32.html. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** Of 5 bits each: 80 bits, which nobody guesses. */
export const GENERATED_CHARACTERS = 16;

/** Random characters of the alphabet, 5 bits each, in groups of four: `7Q2M-...`. `random` fills the bytes it is given. */
export function generateCode(random: (bytes: Uint8Array) => unknown, characters: number = GENERATED_CHARACTERS): string {
  const bytes = new Uint8Array(characters);
  random(bytes);
  const text = Array.from(bytes, (byte) => ALPHABET[byte & 31]).join("");
  return (text.match(/.{1,4}/g) ?? []).join("-");
}
