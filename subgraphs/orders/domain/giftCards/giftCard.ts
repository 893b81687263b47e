import { money, type Money } from "#schema/values/money.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { CURRENCIES } from "../cart.ts";
import { generateCode } from "../promotions/codes.ts";
import { plainText, type Refused, unitsOf } from "../readInput.ts";

export interface GiftCard {
  /** UUID; never the code. */
  readonly id: string;
  readonly last4: string;
  readonly initial: Money;
  readonly balance: Money;
  /** The balance without what purchases under way hold. */
  readonly available: Money;
  readonly expiresAt: Date | null;
  readonly isActive: boolean;
  readonly note: string | null;
  readonly issuedAt: Date;
}

export type GiftCardState = "ACTIVE" | "EXPIRED" | "DISABLED";

export function stateOf({ isActive, expiresAt }: Pick<GiftCard, "isActive" | "expiresAt">, at: Date): GiftCardState {
  if (!isActive) return "DISABLED";
  return expiresAt !== null && at >= expiresAt ? "EXPIRED" : "ACTIVE";
}

/** Of 5 bits each: 100 bits, too many to be found by trying, so a plain digest keeps the code. */
const CHARACTERS = 20;
/** Letters that are read for digits. Source: crockford.com/base32.html. */
const MISREAD: Readonly<Record<string, string>> = { O: "0", I: "1", L: "1" };
const MAX_ENTERED = 80;

/** `random` fills the bytes it is given. */
export function newGiftCardCode(random: (bytes: Uint8Array) => unknown): string {
  return generateCode(random, CHARACTERS);
}

/** A code as its digest is made of, however it was written; undefined where the text is no code at all. */
export function normalizeGiftCardCode(entered: string): string | undefined {
  if (entered.length > MAX_ENTERED) return undefined;
  const code = entered.normalize("NFKC").replace(/[\s_-]+/g, "").toUpperCase().replace(/[OIL]/g, (letter) => MISREAD[letter] ?? letter);
  return /^[0-9A-HJKMNP-TV-Z]{20}$/.test(code) ? code : undefined;
}

export type InvalidGiftCard = { code: "INVALID_GIFT_CARD" } & Refused;

/** The most that is put on or taken off a card at once: 10000 of the currency. */
const MOST_WHOLE = 10_000n;
const LONGEST_TEXT = 500;
const invalid = (message: string, field: string): { ok: false; error: InvalidGiftCard } => err({ code: "INVALID_GIFT_CARD", message, path: ["input", field] });

export interface WantedGiftCard {
  readonly amount: string;
  readonly currency: string;
  readonly expiresAt: Date | null;
  readonly note: string | null;
}

export function decideIssue(wanted: WantedGiftCard, at: Date): Result<{ initial: Money; expiresAt: Date | null; note: string | null }, InvalidGiftCard> {
  const { amount, currency, expiresAt } = wanted;
  if (!CURRENCIES.has(currency)) return invalid(`The shop does not sell in ${currency}: choose one of ${[...CURRENCIES].join(", ")}.`, "currency");
  const units = boundedUnits(amount, currency);
  if (units === undefined || units <= 0n) return invalid(`The amount must be above 0, at most ${MOST_WHOLE}, with no more decimals than ${currency} has.`, "amount");
  if (expiresAt !== null && expiresAt <= at) return invalid("The card would have expired already.", "expiresAt");
  const note = wanted.note === null ? null : plainText(wanted.note, LONGEST_TEXT);
  return note === undefined ? invalid(`A note has 1 to ${LONGEST_TEXT} characters, none of them invisible.`, "note") : ok({ initial: money(units, currency), expiresAt, note });
}

export function decideAdjustment(amount: string, reason: string, currency: string): Result<{ units: bigint; reason: string }, InvalidGiftCard> {
  const units = boundedUnits(amount, currency);
  if (units === undefined || units === 0n) return invalid(`The amount must not be 0, be at most ${MOST_WHOLE} either way, and have no more decimals than ${currency} has.`, "amount");
  const why = plainText(reason, LONGEST_TEXT);
  return why === undefined ? invalid(`Say why, in 1 to ${LONGEST_TEXT} characters.`, "reason") : ok({ units, reason: why });
}

function boundedUnits(amount: string, currency: string): bigint | undefined {
  const [units, most] = [unitsOf(amount, currency), unitsOf(String(MOST_WHOLE), currency)];
  return units === undefined || most === undefined || units > most || -units > most ? undefined : units;
}
