import { err, ok, type Result } from "#schema/values/result.ts";
import { normalizeCode } from "./codes.ts";
import type { InvalidPromotion } from "./decidePromotion.ts";

export type BadCodes = { code: "INVALID_PROMOTION_CODE"; text: string; index: number; isTwice: boolean };

export const MAX_CODES_AT_ONCE = 100;
export const MAX_BATCH = 1_000;
export const MAX_USES = 2_147_483_647;

const PREFIX = /^[A-Z0-9]{2,12}$/;
const invalid = (message: string, field: string): { ok: false; error: InvalidPromotion } => err({ code: "INVALID_PROMOTION", message, path: ["input", field] });

/** Codes as they are kept: as they were written, and as they are compared. */
export function decideCodes(
  texts: readonly string[], usageLimit: number | null,
): Result<{ codes: { code: string; normalized: string }[]; usageLimit: bigint | null }, BadCodes | InvalidPromotion> {
  if (texts.length === 0 || texts.length > MAX_CODES_AT_ONCE) return invalid(`Name 1 to ${MAX_CODES_AT_ONCE} codes; for more, generate them with voucherBatchCreate.`, "codes");
  const limit = decideLimit(usageLimit);
  if (!limit.ok) return limit;
  const known = new Set<string>();
  const codes: { code: string; normalized: string }[] = [];
  for (const [index, text] of texts.entries()) {
    const normalized = normalizeCode(text);
    if (normalized === undefined || known.has(normalized)) return err({ code: "INVALID_PROMOTION_CODE", text: text.slice(0, 80), index, isTwice: normalized !== undefined });
    known.add(normalized);
    codes.push({ code: text.normalize("NFKC").replace(/\s+/g, ""), normalized });
  }
  return ok({ codes, usageLimit: limit.value });
}

/** What a batch of generated codes is made by. */
export function decideBatch(count: number, prefix: string | null, usageLimit: number | null): Result<{ prefix: string; usageLimit: bigint | null }, InvalidPromotion> {
  if (count < 1 || count > MAX_BATCH) return invalid(`A batch has 1 to ${MAX_BATCH} codes, not ${count}.`, "count");
  const plain = prefix?.trim().toUpperCase() ?? "";
  if (prefix !== null && !PREFIX.test(plain)) return invalid("A prefix has 2 to 12 letters and digits.", "prefix");
  const limit = decideLimit(usageLimit);
  return limit.ok ? ok({ prefix: plain === "" ? "" : `${plain}-`, usageLimit: limit.value }) : limit;
}

function decideLimit(usageLimit: number | null): Result<bigint | null, InvalidPromotion> {
  return usageLimit !== null && (usageLimit < 1 || usageLimit > MAX_USES)
    ? invalid(`A code may be used 1 to ${MAX_USES} times, or as often as its promotion where nothing is given.`, "usageLimit")
    : ok(usageLimit === null ? null : BigInt(usageLimit));
}
